"""Windows and arrears that every table of monthly statements knows."""

from __future__ import annotations

import narwhals as nw

from training.features.define import Subset
from training.language import Labels, _


def _since(name: str, months: int, labels: Labels) -> Subset:
    condition = nw.col("MONTHS_BALANCE") >= -months
    return Subset(name, condition, labels, f" over the last {months} months")


LAST_QUARTER = _since("LAST_QUARTER", 3, _("last three months"))
LAST_HALF = _since("LAST_HALF", 6, _("last six months"))
LAST_YEAR = _since("LAST_YEAR", 12, _("last twelve months"))
LATE = Subset(
    "LATE",
    nw.col("SK_DPD") > 0,
    _("months in arrears"),
    " with days past due",
    raises_risk=True,
)
