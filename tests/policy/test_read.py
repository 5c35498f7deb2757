"""A policy is read: what its rules read, and what is refused, by line."""

from __future__ import annotations

import time
from typing import Any

import pytest

from policy.facts import ALWAYS
from policy.read import LARGEST_FILE, read_policy
from policy.rules import Fault, PolicyError, Rule
from tests.commands import ROOT
from tests.policy.written import (
    BIRTH,
    KNOWN,
    Json,
    content,
    expressions,
    policy,
    rules,
    switch,
    table,
    values,
    written,
)

ANY = {"if": ""}
BUDGET = expressions(
    "budget",
    {
        "charges": "declared.housing + terms.instalment",
        "ratio": "$.charges / declared.monthly_income",
    },
)


def refused(document: Json | bytes) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as caught:
        whole = document if isinstance(document, bytes) else content(document)
        read_policy(whole, KNOWN)
    return caught.value.faults


def only(*nodes: Json, edges: tuple[str, ...] = ()) -> Rule:
    [rule] = policy(*nodes, edges=edges).rules
    return rule


def test_a_rule_is_what_its_row_says() -> None:
    row = {
        "p": "> 0.5",
        "code": "CONSULT",
        "effect": "require",
        "text.en": "We look it up first.",
        "text.fr": "Nous le consultons.",
        "evidence": "register",
        "within_days": 30,
    }
    found = policy(rules("look", {"p": "probability"}, row))
    lines = found.content.decode().split("\n")
    [rule] = found.rules
    assert rule == Rule(
        code="CONSULT",
        effect="require",
        text={"en": "We look it up first.", "fr": "Nous le consultons."},
        reads=frozenset({"probability"}),
        tests=frozenset(),
        conditions=(("probability", "> 0.5"),),
        evidence="register",
        within_days=30,
        lawful_basis=None,
        protected=frozenset(),
        table="look",
        line=1 + next(i for i, line in enumerate(lines) if '"look-row-0"' in line),
    )
    assert (found.version, found.facts) == ("1", {"probability"})


def test_rules_come_in_the_order_of_the_file() -> None:
    found = policy(
        rules("later", {"r": "ratio"}, {"r": "> 1"}, {"r": "> 2"}),
        BUDGET,
        rules("soon", {"p": "probability"}, {"p": "> 1"}),
        edges=("in>budget", "budget>later", "in>soon"),
    )
    assert [rule.code for rule in found.rules] == ["LATER0", "LATER1", "SOON0"]


@pytest.mark.parametrize(
    ("cell", "reads", "tests"),
    [
        ("ratio > 1", "declared.housing declared.monthly_income terms.instalment", ""),
        (
            "ratio == null",
            "",
            "declared.housing declared.monthly_income terms.instalment",
        ),
        ("probability > threshold", "probability threshold", ""),
        ("probability['x'] > 1", None, None),
        ("declared['monthly_income'] < 9", "declared.monthly_income", ""),
        ("earlier.days == null or earlier.days > 9", "", "earlier.days"),
        (
            "null != earlier.days and earlier.by == 'person'",
            "earlier.by",
            "earlier.days",
        ),
        ("(earlier.days ?? 0) + probability > 9", "probability", "earlier.days"),
        ("earlier.by == 'null'", "earlier.by", ""),
    ],
)
def test_what_a_condition_reads_is_found(
    cell: str, reads: str | None, tests: str | None
) -> None:
    nodes = (BUDGET, rules("r", ANY, {"if": cell}))
    if reads is None or tests is None:
        assert "expected a fact" in refused(written(*nodes))[0].detail
        return
    found = only(*nodes)
    assert (found.reads, found.tests) == ({*reads.split()}, {*tests.split()})


def test_a_row_reads_what_its_column_and_other_cells_read() -> None:
    columns = {"r": "ratio - threshold", "d": "earlier.days", "if": ""}
    found = only(BUDGET, rules("r", columns, {"r": "> 0", "d": "null", "if": ""}))
    assert {"threshold", "declared.housing"} < found.reads
    assert found.tests == {"earlier.days"}
    assert found.conditions == (("ratio - threshold", "> 0"), ("earlier.days", "null"))


def test_behind_a_switch_is_read_what_it_decides_by() -> None:
    sides = switch("side", "declared.housing > 9", "")
    wide = rules("wide", {"p": "probability"}, {"p": "> 1"})
    edges = ("in>side", "side/side-0>wide")
    assert only(sides, wide, edges=edges).reads == {"declared.housing", "probability"}
    both = (*edges, "side/side-1>wide", "in>wide")
    assert only(sides, wide, edges=both).reads == {"probability"}


def test_what_a_switch_tests_for_absence_may_be_missing_behind_it() -> None:
    sides = switch("side", "declared.housing != null", "")
    cell = {"h": "> 1"}
    edges = ("in>side", "side/side-0>wide")
    found = only(sides, rules("wide", {"h": "declared.housing"}, cell), edges=edges)
    assert (found.reads, found.tests) == (set(), {"declared.housing"})


def test_of_the_first_that_hits_a_row_reads_what_those_before_it_read() -> None:
    columns = {"p": "probability", "h": "declared.housing"}
    rows = ({"p": "> 1"}, {"h": "null"}, {"h": "> 1"})
    _, _, last = policy(rules("r", columns, *rows, hit="first")).rules
    assert (last.reads, last.tests) == ({"probability"}, {"declared.housing"})
    _, _, last = policy(rules("r", columns, *rows)).rules
    assert (last.reads, last.tests) == ({"declared.housing"}, set())


def test_a_table_s_values_read_all_that_it_reads() -> None:
    columns = {"p": "probability", "d": "declared.dependants"}
    rows = ({"p": "> 1", "limit": "terms.amount"}, {"d": "> 2", "limit": "7"})
    found = only(
        values("limits", columns, ["limit"], *rows),
        rules("r", ANY, {"if": "limit > 5"}),
    )
    assert found.reads == {"probability", "declared.dependants", "terms.amount"}


def test_what_is_protected_is_found_through_values() -> None:
    age = expressions("age", {"years": f"{BIRTH} / -365.25"})
    young = {"y": "< 18"}
    [fault] = refused(written(age, rules("r", {"y": "years"}, young)))
    assert fault.where == "node r, rule R0"
    assert fault.detail == (
        f"lawful_basis: expected why it may read {BIRTH}; found nothing"
    )
    found = only(age, rules("r", {"y": "years"}, {**young, "lawful_basis": "Law."}))
    assert (found.protected, found.lawful_basis) == ({BIRTH}, "Law.")
    assert refused(written(rules("r", ANY, {"if": f"{BIRTH} == null"})))


GOOD = rules("r", {"p": "probability"}, {"p": "> 1"})


def changed(node: Json, **parts: Any) -> Json:
    return node | {"content": node["content"] | parts}


def said(**parts: Any) -> Json:
    return rules("r", {"p": "probability"}, {"p": "> 1", **parts})


def cell(text: str, field: str = "probability") -> Json:
    return rules("r", {"p": field}, {"p": text})


@pytest.mark.parametrize(
    ("nodes", "where", "detail"),
    [
        ([cell("> 1 >")], "column probability", "under an expression a cell begins"),
        ([cell("")], None, None),
        ([cell("in 1, )")], "rule R0", "brackets do not close"),
        ([cell("> rand(3)")], "rule R0", "rand(: expected one of the functions abs,"),
        ([cell("> 1", "proability")], "rule R0", "near it: probability"),
        ([cell("> $root.probability")], "rule R0", "$root: expected the name"),
        ([cell("probability == 1")], "rule R0", "a cell begins with its comparison"),
        ([cell("some([1], # > 0)", "")], "rule R0", "some(: expected one of"),
        ([cell("`a${probability}`", "")], "rule R0", "`: there are no templates"),
        ([cell("d('2020-01-01') > 1", "")], "rule R0", "d(: expected one of"),
        ([cell("sum([1..1e9]) > 1", "")], "rule R0", "..: a range is only what"),
        ([cell("declared == 1", "")], "rule R0", "found declared"),
        ([cell("probability = 1", "")], "rule R0", "=: values are compared by =="),
        ([cell("probability > > 1", "")], "rule R0", "Unexpected token"),
        ([cell("probability.x(1) > 1", "")], "rule R0", "probability.x(: expected one"),
        ([said(code="a b")], "rule a b", "code: expected letters, digits"),
        ([said(effect="grant")], "rule R0", "effect: expected one of refuse, refer"),
        ([said(**{"text.en": ""})], "rule R0", "text.en: expected a text"),
        ([said(effect="require")], "rule R0", "evidence: expected one of identity"),
        ([said(evidence="income")], "rule R0", "evidence: expected nothing"),
        ([said(within_days=30)], "rule R0", "within_days: expected days"),
        ([said(price="x")], "node r", "outputs: expected code, effect"),
        ([GOOD, rules("s", ANY, {"code": "R0"})], "rule R0", "has this code"),
        ([changed(GOOD, outputPath=None)], "outputPath", "expected a name"),
        ([changed(GOOD, outputPath="declared.x")], "outputPath", "facts begin with"),
        ([changed(GOOD, hitPolicy="unique")], "node r", "hitPolicy: expected collect"),
        ([changed(GOOD, inputField="declared")], "node r", "inputField: expected no"),
        ([changed(GOOD, executionMode="loop")], "node r", "executionMode: expected no"),
        ([changed(GOOD, inputs=True)], "node r", "inputs: expected a list of objects"),
        ([changed(GOOD, rules="x")], "node r", "rules: expected a list of objects"),
        ([changed(GOOD, rules=[{"q": ""}])], "node r", "there is no column q"),
        ([changed(GOOD, rules=[{"p": 1}])], "node r", "expected a text; found 1"),
        ([GOOD | {"type": "functionNode"}], "node r", "type: expected one of"),
        ([GOOD | {"content": 5}], "node r", "content: expected an object; found 5"),
        ([GOOD, GOOD], "node r", "another node has the id r"),
        ([expressions("e", {"v": "$.w"})], "expression v", "found $.w"),
        ([expressions("e", {"v": "1", "v.w": "2"})], "expression v.w", "there is v"),
        ([expressions("e", {"v": ""})], "expression v", "expected an expression"),
        ([expressions("e", {"a b": "1"})], "expression a b", "expected a name of"),
        ([expressions("e", {"version": "1"})], "version", "a text in quotes"),
        ([table("t", {}, ["v"], [], "collect")], "node t", "hitPolicy: expected first"),
        ([table("t", {}, [], [], "first")], "node t", "a field of its own"),
        ([expressions("e", {f"v{i}": f"$.v{i-1} + $.v{i-1}" if i else "'x'"
                            for i in range(40)})], "expression v", "up to 200 facts"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    nodes: list[Json], where: str | None, detail: str | None
) -> None:
    document = written(*nodes)
    if detail is None or where is None:
        read_policy(content(document), KNOWN)
        return
    faults = refused(document)
    first = next((one for one in faults if detail in one.detail), None)
    assert first, faults
    assert where in first.where
    lines = content(document).decode().split("\n")
    assert first.line is not None and 0 < first.line <= len(lines)
    if first.where.startswith("node r"):
        assert '"r' in lines[first.line - 1]


@pytest.mark.parametrize(
    ("edges", "detail"),
    [
        (("in>a", "a>b", "b>a", "a>r"), "edges go in a circle"),
        (("in>a", "b>r"), "no edge leads here from the inputNode"),
        (("in>a", "in>b", "in>nowhere"), "expected the id of a node; found nowhere"),
        (("in>a", "a>b", "in>r", "r>b"), "leads to an outputNode, and there alone"),
        (("in>a", "a>b", "in>r", "out>b"), "nothing follows an outputNode"),
        (("in>a", "in>b", "in>r"), "two does not come here by every edge"),
        (("in>a", "a>b", "b>r"), "probability does not come here"),
        (("in>a", "in>b", "a>r", "b>r"), None),
    ],
)
def test_a_graph_that_does_not_hold_is_refused(
    edges: tuple[str, ...], detail: str | None
) -> None:
    nodes = (
        expressions("a", {"one": "1"}),
        expressions("b", {"two": "2"}, passes=False),
        rules("r", {"p": "probability"}, {"p": "> two"}),
    )
    if detail is None:
        policy(*nodes, edges=edges)
        return
    told = refused(written(*nodes, edges=edges))
    assert any(detail in one.detail for one in told), told
    assert all(one.line for one in told)


@pytest.mark.parametrize(
    ("whole", "line", "detail"),
    [
        (b'{"nodes": [],\n "edges": [}', 2, "expected JSON: "),
        (b'{"nodes": [],\n\n "edges": "\xff"}', 3, "expected text in UTF-8"),
        (b"[" * 100_000, 1, "nested too deep"),
        (b'{"a": NaN}', 1, "NaN is no number"),
        (b'{"a": 1, "a": 2}', 1, "has the key a twice"),
        (b"[]", 1, "expected an object with nodes and edges; found []"),
        (b"{}", 1, "nodes: expected a list; found nothing"),
        (b'{"nodes": []}', 1, "expected one inputNode and at least one outputNode"),
        (b'{"nodes": [%s 5]}' % (b"5," * 1000), 1, "nodes: expected up to 1,000"),
        (b" " * (LARGEST_FILE + 1), None, "expected up to 10,485,760 bytes"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_is_no_model_is_refused(
    whole: bytes, line: int | None, detail: str
) -> None:
    [fault] = refused(whole)
    assert (fault.line, fault.where in ("file", "nodes")) == (line, True)
    assert detail in fault.detail


def test_a_file_states_one_version() -> None:
    document = written(GOOD)
    document["nodes"] = [one for one in document["nodes"] if one["id"] != "about"]
    document["edges"] = [one for one in document["edges"] if "about" not in one["id"]]
    [fault] = refused(document)
    assert "expected one expression with the key version; found 0" in fault.detail


def test_all_that_is_wrong_is_told_at_once_up_to_fifty() -> None:
    rows = [{"p": f"> unknown{i}"} for i in range(60)]
    told = refused(written(rules("r", {"p": "probability"}, *rows)))
    assert len(told) == 50
    assert [one.line for one in told] == sorted(one.line or 0 for one in told)
    assert "unknown49" in told[-1].detail


def test_ten_megabytes_are_read_in_a_time() -> None:
    row = {"p": "> 1", "text.en": "x" * 900}
    row_bytes = len(content(rules("r", {"p": "probability"}, row))) + 60
    many = [row] * (LARGEST_FILE // row_bytes)
    big = content(written(rules("r", {"p": "probability"}, *many)))
    assert LARGEST_FILE * 0.6 < len(big) < LARGEST_FILE
    began = time.process_time()
    assert len(read_policy(big, KNOWN).rules) == len(many)
    assert time.process_time() - began < 20


def test_more_expressions_than_can_be_read_in_a_time_are_refused() -> None:
    row = {"if": "(" * 2_000 + "1" + ")" * 2_000 + " == 1"}
    began = time.process_time()
    told = refused(written(rules("r", {"if": ""}, *[row] * 200)))
    assert "expected up to 500,000 characters of expressions" in told[0].detail
    assert time.process_time() - began < 20
    [fault] = refused(written(rules("r", {"if": ""}, {"if": "1" * 6_000})))
    assert "expected up to 5,000 characters; found 6,000" in fault.detail


def test_the_built_in_policy_has_no_rules() -> None:
    found = read_policy((ROOT / "policy" / "neutral.json").read_bytes(), {})
    assert (found.version, found.rules, found.facts) == ("built-in", (), frozenset())


def test_what_a_fact_is_called_is_never_a_group_of_others() -> None:
    names = {*ALWAYS}
    assert not {name.rpartition(".")[0] for name in names} & names
