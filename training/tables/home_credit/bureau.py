"""One row per credit that a client has or had at another lender."""

from __future__ import annotations

from training.language import _
from training.tables.home_credit.kinds import (
    amount,
    balance,
    category,
    client_number,
    count,
    days_late,
    identifier,
    past_day,
    reported_day,
)
from training.tables.schema import Origin, Table, Type

TABLE = Table(
    "bureau",
    columns=(
        client_number(
            "SK_ID_CURR",
            _("Client number"),
            "Number of the client who holds the credit.",
        ),
        identifier(
            "SK_ID_BUREAU",
            _("Number of the outside credit"),
            "Number of the credit at the other lender.",
        ),
        category(
            "CREDIT_ACTIVE",
            _("Status of the credit"),
            "Active, closed, sold or bad debt, as the bureau reports it.",
            nullable=False,
            categories=(
                "Active",
                "Bad debt",
                "Closed",
                "Sold",
            ),
        ),
        category(
            "CREDIT_CURRENCY",
            _("Currency of the credit"),
            "Currency, under a code name.",
        ),
        past_day(
            "DAYS_CREDIT",
            _("Date the credit was requested"),
            "When the client asked for this credit, in days before the application.",
            type=Type.INTEGER,
            nullable=False,
            recorded=True,
        ),
        days_late(
            "CREDIT_DAY_OVERDUE",
            _("Current delay"),
            "Days past due at the time of the application.",
            raises_risk=True,
        ),
        reported_day(
            "DAYS_CREDIT_ENDDATE",
            _("Planned end of the credit"),
            "Planned end, in days from the application; before it when negative.",
        ),
        reported_day(
            "DAYS_ENDDATE_FACT",
            _("Actual end of the credit"),
            "Actual end of a closed credit, in days before the application (negative).",
            happened=True,
            recorded=True,
        ),
        amount(
            "AMT_CREDIT_MAX_OVERDUE",
            _("Highest arrears so far"),
            "Highest amount overdue on this credit until the application.",
            raises_risk=True,
        ),
        count(
            "CNT_CREDIT_PROLONG",
            _("Extensions of the credit"),
            "How many times the credit was prolonged.",
            type=Type.INTEGER,
            raises_risk=True,
        ),
        amount(
            "AMT_CREDIT_SUM",
            _("Amount of the credit"),
            "Amount of the credit now.",
        ),
        balance(
            "AMT_CREDIT_SUM_DEBT",
            _("Debt left"),
            "What is still owed; negative when the client has overpaid.",
            raises_risk=True,
        ),
        balance(
            "AMT_CREDIT_SUM_LIMIT",
            _("Limit of the credit card"),
            "Credit limit of a card; small negative values occur.",
        ),
        amount(
            "AMT_CREDIT_SUM_OVERDUE",
            _("Current arrears"),
            "Amount overdue at the time of the application.",
            raises_risk=True,
        ),
        category(
            "CREDIT_TYPE",
            _("Type of credit"),
            "Consumer credit, card, car loan, mortgage and so on.",
            nullable=False,
            categories=(
                "Another type of loan",
                "Car loan",
                "Cash loan (non-earmarked)",
                "Consumer credit",
                "Credit card",
                "Interbank credit",
                "Loan for business development",
                "Loan for purchase of shares (margin lending)",
                "Loan for the purchase of equipment",
                "Loan for working capital replenishment",
                "Microloan",
                "Mobile operator loan",
                "Mortgage",
                "Real estate loan",
                "Unknown type of loan",
            ),
        ),
        reported_day(
            "DAYS_CREDIT_UPDATE",
            _("Last report on the credit"),
            "Last news of this credit, in days from the application.",
            type=Type.INTEGER,
            happened=True,
            recorded=True,
        ),
        amount(
            "AMT_ANNUITY",
            _("Instalment"),
            "Amount of each instalment of this credit.",
            raises_risk=True,
        ),
    ),
    origin=Origin.CREDIT_BUREAU,
    key=("SK_ID_BUREAU",),
)
