from __future__ import annotations

import pytest

from api_client.meaning import Descriptor, Value
from texts.client.comparison import scale


@pytest.mark.parametrize(
    ("unit", "role", "values", "title", "first"),
    [
        ("days", "birth", [-14610.0, -7305.0], "X (years)", 40),
        ("days", "date", [-730.5, 0.0], "X (years before the application)", 2),
        ("days", "", [0.0, 1461.0], "X (years)", 0),
        ("days", "", [-20.0, None], "X (days before the application)", 20),
        ("share", "", [0.2, 0.6], "X (%)", 20),
        ("months", "", [3.0, 6.0], "X (months)", 3),
        ("none", "", ["A"], "X", "A"),
    ],
)
def test_an_axis_counts_in_the_unit_of_the_texts(
    unit: str, role: str, values: list[Value], title: str, first: Value
) -> None:
    axis = scale(Descriptor("X", "X", unit, role=role), values)
    assert (axis.title, axis(values[0])) == (title, pytest.approx(first))
