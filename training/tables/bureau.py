"""One row per credit that a client has or had at another lender."""

from __future__ import annotations

from training.tables.kinds import (
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
            "Client number",
            "Numéro de client",
            "Number of the client who holds the credit.",
        ),
        identifier(
            "SK_ID_BUREAU",
            "Number of the outside credit",
            "Numéro du crédit externe",
            "Number of the credit at the other lender.",
        ),
        category(
            "CREDIT_ACTIVE",
            "Status of the credit",
            "État du crédit",
            "Active, closed, sold or bad debt, as the bureau reports it.",
            nullable=False,
        ),
        category(
            "CREDIT_CURRENCY",
            "Currency of the credit",
            "Devise du crédit",
            "Currency, under a code name.",
        ),
        past_day(
            "DAYS_CREDIT",
            "Date the credit was requested",
            "Date de demande du crédit",
            "When the client asked for this credit, in days before the application.",
            type=Type.INTEGER,
            nullable=False,
            recorded=True,
        ),
        days_late(
            "CREDIT_DAY_OVERDUE",
            "Current delay",
            "Retard actuel",
            "Days past due at the time of the application.",
        ),
        reported_day(
            "DAYS_CREDIT_ENDDATE",
            "Planned end of the credit",
            "Fin prévue du crédit",
            "Planned end, in days from the application; before it when negative.",
        ),
        reported_day(
            "DAYS_ENDDATE_FACT",
            "Actual end of the credit",
            "Fin réelle du crédit",
            "Actual end of a closed credit, in days before the application (negative).",
            happened=True,
            recorded=True,
        ),
        amount(
            "AMT_CREDIT_MAX_OVERDUE",
            "Highest arrears so far",
            "Arriéré le plus élevé",
            "Highest amount overdue on this credit until the application.",
        ),
        count(
            "CNT_CREDIT_PROLONG",
            "Extensions of the credit",
            "Prolongations du crédit",
            "How many times the credit was prolonged.",
            type=Type.INTEGER,
        ),
        amount(
            "AMT_CREDIT_SUM",
            "Amount of the credit",
            "Montant du crédit",
            "Amount of the credit now.",
        ),
        balance(
            "AMT_CREDIT_SUM_DEBT",
            "Debt left",
            "Dette restante",
            "What is still owed; negative when the client has overpaid.",
        ),
        balance(
            "AMT_CREDIT_SUM_LIMIT",
            "Limit of the credit card",
            "Plafond de la carte de crédit",
            "Credit limit of a card; small negative values occur.",
        ),
        amount(
            "AMT_CREDIT_SUM_OVERDUE",
            "Current arrears",
            "Arriéré actuel",
            "Amount overdue at the time of the application.",
        ),
        category(
            "CREDIT_TYPE",
            "Type of credit",
            "Type de crédit",
            "Consumer credit, card, car loan, mortgage and so on.",
            nullable=False,
        ),
        reported_day(
            "DAYS_CREDIT_UPDATE",
            "Last report on the credit",
            "Dernière information sur le crédit",
            "Last news of this credit, in days from the application.",
            type=Type.INTEGER,
            happened=True,
            recorded=True,
        ),
        amount(
            "AMT_ANNUITY",
            "Regular repayment",
            "Montant de l'échéance",
            "Amount of each regular repayment of this credit.",
        ),
    ),
    origin=Origin.CREDIT_BUREAU,
    key=("SK_ID_BUREAU",),
)
