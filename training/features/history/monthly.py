"""Windows and arrears that every table of monthly statements knows."""

from __future__ import annotations

import narwhals as nw

from training.features.define import Subset


def _since(name: str, months: int, en: str, fr: str) -> Subset:
    condition = nw.col("MONTHS_BALANCE") >= -months
    return Subset(name, condition, en, fr, f" over the last {months} months")


LAST_QUARTER = _since("LAST_QUARTER", 3, "last three months", "trois derniers mois")
LAST_HALF = _since("LAST_HALF", 6, "last six months", "six derniers mois")
LAST_YEAR = _since("LAST_YEAR", 12, "last twelve months", "douze derniers mois")
LATE = Subset(
    "LATE",
    nw.col("SK_DPD") > 0,
    "months in arrears",
    "mois en retard",
    " with days past due",
)
