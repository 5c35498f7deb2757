"""One row per payment of an instalment, or per instalment that was not paid."""

from __future__ import annotations

from training.tables.kinds import amount, client_number, identifier, past_day
from training.tables.schema import Column, Origin, Table, Type

TABLE = Table(
    "installments_payments",
    columns=(
        identifier(
            "SK_ID_PREV",
            "Number of the earlier loan",
            "Numéro du prêt antérieur",
            "Number of the earlier application that led to this loan.",
        ),
        client_number(
            "SK_ID_CURR",
            "Client number",
            "Numéro de client",
            "Number of the client who holds the loan.",
        ),
        Column(
            "NUM_INSTALMENT_VERSION",
            Type.NUMBER,
            "Version of the schedule",
            "Version de l'échéancier",
            "Version of the payment schedule; 0 for credit cards.",
            nullable=False,
            bounds=(0, 1e6),
        ),
        Column(
            "NUM_INSTALMENT_NUMBER",
            Type.INTEGER,
            "Rank of the instalment",
            "Rang de l'échéance",
            "Place of the instalment in the schedule, from 1.",
            nullable=False,
            bounds=(0, 1e6),
        ),
        past_day(
            "DAYS_INSTALMENT",
            "Due date",
            "Date d'échéance",
            "When the instalment was due, in days before the application.",
            nullable=False,
            recorded=True,
        ),
        past_day(
            "DAYS_ENTRY_PAYMENT",
            "Date of payment",
            "Date de paiement",
            "When it was paid, in days before the application; missing when unpaid.",
            recorded=True,
        ),
        amount(
            "AMT_INSTALMENT",
            "Amount due",
            "Montant dû",
            "Amount of the instalment as scheduled.",
            nullable=False,
        ),
        amount(
            "AMT_PAYMENT",
            "Amount paid",
            "Montant payé",
            "Amount paid on the instalment; missing when nothing was.",
        ),
    ),
    origin=Origin.REPAYMENTS,
)
