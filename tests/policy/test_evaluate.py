"""Which rules fire; what is wrong or missing never lets pass."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from policy.evaluate import Evaluator, Outcome
from policy.recommend import recommend
from policy.rules import Policy
from tests.policy.written import Json, expressions, policy, rules, switch, values

INCOME = "declared.monthly_income"
HOUSING = "declared.housing"
RATIO = expressions("budget", {"ratio": f"{HOUSING} / {INCOME}"})


def outcome(found: Policy, seconds: float = 5, /, **facts: Any) -> Outcome:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    [one] = Evaluator(found, seconds).outcomes([named])
    return one


def fired(found: Policy, /, **facts: Any) -> dict[str, tuple[str, ...]]:
    """Codes of the rules that fired, with what is missing."""
    one = outcome(found, **facts)
    assert one.failed is None
    return {each.rule.code: each.missing for each in one.fired}


def cells(field: str, *some: str, hit: str = "collect", **columns: str) -> Json:
    return rules("r", {"x": field} | columns, *({"x": one} for one in some), hit=hit)


@pytest.mark.parametrize(
    ("cell", "fires"),
    [
        ("> 4", {5, 9}),
        ("5", {5}),
        ("1, 5", {1, 5}),
        ("[1..5]", {1, 5}),
        ("(1..5]", {5}),
        ("> 1 and < 9", {5}),
        ("< 5 or > 8", {1, 9}),
        ("not in [1, 5]", {9}),
        ("!= 5", {1, 9}),
        ("$ % 5 == 0", {5}),
        ("< 2, not in [1..5]", {1, 9}),
        ("", {1, 5, 9}),
    ],
)
def test_a_cell_is_held_to_its_column(cell: str, fires: set[int]) -> None:
    found = policy(cells("terms.instalments", cell))
    assert {n for n in (1, 5, 9) if fired(found, terms__instalments=n)} == fires


def test_all_that_fired_come_in_the_order_of_the_file_with_what_they_read() -> None:
    columns = {"x": "probability", "y": "earlier.by ?? 'nobody'"}
    rows: tuple[Json, ...] = ({"x": "> 1"}, {"x": "> 0"}, {"y": "'nobody'"}, {})
    one = outcome(policy(rules("r", columns, *rows)), probability=0.5, threshold=9)
    assert [(each.rule.code, each.facts) for each in one.fired] == [
        ("R1", {"probability": 0.5}),
        ("R2", {}),
        ("R3", {}),
    ]


def test_of_the_first_that_hits_no_other_fires() -> None:
    found = policy(cells("probability", "> 0.8", "> 0.5", "> 0.1", hit="first"))
    assert [*fired(found, probability=0.9)] == ["R0"]
    assert [*fired(found, probability=0.6)] == ["R1"]
    assert not fired(found, probability=0)
    assert [*fired(found)] == ["R0", "R1", "R2"]


def test_what_is_missing_makes_a_rule_unknown_not_the_others() -> None:
    rows = ({"x": "> 1"}, {"y": "> 1"})
    found = policy(RATIO, rules("r", {"x": "ratio", "y": "probability"}, *rows))
    assert fired(found, probability=2) == {"R0": (HOUSING, INCOME), "R1": ()}
    assert fired(found, probability=2, declared__housing=1)["R0"] == (INCOME,)
    nothing = float("nan")
    assert fired(found, probability=nothing)["R1"] == ("probability",)


def test_a_value_that_there_is_not_makes_a_rule_unknown() -> None:
    """zen-engine alone takes a comparison with it for false, and lets pass."""
    after = expressions("after", {"rest": "1 - ratio"})
    found = policy(RATIO, after, rules("r", {"x": "rest"}, {"x": "< 0.5"}))
    facts = {"declared__housing": 5}
    assert fired(found, declared__monthly_income=0, **facts) == {
        "R0": (HOUSING, INCOME)
    }
    assert fired(found, declared__monthly_income=9, **facts) == {"R0": ()}
    assert not fired(found, declared__monthly_income=99, **facts)


def test_no_row_of_a_table_of_values_makes_a_rule_unknown() -> None:
    table = values("t", {"x": "probability"}, ["limit"], {"x": "> 1", "limit": "4"})
    found = policy(table, rules("r", {"x": "limit"}, {"x": "> 3"}))
    assert fired(found, probability=2) == {"R0": ()}
    assert fired(found, probability=1) == {"R0": ("probability",)}


@pytest.mark.parametrize(
    "text", [f"{INCOME} + 'x' > 1", f"{INCOME}", "upper(1) == 'A'"]
)
def test_an_error_is_no_rule_that_does_not_fire(text: str) -> None:
    """zen-engine alone takes the error in a cell for false, and lets pass."""
    found = policy(rules("r", {"if": ""}, {"if": text}))
    one = outcome(found, declared__monthly_income=12345)
    assert one.failed and "R0" in one.failed and "12345" not in one.failed
    assert recommend("granted", one, ()) == "referred"


@pytest.mark.parametrize("fact", ["x", 1e300, float("inf"), [1], {}, "x" * 2000, 2**80])
def test_a_fact_of_the_wrong_kind_fails(fact: object) -> None:
    one = outcome(policy(cells("probability", "> 0.5")), probability=fact)
    assert one.failed and "\n" not in one.failed and len(one.failed) < 100


def test_a_rule_may_test_for_what_is_missing() -> None:
    rows = ({"x": "null"}, {"x": "> 9", "if": f"{INCOME} != null"}, {"x": "> 9"})
    found = policy(rules("r", {"x": INCOME, "if": ""}, *rows))
    assert fired(found) == {"R0": (), "R2": (INCOME,)}
    assert fired(found, declared__monthly_income=10) == {"R1": (), "R2": ()}


def test_a_row_that_catches_what_is_missing_does_so_for_those_after_it() -> None:
    rows = ({"x": "null", "limit": "0"}, {"x": "> 9", "limit": "2"}, {"limit": "1"})
    table = values("t", {"x": INCOME}, ["limit"], *rows)
    found = policy(table, rules("r", {"x": "limit"}, *({"x": n} for n in "012")))
    assert [*fired(found)] == ["R0"]
    assert [*fired(found, declared__monthly_income=5)] == ["R1"]
    assert [*fired(found, declared__monthly_income=10)] == ["R2"]


def test_only_what_a_switch_leads_to_fires() -> None:
    nodes = (
        switch("side", f"{INCOME} == null", "probability > 0.5", ""),
        rules("none", {"if": ""}, {}),
        rules("high", {"x": INCOME}, {"x": "> 0"}),
        rules("low", {"if": ""}, {}),
    )
    edges = ["side/side-0>none", "side/side-1>high", "side/side-2>low"]
    found = policy(*nodes, edges=["in>side", *edges])
    facts = {"declared__monthly_income": 5}
    assert fired(found, probability=0.9) == {"NONE0": ()}
    assert fired(found, probability=0.9, **facts) == {"HIGH0": ()}
    assert fired(found, probability=0.1, **facts) == {"LOW0": ()}
    everything = {"NONE0", "HIGH0", "LOW0"}
    assert {*fired(found, **facts)} == everything


def test_where_several_branches_meet_one_is_enough() -> None:
    nodes = (
        switch("side", "probability > 0.8", "probability > 0.5", hit="collect"),
        expressions("a", {"one": "probability * 2"}),
        expressions("b", {"two": "probability * 3"}),
        rules("r", {"if": ""}, {"if": "(one ?? 0) + (two ?? 0) > 0"}),
    )
    edges = ["in>side", "side/side-0>a", "side/side-1>b", "a>r", "b>r"]
    found = policy(*nodes, edges=edges)
    assert fired(found, probability=0.9) == {"R0": ()}
    assert fired(found, probability=0.6) == {"R0": ()}
    assert not fired(found, probability=0.4)


def test_what_takes_too_long_is_cut_off() -> None:
    chain = {f"v{i}": f"$.v{i - 1} + 1" if i else "probability" for i in range(9_000)}
    found = policy(expressions("long", chain), cells("v8999", "> 1"))
    began = time.monotonic()
    many = Evaluator(found, 0.0001).outcomes([{"probability": 1}] * 1000)
    assert time.monotonic() - began < 5
    assert {one.failed for one in many} == {"it took longer than 0.0001 seconds"}
    assert fired(found, probability=1) == {"R0": ()}


def test_who_asks_may_be_in_an_event_loop() -> None:
    chain = {f"v{i}": f"$.v{i - 1} + 1" if i else "probability" for i in range(4000)}
    large = policy(expressions("long", chain), cells("v3999", "> 4000"))

    async def ask() -> object:
        return fired(large, probability=2)

    # In a thread of its own: a browser's loop may run in this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(ask())).result() == {"R0": ()}


def test_many_threads_evaluate_at_once_and_leave_nothing_open() -> None:
    chain = {f"v{i}": f"$.v{i - 1} + 1" if i else "probability" for i in range(4000)}
    large = policy(expressions("long", chain), cells("v3999", "> 4000"))
    evaluators = [
        Evaluator(large, 60),
        Evaluator(policy(RATIO, cells("ratio", "> 1")), 1),
    ]
    seen: list[list[int]] = []

    def ask() -> None:
        for each in evaluators:
            facts = [{"probability": n, INCOME: 1, HOUSING: n} for n in range(5)]
            seen.append([len(one.fired) for one in each.outcomes(facts)])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    gc.collect()
    assert seen.count([0, 0, 1, 1, 1]) == 8
