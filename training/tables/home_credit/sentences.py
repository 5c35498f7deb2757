"""What an applicant is told of a feature, to their face, against borderline clients.

Of the features that most often carry a reason; `{value}` is the client's, `{typical}`
that of borderline clients. Of every other feature its label is told.
"""

from __future__ import annotations

from collections.abc import Mapping

from training.language import Labels, _

# By how the value lies to the typical one: above, below, equal.
Sentences = Mapping[str, Labels]


def _sentences(above: Labels, below: Labels, clause: Labels) -> Sentences:
    equal = _("{clause}, as for most applicants near our limit.", clause=clause)
    return {"above": above, "below": below, "equal": equal}


def _higher(clause: Labels) -> Sentences:
    above = _(
        "{clause}, higher than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, lower than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


def _more(clause: Labels) -> Sentences:
    above = _(
        "{clause}, more than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, less than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


def _count(clause: Labels) -> Sentences:
    above = _(
        "{clause}, more than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, fewer than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


def _moment(clause: Labels) -> Sentences:
    """Days counted to the application: more of them is later."""
    above = _(
        "{clause}, more recently than is usual for applicants near our"
        " limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, longer ago than is usual for applicants near our limit"
        " ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


def _later(clause: Labels) -> Sentences:
    above = _(
        "{clause}, later than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, sooner than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


def _age(clause: Labels) -> Sentences:
    """Days counted from birth to the application, below 0."""
    above = _(
        "{clause}, younger than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, older than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


def _kind(clause: Labels) -> Sentences:
    """Categories lie neither above nor below."""
    other = _(
        "{clause}; most common for applicants near our limit: {{typical}}.",
        clause=clause,
    )
    return _sentences(other, other, clause)


def _longer(clause: Labels) -> Sentences:
    above = _(
        "{clause}, longer than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    below = _(
        "{clause}, shorter than is usual for applicants near our limit ({{typical}}).",
        clause=clause,
    )
    return _sentences(above, below, clause)


# By the name of Home Credit's column, or of the crafted feature.
SENTENCES: Mapping[str, Sentences] = {
    "LOAN_RATE": _higher(
        _("We estimate the yearly interest rate of this loan at {{value}}")
    ),
    "LOAN_INTEREST": _higher(
        _("We estimate the interest over the whole loan at {{value}} of its amount")
    ),
    "LOAN_INTEREST_TO_INCOME": _higher(
        _(
            "We estimate the interest over the whole loan at {{value}} of the"
            " income you stated"
        )
    ),
    "EXT_SOURCE_1": _higher(
        _("Your score at the first outside agency is {{value}} out of 1")
    ),
    "EXT_SOURCE_2": _higher(
        _("Your score at the second outside agency is {{value}} out of 1")
    ),
    "EXT_SOURCE_3": _higher(
        _("Your score at the third outside agency is {{value}} out of 1")
    ),
    "EXT_SOURCE_MIN": _higher(
        _("Your lowest score at outside agencies is {{value}} out of 1")
    ),
    "EXT_SOURCE_MAX": _higher(
        _("Your highest score at outside agencies is {{value}} out of 1")
    ),
    "EXT_SOURCE_MEAN": _higher(
        _("Your scores at outside agencies are {{value}} out of 1 on average")
    ),
    "ANNUITY_TO_INCOME": _higher(
        _("The instalment of this loan would be {{value}} of the income you stated")
    ),
    "CREDIT_TO_INCOME": _higher(
        _("This loan would be {{value}} of the income you stated")
    ),
    "CREDIT_TO_GOODS": _higher(
        _("This loan is {{value}} of the price of what it pays for")
    ),
    "CREDIT_TO_ANNUITY": _higher(_("This loan is {{value}} times its instalment")),
    "REGION_RATING_CLIENT": _higher(
        _("The region where you live has the rating {{value}}")
    ),
    "REGION_RATING_CLIENT_W_CITY": _higher(
        _("The place where you live has the rating {{value}}")
    ),
    "PREVIOUS_INTEREST_SHARE_MAX": _higher(
        _("The dearest loan you asked us for earlier cost {{value}} of its amount")
    ),
    "PREVIOUS_APPROVED_INTEREST_SHARE_MAX": _higher(
        _("The dearest loan we granted you earlier cost {{value}} of its amount")
    ),
    "PREVIOUS_APPROVED_YEARLY_RATE_MIN": _higher(
        _(
            "We estimate the lowest yearly rate of your earlier loans with us"
            " at {{value}}"
        )
    ),
    "PREVIOUS_APPROVED_YEARLY_RATE_MEAN": _higher(
        _(
            "We estimate the yearly rate of your earlier loans with us at"
            " {{value}} on average"
        )
    ),
    "PREVIOUS_APPROVED_YEARLY_RATE_MAX": _higher(
        _(
            "We estimate the highest yearly rate of your earlier loans with us"
            " at {{value}}"
        )
    ),
    "PREVIOUS_APPROVED_CREDIT_TO_ANNUITY_MEAN": _higher(
        _("Your earlier loans with us were {{value}} times their instalment on average")
    ),
    "BUREAU_DEBT_TO_CREDIT_MEAN": _more(
        _("You still owe {{value}} of your loans at other lenders on average")
    ),
    "BUREAU_DEBT_TO_CREDIT_MAX": _more(
        _("You still owe up to {{value}} of a loan at another lender")
    ),
    "BUREAU_ACTIVE_DEBT_TO_CREDIT_MEAN": _more(
        _("You still owe {{value}} of your open loans at other lenders on average")
    ),
    "BUREAU_OPEN_DEBT_TO_OPEN_CREDIT": _more(
        _("You still owe {{value}} of all your open loans at other lenders")
    ),
    "BUREAU_DEBT_TO_INCOME": _more(
        _("Your open debts at other lenders are {{value}} of the income you stated")
    ),
    "BUREAU_AMT_CREDIT_SUM_DEBT_SUM": _more(
        _("You owe other lenders {{value}} in total")
    ),
    "BUREAU_CARD_AMT_CREDIT_SUM_DEBT_SUM": _more(
        _("You owe {{value}} on credit cards of other lenders")
    ),
    "BUREAU_CONSUMER_AMT_CREDIT_SUM_SUM": _more(
        _("Your consumer loans at other lenders, present and past, come to {{value}}")
    ),
    "BUREAU_AMT_CREDIT_MAX_OVERDUE_MEAN": _more(
        _("Your highest arrears per loan at other lenders were {{value}} on average")
    ),
    "BUREAU_AMT_CREDIT_MAX_OVERDUE_MAX": _more(
        _("Your highest arrears at another lender were {{value}}")
    ),
    "BUREAU_LAST_YEAR_SHARE": _more(
        _(
            "The part of your loans at other lenders that began in the last"
            " year is {{value}}"
        )
    ),
    "PREVIOUS_REFUSED_SHARE": _more(
        _("We refused {{value}} of your earlier applications")
    ),
    "PREVIOUS_APPROVED_SHARE": _more(
        _("We granted {{value}} of your earlier applications")
    ),
    "PREVIOUS_YIELD_MIDDLE_SHARE": _more(
        _("Loans at a middle price were {{value}} of your earlier applications")
    ),
    "PREVIOUS_AMT_DOWN_PAYMENT_MAX": _more(
        _("Your largest down payment with us was {{value}}")
    ),
    "PREVIOUS_AMT_DOWN_PAYMENT_MEAN": _more(
        _("Your down payments with us were {{value}} on average")
    ),
    "PREVIOUS_AMT_DOWN_PAYMENT_MIN": _more(
        _("Your smallest down payment with us was {{value}}")
    ),
    "PREVIOUS_AMT_DOWN_PAYMENT_SUM": _more(
        _("Your down payments with us were {{value}} in total")
    ),
    "PREVIOUS_APPROVED_AMT_DOWN_PAYMENT_SUM": _more(
        _("Your down payments on loans that we granted were {{value}} in total")
    ),
    "PREVIOUS_APPROVED_AMT_DOWN_PAYMENT_MAX": _more(
        _("Your largest down payment on a loan that we granted was {{value}}")
    ),
    "PREVIOUS_CONSUMER_AMT_CREDIT_MAX": _more(
        _("The largest purchase loan of your earlier applications was {{value}}")
    ),
    "PREVIOUS_AMT_CREDIT_MIN": _more(
        _("The smallest loan of your earlier applications was {{value}}")
    ),
    "PREVIOUS_AMT_CREDIT_MAX": _more(
        _("The largest loan of your earlier applications was {{value}}")
    ),
    "PREVIOUS_APPROVED_AMT_CREDIT_MEAN": _more(
        _("The loans we granted you earlier were {{value}} on average")
    ),
    "POS_LAST_YEAR_REMAINING_SHARE_MAX": _more(
        _(
            "In the last year, up to {{value}} of the instalments of a loan"
            " with us were left"
        )
    ),
    "POS_LAST_YEAR_REMAINING_SHARE_MEAN": _more(
        _(
            "In the last year, {{value}} of the instalments of your loans with"
            " us were left on average"
        )
    ),
    "POS_CLEARLY_LATE_SHARE": _more(
        _("You were clearly late in {{value}} of the months of your loans with us")
    ),
    "POS_SK_DPD_DEF_MEAN": _more(
        _("You were {{value}} late on sizeable sums of your loans with us on average")
    ),
    "AMT_INCOME_TOTAL": _more(_("You stated an income of {{value}}")),
    "INCOME_PER_PERSON": _more(
        _("The income you stated is {{value}} per person of your household")
    ),
    "INCOME_AFTER_ANNUITY": _more(
        _("The income you stated, less one instalment of this loan, is {{value}}")
    ),
    "AMT_CREDIT": _more(_("You ask for a loan of {{value}}")),
    "AMT_GOODS_PRICE": _more(_("What this loan pays for costs {{value}}")),
    "AMT_ANNUITY": _more(_("The instalment of this loan would be {{value}}")),
    "CHILDREN_SHARE": _more(_("Children are {{value}} of your household")),
    "EXT_SOURCE_KNOWN": _count(
        _("Number of outside agencies that gave us a score for you: {{value}}")
    ),
    "ENQUIRIES_TOTAL": _count(
        _("Number of times lenders looked into your credit file: {{value}}")
    ),
    "BUREAU_COUNT": _count(
        _("Number of your loans on record at other lenders: {{value}}")
    ),
    "BUREAU_ACTIVE_COUNT": _count(
        _("Number of your open loans at other lenders: {{value}}")
    ),
    "BUREAU_CLOSED_COUNT": _count(
        _("Number of your closed loans at other lenders: {{value}}")
    ),
    "PREVIOUS_COUNT": _count(
        _("Number of your earlier applications with us: {{value}}")
    ),
    "PREVIOUS_REFUSED_COUNT": _count(
        _("Number of your applications that we refused: {{value}}")
    ),
    "POS_LAST_YEAR_COUNT": _count(
        _(
            "Number of monthly statements of your loans with us in the last"
            " year: {{value}}"
        )
    ),
    "POS_COMPLETED_COUNT": _count(
        _("Number of monthly statements of your completed loans with us: {{value}}")
    ),
    "POS_LAST_YEAR_CNT_INSTALMENT_FUTURE_MEAN": _count(
        _(
            "Instalments of your loans with us that were left in the last"
            " year, on average: {{value}}"
        )
    ),
    "POS_COMPLETED_CNT_INSTALMENT_MEAN": _count(
        _("Instalments of your completed loans with us, on average: {{value}}")
    ),
    "POS_COMPLETED_CNT_INSTALMENT_MAX": _count(
        _("Instalments of your longest completed loan with us: {{value}}")
    ),
    "POS_CNT_INSTALMENT_MAX": _count(
        _("Instalments of your longest loan with us: {{value}}")
    ),
    "BUILDING_KNOWN": _count(
        _("Number of facts we have on the building you live in: {{value}}")
    ),
    "CNT_CHILDREN": _count(_("Number of your children: {{value}}")),
    "CNT_FAM_MEMBERS": _count(_("Number of people in your household: {{value}}")),
    "DOCUMENT_COUNT": _count(_("Number of documents in your file: {{value}}")),
    "ADDRESS_MISMATCHES": _count(
        _("Number of your addresses that do not match: {{value}}")
    ),
    "PREVIOUS_DAYS_DECISION_MAX": _moment(
        _("We last decided on an application of yours {{value}}")
    ),
    "DAYS_ID_PUBLISH": _moment(_("Your identity document was last changed {{value}}")),
    "DAYS_REGISTRATION": _moment(_("Your registration was last changed {{value}}")),
    "DAYS_LAST_PHONE_CHANGE": _moment(_("Your phone was last changed {{value}}")),
    "DAYS_EMPLOYED": _moment(_("You started your current job {{value}}")),
    "BUREAU_DAYS_CREDIT_MEAN": _moment(
        _("Your loans at other lenders began {{value}} on average")
    ),
    "BUREAU_ACTIVE_DAYS_CREDIT_MEAN": _moment(
        _("Your open loans at other lenders began {{value}} on average")
    ),
    "BUREAU_DAYS_CREDIT_MAX": _moment(
        _("Your latest loan at another lender began {{value}}")
    ),
    "BUREAU_DAYS_CREDIT_MIN": _moment(
        _("Your first loan at another lender began {{value}}")
    ),
    "BUREAU_ENDS_LATER_DAYS_CREDIT_ENDDATE_MIN": _later(
        _("The first of your open loans at other lenders ends in {{value}}")
    ),
    "BUREAU_ENDS_LATER_DAYS_CREDIT_ENDDATE_MEAN": _later(
        _("Your open loans at other lenders end in {{value}} on average")
    ),
    "PREVIOUS_RUNNING_DAYS_LAST_DUE_1ST_VERSION_MAX": _later(
        _("The last of your running loans with us ends in {{value}}")
    ),
    "DAYS_BIRTH": _age(_("You are {{value}}")),
    "NAME_EDUCATION_TYPE": _kind(_("Your level of education: {{value}}")),
    "ORGANIZATION_TYPE": _kind(_("Your type of employer: {{value}}")),
    "NAME_INCOME_TYPE": _kind(_("The source of your income: {{value}}")),
    "OCCUPATION_TYPE": _kind(_("Your occupation: {{value}}")),
    "FLAG_OWN_REALTY": _kind(_("A house or flat of your own: {{value}}")),
    "FLAG_OWN_CAR": _kind(_("A car of your own: {{value}}")),
    "FLAG_EMP_PHONE": _kind(_("A phone number of your employer: {{value}}")),
    "NAME_HOUSING_TYPE": _kind(_("Where you live: {{value}}")),
    "NAME_CONTRACT_TYPE": _kind(_("The type of loan you ask for: {{value}}")),
    "NAME_TYPE_SUITE": _kind(_("Who came with you to apply: {{value}}")),
    "LOAN_TERM": _longer(_("We estimate the length of this loan at {{value}}")),
}
