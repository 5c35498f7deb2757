"""The classic recipe in pandas: min, max, mean, sum and var of every numeric column
and the shares of every category, per table; again for active and closed bureau
credits, and for approved and refused previous applications.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

KEY = "SK_ID_CURR"
OPERATIONS = ["min", "max", "mean", "sum", "var"]


def read(data: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(data / f"{name}.parquet")


def aggregate(table: pd.DataFrame, prefix: str, key: str = KEY) -> pd.DataFrame:
    ids = [name for name in table.columns if name.startswith("SK_ID_") and name != key]
    rows = table.drop(columns=ids)
    numbers = rows.select_dtypes("number")
    made = numbers.groupby(key).agg(OPERATIONS)
    made.columns = pd.Index([f"{prefix}_{'_'.join(one)}" for one in made.columns])
    categories = rows.drop(columns=numbers.columns)
    if categories.empty:
        return made
    each = pd.get_dummies(categories, dummy_na=True, dtype="float32")
    shares = each.groupby(table[key]).mean()
    return made.join(shares.add_prefix(f"{prefix}_SHARE_"))


def split(table: pd.DataFrame, prefix: str, column: str, values: list[str]) -> list:
    """All records, and those with each value; numbers only for the parts."""
    numbers = table.select_dtypes("number")
    parts = [
        aggregate(numbers[table[column] == value], f"{prefix}_{value}")
        for value in values
    ]
    return [aggregate(table, prefix), *parts]


def bureau(data: Path) -> list:
    balance = aggregate(read(data, "bureau_balance"), "MONTHS", "SK_ID_BUREAU")
    means = balance[[name for name in balance.columns if name.endswith("_mean")]]
    credits = read(data, "bureau").join(means, on="SK_ID_BUREAU")
    return split(credits, "BUREAU", "CREDIT_ACTIVE", ["Active", "Closed"])


def main(data: Path) -> int:
    names = ("application_train", "application_test")
    application = pd.concat([read(data, name) for name in names])
    made = pd.get_dummies(application, dummy_na=True, dtype="float32").set_index(KEY)
    parts = bureau(data)
    previous = read(data, "previous_application")
    parts += split(previous, "PREV", "NAME_CONTRACT_STATUS", ["Approved", "Refused"])
    for name in ("POS_CASH_balance", "installments_payments", "credit_card_balance"):
        parts.append(aggregate(read(data, name), name))
    for part in parts:
        made = made.join(part)
    return made.shape[1]


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))  # noqa: T201
