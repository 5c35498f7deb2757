"""One row per payment of an instalment, or per instalment that was not paid."""

from __future__ import annotations

from training.tables.schema import Column, Table, Type, Unit

_ID = (0, 9007199254740991)  # integers that JSON keeps exact
_AMOUNT = (0, 1e12)
_PAST = (-36500, 0)
_COUNT = (0, 1e6)

TABLE = Table(
    "installments_payments",
    columns=(
        Column(
            "SK_ID_PREV",
            Type.INTEGER,
            "Number of the earlier loan",
            "Numéro du prêt antérieur",
            "Number of the earlier application that led to this loan.",
            nullable=False,
            bounds=_ID,
        ),
        Column(
            "SK_ID_CURR",
            Type.INTEGER,
            "Client number",
            "Numéro de client",
            "Number of the client who holds the loan.",
            nullable=False,
            bounds=_ID,
        ),
        Column(
            "NUM_INSTALMENT_VERSION",
            Type.NUMBER,
            "Version of the schedule",
            "Version de l'échéancier",
            "Version of the payment schedule; 0 for credit cards.",
            nullable=False,
            bounds=_COUNT,
        ),
        Column(
            "NUM_INSTALMENT_NUMBER",
            Type.INTEGER,
            "Rank of the instalment",
            "Rang de l'échéance",
            "Place of the instalment in the schedule, from 1.",
            nullable=False,
            bounds=_COUNT,
        ),
        Column(
            "DAYS_INSTALMENT",
            Type.NUMBER,
            "Due date",
            "Date d'échéance",
            "When the instalment was due, in days before the application.",
            Unit.DAYS,
            nullable=False,
            bounds=_PAST,
        ),
        Column(
            "DAYS_ENTRY_PAYMENT",
            Type.NUMBER,
            "Date of payment",
            "Date de paiement",
            "When it was paid, in days before the application; missing when unpaid.",
            Unit.DAYS,
            bounds=_PAST,
        ),
        Column(
            "AMT_INSTALMENT",
            Type.NUMBER,
            "Amount due",
            "Montant dû",
            "Amount of the instalment as scheduled.",
            Unit.CURRENCY,
            nullable=False,
            bounds=_AMOUNT,
        ),
        Column(
            "AMT_PAYMENT",
            Type.NUMBER,
            "Amount paid",
            "Montant payé",
            "Amount paid on the instalment; missing when nothing was.",
            Unit.CURRENCY,
            bounds=_AMOUNT,
        ),
    ),
)
