"""How much room text takes, estimated before anything renders it.

Measured with DejaVu Sans, which is wider than the deck's Arial and than what stands in
for it where Arial is missing: what fits here fits there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font

POINTS_PER_INCH = 72
LINE, BETWEEN = 1.2, 0.5
# What a text box keeps free on each side, in inches.
MARGIN = 0.1


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """Of one line, in inches; `size` in points."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    font.set_size(size, POINTS_PER_INCH)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64 / POINTS_PER_INCH


def lines(text: str, size: float, room: float) -> int:
    """How many lines a paragraph breaks into in `room` inches."""
    count, line = 1, ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size) > room:
            count, line = count + 1, word
        else:
            line = longer
    return count


def height(
    paragraphs: Sequence[str], size: float, room: float, bullets: bool = False
) -> float:
    """Of paragraphs with their spaces, in inches."""
    inner = room - 2 * MARGIN - (indent(size) if bullets else 0)
    count = sum(lines(one, size, inner) for one in paragraphs)
    between = BETWEEN * (len(paragraphs) - 1)
    return (LINE * count + between) * size / POINTS_PER_INCH + 2 * MARGIN


def indent(size: float) -> float:
    """What a bullet takes from each line of its paragraph, in inches."""
    return size / POINTS_PER_INCH


def sizes(largest: int, smallest: int) -> Iterator[int]:
    yield from range(largest, smallest - 1, -1)


def size_of(
    paragraphs: Sequence[str],
    room: tuple[float, float],
    largest: int,
    smallest: int,
    bullets: bool = False,
) -> int | None:
    """The largest size at which they fit in width and height; None when none does."""
    for size in sizes(largest, smallest):
        if height(paragraphs, size, room[0], bullets) <= room[1]:
            return size
    return None


def cut(text: str, size: float, room: float) -> str:
    """The text on one line of `room` inches, its end left out if need be."""
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
