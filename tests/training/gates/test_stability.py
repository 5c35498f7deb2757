"""The model holds for every part of the clients, or the gate says that it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from training.evaluation.segments import id_blocks
from training.gates import stability


def segment(name: str, auc: float | None, observed: float = 0.1) -> dict[str, Any]:
    rates = {"default_rate": observed, "predicted_rate": 0.1}
    label = {"en": name, "fr": name}
    return {"segment": name, "label": label, "clients": 2000, "auc": auc, **rates}


def blocks(*aucs: float | None) -> list[dict[str, Any]]:
    return [segment(f"Client numbers: part {n}", auc) for n, auc in enumerate(aucs)]


def test_blocks_of_clients_may_differ_by_chance_only() -> None:
    assert stability.id_blocks(blocks(0.74, 0.76, 0.75)).passed
    assert not stability.id_blocks(blocks(0.55, 0.76, 0.75)).passed


def test_no_segment_may_be_ranked_or_priced_badly() -> None:
    good, bad = segment("Loan type: cash", 0.75), segment("Income: pension", 0.52)
    assert stability.segment_ranking([good]).passed
    assert not stability.segment_ranking([good, bad]).passed
    assert stability.segment_calibration([good]).passed
    dear = segment("Housing: rented", 0.75, observed=0.18)
    found = stability.segment_calibration([good, dear])
    assert not found.passed and "Housing: rented" in found.reason["en"]


@pytest.mark.parametrize("parts", [[], blocks(None)])
def test_a_gate_without_segments_to_judge_says_that_it_cannot_know(
    parts: list[dict[str, Any]],
) -> None:
    gates = [stability.id_blocks(parts), stability.segment_ranking(parts)]
    for gate in (*gates, stability.segment_calibration([])):
        assert (gate.passed, gate.value) == (True, None)
        assert gate.reason["en"].startswith("Cannot be known")


@pytest.mark.parametrize(("defaults", "expected"), [(10, 1), (90, 2), (900, 5)])
def test_clients_are_cut_into_as_many_blocks_as_have_enough_defaults(
    defaults: int, expected: int
) -> None:
    target = (np.arange(1000) < defaults).astype(np.float64)
    masks = [mask for _, mask in id_blocks(np.arange(1000)[::-1], target)]
    assert len(masks) == expected
    assert np.array_equal(sum(masks), np.ones(1000))
