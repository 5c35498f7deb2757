"""When each slide of the talk begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise

from training.present.script import Slide

STEP = 5


def schedule(slides: Sequence[Slide]) -> list[tuple[int, int]]:
    """Seconds from the beginning of the talk, in steps of five.

    The minutes of each section are divided among those of its slides that there are,
    by their shares.
    """
    spans: list[tuple[int, int]] = []
    for section, part in groupby(slides, lambda slide: slide.section):
        begin = spans[-1][1] if spans else 0
        shares = [slide.share for slide in part]
        step = 60 * section.minutes / sum(shares) / STEP
        ends = [begin + STEP * round(step * done) for done in accumulate(shares)]
        spans += pairwise([begin, *ends])
    return spans


def notes(slide: Slide, begin: int, end: int) -> str:
    """For the speaker: from when to when, for how long, and what to say."""
    span = f"{clock(begin)}–{clock(end)} ({clock(end - begin)})"
    return f"{slide.section.name}, {span}\n{slide.notes}"


def clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"
