"""The estimate of the room that text takes."""

from __future__ import annotations

from training.present import fit


def test_a_line_breaks_between_words() -> None:
    room = fit.width("one two", 20) + 0.01
    assert [fit.lines(text, 20, room) for text in ("one", "one two", "one two x")] == [
        1,
        1,
        2,
    ]


def test_the_largest_size_that_fits_is_taken() -> None:
    room = (4.0, fit.height(["words"] * 3, 17, 4.0))
    assert fit.size_of(["words"] * 3, room, 24, 10) == 17
    assert fit.size_of(["words"] * 30, room, 24, 10) is None


def test_what_is_cut_says_so() -> None:
    text = fit.cut("a long name of a column", 12, 1.0)
    assert text.endswith("…")
    assert fit.width(text, 12) <= 1.0
    assert fit.cut("short", 12, 1.0) == "short"
