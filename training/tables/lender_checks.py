"""What of a `lender.yaml` cannot be true together, or names what is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from training.tables.lender_file import LenderFile
from training.tables.yaml_file import Fault


def contradictions(lender: LenderFile, *, incomplete: bool) -> list[Fault]:
    """Each fault; of an `incomplete` file none that says that something is missing."""
    return []


def near(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest of the words that there are."""
    words = list(known)
    folded = {one.casefold(): one for one in reversed(words)}
    close = difflib.get_close_matches(word.casefold()[:100], folded, 1, 0.6)
    return f"; did you mean {folded[close[0]]}?" if close else ""
