"""One row per credit that a client has or had at another lender."""

from __future__ import annotations

from training.tables.schema import Column, Table, Type, Unit

_ID = (0, 9007199254740991)  # integers that JSON keeps exact
_AMOUNT = (0, 1e12)
_BALANCE = (-1e12, 1e12)
_PAST = (-36500, 0)
_REPORTED = (-73000, 365243)  # bureaus send dates of 1900 for "unknown"
_COUNT = (0, 1e6)
_LATE = (0, 36500)

TABLE = Table(
    "bureau",
    columns=(
        Column(
            "SK_ID_CURR",
            Type.INTEGER,
            "Client number",
            "Numéro de client",
            "Number of the client who holds the credit.",
            nullable=False,
            bounds=_ID,
        ),
        Column(
            "SK_ID_BUREAU",
            Type.INTEGER,
            "Number of the outside credit",
            "Numéro du crédit externe",
            "Number of the credit at the other lender.",
            nullable=False,
            bounds=_ID,
        ),
        Column(
            "CREDIT_ACTIVE",
            Type.CATEGORY,
            "Status of the credit",
            "État du crédit",
            "Active, closed, sold or bad debt, as the bureau reports it.",
            nullable=False,
        ),
        Column(
            "CREDIT_CURRENCY",
            Type.CATEGORY,
            "Currency of the credit",
            "Devise du crédit",
            "Currency, under a code name.",
        ),
        Column(
            "DAYS_CREDIT",
            Type.INTEGER,
            "Date the credit was requested",
            "Date de demande du crédit",
            "When the client asked for this credit, in days before the application.",
            Unit.DAYS,
            nullable=False,
            bounds=_PAST,
        ),
        Column(
            "CREDIT_DAY_OVERDUE",
            Type.INTEGER,
            "Current delay",
            "Retard actuel",
            "Days past due at the time of the application.",
            Unit.DAYS,
            bounds=_LATE,
        ),
        Column(
            "DAYS_CREDIT_ENDDATE",
            Type.NUMBER,
            "Planned end of the credit",
            "Fin prévue du crédit",
            "Planned end, in days from the application; before it when negative.",
            Unit.DAYS,
            bounds=_REPORTED,
        ),
        Column(
            "DAYS_ENDDATE_FACT",
            Type.NUMBER,
            "Actual end of the credit",
            "Fin réelle du crédit",
            "Actual end of a closed credit, in days before the application (negative).",
            Unit.DAYS,
            bounds=_REPORTED,
            happened=True,
        ),
        Column(
            "AMT_CREDIT_MAX_OVERDUE",
            Type.NUMBER,
            "Highest arrears so far",
            "Arriéré le plus élevé",
            "Highest amount overdue on this credit until the application.",
            Unit.CURRENCY,
            bounds=_AMOUNT,
        ),
        Column(
            "CNT_CREDIT_PROLONG",
            Type.INTEGER,
            "Extensions of the credit",
            "Prolongations du crédit",
            "How many times the credit was prolonged.",
            Unit.COUNT,
            bounds=_COUNT,
        ),
        Column(
            "AMT_CREDIT_SUM",
            Type.NUMBER,
            "Amount of the credit",
            "Montant du crédit",
            "Amount of the credit now.",
            Unit.CURRENCY,
            bounds=_AMOUNT,
        ),
        Column(
            "AMT_CREDIT_SUM_DEBT",
            Type.NUMBER,
            "Debt left",
            "Dette restante",
            "What is still owed; negative when the client has overpaid.",
            Unit.CURRENCY,
            bounds=_BALANCE,
        ),
        Column(
            "AMT_CREDIT_SUM_LIMIT",
            Type.NUMBER,
            "Limit of the credit card",
            "Plafond de la carte de crédit",
            "Credit limit of a card; small negative values occur.",
            Unit.CURRENCY,
            bounds=_BALANCE,
        ),
        Column(
            "AMT_CREDIT_SUM_OVERDUE",
            Type.NUMBER,
            "Current arrears",
            "Arriéré actuel",
            "Amount overdue at the time of the application.",
            Unit.CURRENCY,
            bounds=_AMOUNT,
        ),
        Column(
            "CREDIT_TYPE",
            Type.CATEGORY,
            "Type of credit",
            "Type de crédit",
            "Consumer credit, card, car loan, mortgage and so on.",
            nullable=False,
        ),
        Column(
            "DAYS_CREDIT_UPDATE",
            Type.INTEGER,
            "Last report on the credit",
            "Dernière information sur le crédit",
            "Last news of this credit, in days from the application.",
            Unit.DAYS,
            bounds=_REPORTED,
            happened=True,
        ),
        Column(
            "AMT_ANNUITY",
            Type.NUMBER,
            "Regular repayment",
            "Montant de l'échéance",
            "Amount of each regular repayment of this credit.",
            Unit.CURRENCY,
            bounds=_AMOUNT,
        ),
    ),
    key=("SK_ID_BUREAU",),
)
