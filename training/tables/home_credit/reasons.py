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


def _reason(code: str, group: str, labels: Labels, weighs: Labels) -> Reason:
    """The sentences of a group; `weighs` names what weighs, up to the verb."""
    return Reason(
        code,
        group,
        labels,
        raises_risk=_("{weighs} against your application.", weighs=weighs),
        lowers_risk=_("{weighs} in favour of your application.", weighs=weighs),
    )


REASONS: tuple[Reason, ...] = (
    _reason(
        "R01",
        "EXTERNAL_SCORES",
        _("Scores from outside agencies"),
        _("The scores that outside credit agencies give you, or a missing one, weigh"),
    ),
    _reason(
        "R02",
        "LOAN_AMOUNT",
        _("Amount of the loan"),
        _("The amount you ask for, or the price of what it pays for, weighs"),
    ),
    _reason(
        "R03",
        "REPAYMENT_BURDEN",
        _("Weight of the repayments"),
        _("What you would have to repay, and over how long, weighs"),
    ),
    _reason(
        "R04",
        "INCOME",
        _("Income"),
        _("The amount or the source of your income weighs"),
    ),
    _reason(
        "R05",
        "EMPLOYMENT",
        _("Employment"),
        _("Your work situation (occupation, employer, time in the job) weighs"),
    ),
    _reason(
        "R06",
        "AGE",
        _("Age"),
        _("Your age on the day you applied weighs"),
    ),
    _reason(
        "R07",
        "FAMILY",
        _("Family"),
        _("The number of people or of children in your household weighs"),
    ),
    _reason(
        "R08",
        "HOUSING",
        _("Housing"),
        _("Your housing, or what we know of the building, weighs"),
    ),
    _reason(
        "R09",
        "REGION",
        _("Region"),
        _("The area where you live or work weighs"),
    ),
    _reason(
        "R10",
        "CONTACT",
        _("Contact details"),
        _("Your contact or identity details, or how recent they are, weigh"),
    ),
    _reason(
        "R11",
        "DOCUMENTS",
        _("Documents"),
        _("The documents that are in your file, or are not, weigh"),
    ),
    _reason(
        "R12",
        "EDUCATION",
        _("Education"),
        _("Your level of education weighs"),
    ),
    _reason(
        "R13",
        "ASSETS",
        _("Possessions"),
        _("Owning a car or not, or the age of your car, weighs"),
    ),
    _reason(
        "R14",
        "APPLICATION_CONTEXT",
        _("Circumstances of the application"),
        _("The type of loan you chose, or when or with whom you applied, weighs"),
    ),
    _reason(
        "R15",
        "SOCIAL_CIRCLE",
        _("People around you"),
        _("How people around you pay, as far as we know, weighs"),
    ),
    _reason(
        "R16",
        "BUREAU_CREDITS",
        _("Credits at other lenders"),
        _("The loans you have or had at other lenders, or their absence, weigh"),
    ),
    _reason(
        "R17",
        "BUREAU_DEBT",
        _("Debts at other lenders"),
        _("What you owe other lenders, as far as it is on record, weighs"),
    ),
    _reason(
        "R18",
        "BUREAU_ARREARS",
        _("Arrears at other lenders"),
        _("How you pay other lenders, as far as it is on record, weighs"),
    ),
    _reason(
        "R19",
        "BUREAU_ENQUIRIES",
        _("Enquiries into the credit file"),
        _("How often lenders have looked into your credit file, if known, weighs"),
    ),
    _reason(
        "R20",
        "PREVIOUS_APPLICATIONS",
        _("Earlier applications here"),
        _("Your earlier applications with us, or their absence, weigh"),
    ),
    _reason(
        "R21",
        "PREVIOUS_REFUSALS",
        _("Earlier refusals here"),
        _("How your earlier applications with us ended, if there were any, weighs"),
    ),
    _reason(
        "R22",
        "PREVIOUS_TERMS",
        _("Terms of earlier loans here"),
        _("The terms of your earlier loans with us, if there were any, weigh"),
    ),
    _reason(
        "R23",
        "POS_LOANS",
        _("Consumer loans here"),
        _("Your consumer loans with us, or their absence, weigh"),
    ),
    _reason(
        "R24",
        "INSTALMENT_PUNCTUALITY",
        _("Punctual repayment here"),
        _("How you repaid earlier loans with us, if there were any, weighs"),
    ),
    _reason(
        "R25",
        "CARD_USE",
        _("Use of our credit card"),
        _("How you use our credit card, or not having one, weighs"),
    ),
    _reason(
        "R26",
        "PROTECTED",
        _("Gender and family status"),
        _("Your gender or your family status weighs"),
    ),
    _reason(
        "R27",
        "LOAN_TERMS",
        _("Length and price of the loan"),
        _("The length of this loan, its interest or its insurance weighs"),
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
