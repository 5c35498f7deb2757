"""The raw tables, declared: columns, types, keys, labels and bounds."""

from __future__ import annotations

from training.tables import (
    application,
    bureau,
    bureau_balance,
    credit_card_balance,
    installments_payments,
    pos_cash_balance,
    previous_application,
)
from training.tables.schema import Table

TABLES: dict[str, Table] = {
    module.TABLE.name: module.TABLE
    for module in (
        application,
        bureau,
        bureau_balance,
        previous_application,
        pos_cash_balance,
        installments_payments,
        credit_card_balance,
    )
}
HISTORY_TABLES: tuple[str, ...] = tuple(TABLES)[1:]
