"""One row per payment of an instalment, or per instalment that was not paid."""

from __future__ import annotations

from training.language import _
from training.tables.home_credit.kinds import (
    amount,
    client_number,
    identifier,
    past_day,
)
from training.tables.schema import Column, Origin, Table, Type

TABLE = Table(
    "installments_payments",
    columns=(
        identifier(
            "SK_ID_PREV",
            _("Number of the earlier loan"),
            "Number of the earlier application that led to this loan.",
        ),
        client_number(
            "SK_ID_CURR",
            _("Client number"),
            "Number of the client who holds the loan.",
        ),
        Column(
            "NUM_INSTALMENT_VERSION",
            Type.NUMBER,
            _("Version of the schedule"),
            "Version of the payment schedule; 0 for credit cards.",
            nullable=False,
            bounds=(0, 1e6),
        ),
        Column(
            "NUM_INSTALMENT_NUMBER",
            Type.INTEGER,
            _("Rank of the instalment"),
            "Place of the instalment in the schedule, from 1.",
            nullable=False,
            bounds=(0, 1e6),
        ),
        past_day(
            "DAYS_INSTALMENT",
            _("Due date"),
            "When the instalment was due, in days before the application.",
            nullable=False,
            recorded=True,
        ),
        past_day(
            "DAYS_ENTRY_PAYMENT",
            _("Date of payment"),
            "When it was paid, in days before the application; missing when unpaid.",
            recorded=True,
        ),
        amount(
            "AMT_INSTALMENT",
            _("Amount due"),
            "Amount of the instalment as scheduled.",
            nullable=False,
        ),
        amount(
            "AMT_PAYMENT",
            _("Amount paid"),
            "Amount paid on the instalment; missing when nothing was.",
        ),
    ),
    origin=Origin.REPAYMENTS,
)
