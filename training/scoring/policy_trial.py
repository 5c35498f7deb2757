"""A policy on clients: what it recommends for each, and which rules made it so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from policy.evaluate import Evaluator, Outcome
from policy.evidence import proves
from policy.recommend import recommend
from policy.rules import Policy, Recommendation, Rule
from training.arrays import Array
from training.errors import ConfigurationError
from training.scoring.declarations import Brought
from training.scoring.policy_clients import Clients
from training.scoring.policy_facts import FactMaker

RECOMMENDATIONS: tuple[Recommendation, ...] = ("granted", "referred", "refused")
Decision = Literal["granted", "refused"]


@dataclass(frozen=True)
class Trial:
    """Arrays have a row per client, in order; those of rules a column per rule.

    `decision` is the model's, `before` what was recommended without this policy,
    `after` with it, `complete` once all that it requires is there. `alone`: without
    this rule it would be another. `missing`: how often a fact was, by rule and fact.
    `columns`: raw columns, for groups of clients. `brought`: how many clients a file
    told facts of.
    """

    policy: Policy
    keys: Sequence[Any]
    probability: Array
    decision: np.ndarray
    before: np.ndarray
    after: np.ndarray
    complete: np.ndarray
    fired: np.ndarray
    unknown: np.ndarray
    alone: np.ndarray
    outcome: Array
    failed: Mapping[str, int]
    missing: Mapping[tuple[str, str], int]
    columns: pd.DataFrame
    brought: int

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.policy.rules


@dataclass(frozen=True)
class _Part:
    """Some clients: a tuple per client, then what is kept of them as arrays."""

    probability: list[float]
    decision: Sequence[str]
    before: Sequence[str]
    after: Sequence[str]
    complete: Sequence[str]
    states: np.ndarray
    columns: pd.DataFrame


def run(
    policy: Policy,
    maker: FactMaker,
    source: Iterable[Clients],
    brought: Brought,
    kept: Sequence[str],
    seconds: float,
) -> Trial:
    """Evaluate every client; `kept`: the raw columns that groups are made of.

    Raises:
        ConfigurationError: there is no client.
    """
    evaluator = Evaluator(policy, seconds)
    missing: Counter[tuple[str, str]] = Counter()
    failed: Counter[str] = Counter()
    keys: list[Any] = []
    outcomes: list[Array] = []
    parts: list[_Part] = []
    told = 0
    for clients in source:
        given = [brought.get(str(key), {}) for key in clients.keys]
        told += sum(map(bool, given))
        parts.append(_part(clients, maker, evaluator, given, kept, missing, failed))
        keys += clients.keys
        outcomes.append(clients.outcome)
    if not keys:
        raise ConfigurationError(
            "policy: expected clients, or decisions by the bundle's model, to try it"
            " on; found none"
        )
    states = np.concatenate([part.states for part in parts])
    return Trial(
        policy,
        keys,
        np.array([p for part in parts for p in part.probability]),
        np.array([d for part in parts for d in part.decision]),
        np.array([b for part in parts for b in part.before]),
        np.array([a for part in parts for a in part.after]),
        np.array([c for part in parts for c in part.complete]),
        states[:, :, 0],
        states[:, :, 1],
        states[:, :, 2],
        np.concatenate(outcomes),
        failed,
        missing,
        pd.concat([part.columns for part in parts], ignore_index=True),
        told,
    )


def _part(
    clients: Clients,
    maker: FactMaker,
    evaluator: Evaluator,
    brought: Sequence[Mapping[str, Any]],
    kept: Sequence[str],
    missing: Counter[tuple[str, str]],
    failed: Counter[str],
) -> _Part:
    verdicts = maker.verdicts(clients)
    stored = clients.facts or [{}] * len(clients.keys)
    given = [{**known, **told} for known, told in zip(stored, brought, strict=True)]
    outcomes = evaluator.outcomes(maker.facts(clients, verdicts, given))
    places = {rule.code: at for at, rule in enumerate(evaluator.policy.rules)}
    states = np.zeros((len(outcomes), len(places), 3), bool)
    after, complete = [], []
    for row, outcome in enumerate(outcomes):
        decision = cast(Decision, verdicts.decision[row])
        met = [is_met(one.rule, given[row]) for one in outcome.fired]
        recommended = recommend(decision, outcome, met)
        after.append(recommended)
        complete.append(recommend(decision, outcome, [True] * len(met)))
        if outcome.failed is not None:
            failed[outcome.failed] += 1
        for at, one in enumerate(outcome.fired):
            alone = recommended != recommend(decision, *_without(outcome, met, at))
            state = not one.missing, bool(one.missing), alone
            states[row, places[one.rule.code]] = state
            missing.update((one.rule.code, name) for name in one.missing)
    there = {n: clients.application[n] for n in kept if n in clients.application}
    columns = pd.DataFrame(there, index=range(len(clients.keys)))
    before = clients.before or verdicts.decision
    return _Part(
        verdicts.probability,
        verdicts.decision,
        before,
        after,
        complete,
        states,
        columns,
    )


def _without(
    outcome: Outcome, met: Sequence[bool], at: int
) -> tuple[Outcome, list[bool]]:
    others = outcome.fired[:at] + outcome.fired[at + 1 :]
    return Outcome(others), [*met[:at], *met[at + 1 :]]


def is_met(rule: Rule, given: Mapping[str, Any]) -> bool:
    """Whether the evidence that a rule requires is among what is given, and proves it.

    A second signature is never there: nobody has signed yet.
    """
    if rule.evidence is None:
        return False
    about = f"evidence.{rule.evidence}"
    days, result = given.get(f"{about}.days"), given.get(f"{about}.result")
    if days is None or result is None or not proves(rule.evidence, result):
        return False
    in_time = rule.within_days is None or days <= rule.within_days
    return in_time and given.get(f"{about}.valid") is not False
