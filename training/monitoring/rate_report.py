"""What a report says of the lender's rules, and of the people who decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.language import Labels, _, alike, figure
from training.markdown import table
from training.monitoring.alerts import rate_texts
from training.monitoring.events.state import State
from training.monitoring.statistics.rates import OFFICER_OVERRIDE
from training.monitoring.statistics.window_tests import ScaleTests

OFFICERS = 10


def newest(widest: ScaleTests) -> list[dict[str, object]]:
    """What the rules and people did in the newest windows, and in those before."""
    tests = widest.rates
    return [
        {
            "rate": name,
            "labels": rate_texts.label(name),
            "now": int(tests.hits[-1, at]),
            "of": int(tests.tries[-1, at]),
            "before": int(tests.hits_before[-1, at]),
            "of_before": int(tests.tries_before[-1, at]),
            "p": float(widest.p[-1, widest.causes.index(name)]),
        }
        for at, name in enumerate(tests.names)
        if tests.tries[-1, at]
    ]


def over_time(state: State, first: int, end: int) -> dict[str, float | None]:
    """Shares of what was decided by a policy, and the hours until people decided."""
    asked = [first * state.window, end * state.window]
    decided, referred, refused = state.connection.execute(
        "SELECT count(*), sum(recommendation = 'referred'),"
        " sum(recommendation = 'refused') FROM decisions"
        " WHERE policy IS NOT NULL AND number >= ? AND number < ?",
        asked,
    ).fetchone()
    hours = state.connection.execute(
        "SELECT hours FROM reviews WHERE window >= ? AND window < ?", [first, end]
    ).fetchall()
    return {
        "referred": referred / decided if decided else None,
        "recommended_refused": refused / decided if decided else None,
        "hours": float(np.median(hours)) if hours else None,
    }


def told(rates: Sequence[Any]) -> list[Labels]:
    """A table, where there are rules or reviews; of officers those who review most."""
    if not rates:
        return []
    officers = [one for one in rates if one["rate"].startswith(OFFICER_OVERRIDE)]
    officers.sort(key=lambda one: -one["of"])
    less = {one["rate"] for one in officers[OFFICERS:]}
    columns = _("Of decisions by rules and people"), _("Newest"), _("Before")
    return [
        table(
            columns,
            [
                (
                    one["labels"],
                    _share(one["now"], one["of"]),
                    _share(one["before"], one["of_before"]),
                )
                for one in rates
                if one["rate"] not in less
            ],
        )
    ]


def _share(hits: int, tries: int) -> Labels:
    if not tries:
        return alike("-")
    return _(
        "{share} of {cases}",
        share=figure(hits / tries, ".1%"),
        cases=figure(tries, ",d"),
    )
