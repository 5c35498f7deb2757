"""What an applicant is told, per group of features; and the groups of the columns."""

from __future__ import annotations

from training.language import Labels, _
from training.tables.home_credit.application import TABLE
from training.tables.schema import Origin, Reason, Use

# Kept for the fairness audit, never a model input unless a lender switches it on.
PROTECTED = ("CODE_GENDER", "NAME_FAMILY_STATUS")
# What an applicant cannot be held to either.
CIRCUMSTANCES = ("WEEKDAY_APPR_PROCESS_START", "HOUR_APPR_PROCESS_START")
ACQUAINTANCES = tuple(name for name in TABLE.names if "SOCIAL_CIRCLE" in name)


# Groups that say the same absence are told once.
NO_CREDITS = _("The credit bureau has no record of loans of yours at other lenders.")
NO_LOANS = _("We have no record of earlier loans with us.")


def _reason(
    code: str, group: str, labels: Labels, weighs: Labels, unknown: Labels
) -> Reason:
    """The sentences of a group; `weighs` names what weighs, up to the verb."""
    return Reason(
        code,
        group,
        labels,
        raises_risk=_("{weighs} against your application.", weighs=weighs),
        lowers_risk=_("{weighs} in favour of your application.", weighs=weighs),
        unknown=unknown,
    )


REASONS: tuple[Reason, ...] = (
    _reason(
        "R01",
        "EXTERNAL_SCORES",
        _("Scores from outside agencies"),
        _("The scores that outside credit agencies give you weigh"),
        _("No outside credit agency has given us a score for you."),
    ),
    _reason(
        "R02",
        "LOAN_AMOUNT",
        _("Amount of the loan"),
        _("The amount of this loan weighs"),
        _("We do not know the amount of this loan."),
    ),
    _reason(
        "R03",
        "REPAYMENT_BURDEN",
        _("Weight of the repayments"),
        _("What you would have to repay weighs"),
        _("We do not know what you would have to repay."),
    ),
    _reason(
        "R04",
        "INCOME",
        _("Income"),
        _("Your income weighs"),
        _("We do not know your income."),
    ),
    _reason(
        "R05",
        "EMPLOYMENT",
        _("Employment"),
        _("Your work situation weighs"),
        _("We do not know your work situation."),
    ),
    _reason(
        "R06",
        "AGE",
        _("Age"),
        _("Your age on the day you applied weighs"),
        _("We do not know your age."),
    ),
    _reason(
        "R07",
        "FAMILY",
        _("Family"),
        _("The size of your household weighs"),
        _("We do not know the size of your household."),
    ),
    _reason(
        "R08",
        "HOUSING",
        _("Housing"),
        _("Your housing weighs"),
        _("We know nothing about your housing."),
    ),
    _reason(
        "R09",
        "REGION",
        _("Region"),
        _("The area where you live and work weighs"),
        _("We do not know the area where you live and work."),
    ),
    _reason(
        "R10",
        "CONTACT",
        _("Contact details"),
        _("Your contact and identity details weigh"),
        _("We have neither contact nor identity details of yours."),
    ),
    _reason(
        "R11",
        "DOCUMENTS",
        _("Documents"),
        _("The list of documents in your file weighs"),
        _("We do not know which documents are in your file."),
    ),
    _reason(
        "R12",
        "EDUCATION",
        _("Education"),
        _("Your level of education weighs"),
        _("We do not know your level of education."),
    ),
    _reason(
        "R13",
        "ASSETS",
        _("Possessions"),
        _("What we know about a car of yours weighs"),
        _("We do not know whether you own a car."),
    ),
    _reason(
        "R14",
        "APPLICATION_CONTEXT",
        _("Circumstances of the application"),
        _("The way in which you applied weighs"),
        _("We do not know in which way you applied."),
    ),
    _reason(
        "R15",
        "SOCIAL_CIRCLE",
        _("People around you"),
        _("How people around you repay their loans weighs"),
        _("We do not know how people around you repay their loans."),
    ),
    _reason(
        "R16",
        "BUREAU_CREDITS",
        _("Credits at other lenders"),
        _("Your loans at other lenders weigh"),
        NO_CREDITS,
    ),
    _reason(
        "R17",
        "BUREAU_DEBT",
        _("Debts at other lenders"),
        _("The amount of your debts at other lenders weighs"),
        NO_CREDITS,
    ),
    _reason(
        "R18",
        "BUREAU_ARREARS",
        _("Arrears at other lenders"),
        _("How you repay other lenders weighs"),
        NO_CREDITS,
    ),
    _reason(
        "R19",
        "BUREAU_ENQUIRIES",
        _("Enquiries into the credit file"),
        _("How often lenders have looked into your credit file weighs"),
        _("We do not know how often lenders have looked into your credit file."),
    ),
    _reason(
        "R20",
        "PREVIOUS_APPLICATIONS",
        _("Earlier applications here"),
        _("Your earlier applications with us weigh"),
        NO_LOANS,
    ),
    _reason(
        "R21",
        "PREVIOUS_REFUSALS",
        _("Earlier refusals here"),
        _("How your earlier applications with us ended weighs"),
        NO_LOANS,
    ),
    _reason(
        "R22",
        "PREVIOUS_TERMS",
        _("Terms of earlier loans here"),
        _("The terms of your earlier applications with us weigh"),
        NO_LOANS,
    ),
    _reason(
        "R23",
        "POS_LOANS",
        _("Consumer loans here"),
        _("Your consumer loans with us weigh"),
        NO_LOANS,
    ),
    _reason(
        "R24",
        "INSTALMENT_PUNCTUALITY",
        _("Punctual repayment here"),
        _("How you repaid earlier loans with us weighs"),
        NO_LOANS,
    ),
    _reason(
        "R25",
        "CARD_USE",
        _("Use of our credit card"),
        _("How you use our credit card weighs"),
        _("We have no record of a credit card of yours with us."),
    ),
    _reason(
        "R26",
        "PROTECTED",
        _("Gender and family status"),
        _("Your gender and your family status weigh"),
        _("We do not know your gender and your family status."),
    ),
    _reason(
        "R27",
        "LOAN_TERMS",
        _("Length and price of the loan"),
        _("The length and the price of this loan weigh"),
        _("We cannot tell the length and the price of this loan."),
    ),
)

EXTERNAL = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
BUILDING = tuple(
    name for name in TABLE.names if name.endswith(("_AVG", "_MODE", "_MEDI"))
)
ENQUIRIES = tuple(
    name for name in TABLE.names if name.startswith("AMT_REQ_CREDIT_BUREAU_")
)
DOCUMENTS = tuple(name for name in TABLE.names if name.startswith("FLAG_DOCUMENT_"))
ADDRESSES = tuple(name for name in TABLE.names if "_NOT_" in name)

GROUPS = {
    "EXTERNAL_SCORES": EXTERNAL,
    "LOAN_AMOUNT": ("AMT_CREDIT", "AMT_GOODS_PRICE"),
    "REPAYMENT_BURDEN": ("AMT_ANNUITY",),
    "INCOME": ("AMT_INCOME_TOTAL", "NAME_INCOME_TYPE"),
    "EMPLOYMENT": (
        "DAYS_EMPLOYED",
        "OCCUPATION_TYPE",
        "ORGANIZATION_TYPE",
        "FLAG_EMP_PHONE",
    ),
    "AGE": ("DAYS_BIRTH",),
    "FAMILY": ("CNT_CHILDREN", "CNT_FAM_MEMBERS"),
    "HOUSING": ("FLAG_OWN_REALTY", "NAME_HOUSING_TYPE", *BUILDING),
    "REGION": (
        "REGION_POPULATION_RELATIVE",
        "REGION_RATING_CLIENT",
        "REGION_RATING_CLIENT_W_CITY",
        *ADDRESSES,
    ),
    "CONTACT": (
        "FLAG_MOBIL",
        "FLAG_WORK_PHONE",
        "FLAG_CONT_MOBILE",
        "FLAG_PHONE",
        "FLAG_EMAIL",
        "DAYS_LAST_PHONE_CHANGE",
        "DAYS_REGISTRATION",
        "DAYS_ID_PUBLISH",
    ),
    "DOCUMENTS": DOCUMENTS,
    "EDUCATION": ("NAME_EDUCATION_TYPE",),
    "ASSETS": ("FLAG_OWN_CAR", "OWN_CAR_AGE"),
    "APPLICATION_CONTEXT": (
        "NAME_CONTRACT_TYPE",
        "NAME_TYPE_SUITE",
        *CIRCUMSTANCES,
    ),
    "SOCIAL_CIRCLE": ACQUAINTANCES,
    "BUREAU_ENQUIRIES": ENQUIRIES,
    "PROTECTED": PROTECTED,
}
USES = {
    **dict.fromkeys(PROTECTED, Use.PROTECTED),
    **dict.fromkeys(ACQUAINTANCES, Use.OTHER_PEOPLE),
    **dict.fromkeys(CIRCUMSTANCES, Use.CIRCUMSTANCE),
}
ORIGINS = {
    **dict.fromkeys(EXTERNAL, Origin.OUTSIDE_SCORES),
    **dict.fromkeys(ENQUIRIES, Origin.CREDIT_BUREAU),
}
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
