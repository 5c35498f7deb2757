"""The notebook shows what a run of it shows today."""

from __future__ import annotations

import json
import re
import runpy
import warnings
from itertools import pairwise
from typing import Any

from tests.conftest import ROOT

NOTEBOOK = ROOT / "docs" / "walkthrough.ipynb"
SCRIPT = ROOT / ".make" / "notebooks.py"
MOST_BYTES = 1_500_000
PICTURE, SENTENCE = "image/png", "text/markdown"
# The time, or the machine: where something is in memory or in a folder.
OF_A_RUN = re.compile(r"0x[0-9a-f]{6,}|/tmp/|/home/|walkthrough-\w|\d\d:\d\d:\d\d")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def test_the_notebook_is_kept_with_pictures_and_what_they_show() -> None:
    assert NOTEBOOK.stat().st_size < MOST_BYTES
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [*range(1, len(code) + 1)]
    below = []
    for cell in code:
        kinds = [set(one.get("data", {})) for one in cell["outputs"]]
        for shown, next_one in pairwise([*kinds, set()]):
            if PICTURE in shown:
                below.append(SENTENCE in next_one)
        assert not OF_A_RUN.search(" ".join(told(cell))), cell["id"]
    assert below and all(below)


def test_a_run_of_the_notebook_shows_what_is_kept() -> None:
    with warnings.catch_warnings():
        # The kernel's client warns of what it does itself.
        warnings.simplefilter("ignore")
        cells = runpy.run_path(str(SCRIPT))["executed"](NOTEBOOK).cells
    kept = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    for before, now in zip(kept, cells, strict=True):
        assert alike(told(before), told(now)), (
            f"{now['id']}: run make examples; found {told(now)}, kept {told(before)}"
        )


def test_a_number_may_differ_by_one_in_its_last_digit_and_a_word_not_at_all() -> None:
    assert alike(["AUC 0.761 of 3,000"], ["AUC  0.760 of 2,999"])
    assert not alike(["AUC 0.761 of 3,000"], ["AUC 0.759 of 3,000"])
    assert not alike(["AUC 0.761 of 3,000"], ["cost 0.761 of 3,000"])
    assert not alike([PICTURE], [])


def told(cell: dict[str, Any]) -> list[str]:
    """What the outputs of a cell say; of a picture that it is there."""
    texts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {SENTENCE: output.get("text")})
        text = data.get(SENTENCE) or data["text/plain"]
        texts.append(PICTURE if PICTURE in data else "".join(text))
    return texts


def alike(before: list[str], now: list[str]) -> bool:
    """The same words, and numbers apart by one in the last digit shown at most.

    Where a machine adds in another order, a number may be rounded the other way.
    """
    then, today = "\n".join(before), "\n".join(now)
    if NUMBER.sub("#", then).split() != NUMBER.sub("#", today).split():
        return False
    pairs = zip(NUMBER.findall(then), NUMBER.findall(today), strict=True)
    return all(near(*pair) for pair in pairs)


def near(then: str, today: str) -> bool:
    decimals = len(then.partition(".")[2])
    apart = abs(float(then.replace(",", "")) - float(today.replace(",", "")))
    return apart < 1.5 * 10**-decimals
