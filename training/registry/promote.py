"""Make a model version the champion, if its gates let it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from training.errors import ConfigurationError, PromotionRefused
from training.gates.champion import cost_of_champion
from training.gates.gate import Gate, found, gate_of
from training.language import SOURCE, _, alike, joined
from training.registry.findings import gates_of, tag_gate
from training.registry.load import out_of_fold
from training.registry.signatures import accepted, holding
from training.registry.store import CHALLENGER, CHAMPION, MODEL, Registry, absent

# The tag of a promoted version that says by which gates, and over which.
PROMOTION = "promotion"


@dataclass(frozen=True)
class Promotion:
    """A version that became the champion, the gates it was put to, the override."""

    version: str
    gates: tuple[Gate, ...]
    override: str | None


def promote(
    registry: Registry,
    version: str = CHALLENGER,
    override: str | None = None,
    *,
    validated: bool = False,
) -> Promotion:
    """Give a version the alias `champion` when every gate is passed.

    `override` is the reason for which gates that are not passed shall not count; it
    is kept with the version. `validated`: somebody else must have accepted this very
    version, and nobody refused it since; no reason does instead.

    Raises:
        TrainingError: there is no such version.
        ConfigurationError: the override gives no reason.
        PromotionRefused: gates are not passed, which it names, or were never tried; or
            nobody has accepted it.
    """
    if override is not None and not override.strip():
        raise ConfigurationError("--override: expected a reason, found an empty text")
    registered = registry.version(version)
    if validated:
        _require_acceptance(registered)
    gates = (*gates_of(registered), _against_champion(registry, registered))
    failed = [gate for gate in gates if not gate.passed]
    tag_gate(registry, str(registered.version), gates[-1])
    if failed and override is None:
        raise PromotionRefused(f"version {registered.version}: {_said(failed)}")
    promotion = Promotion(str(registered.version), gates, override if failed else None)
    record = {"override": promotion.override, "cost_of_champion": gates[-1].to_json()}
    registry.client.set_model_version_tag(
        MODEL, promotion.version, PROMOTION, json.dumps(record, ensure_ascii=False)
    )
    registry.client.set_registered_model_alias(MODEL, CHAMPION, promotion.version)
    return promotion


def _require_acceptance(registered: ModelVersion) -> None:
    signatures = holding(registered)
    if accepted(signatures):
        return
    found = "nobody has signed it"
    if signatures:
        last = signatures[-1]
        found = f"{last.by} refused it on {last.signed_at}"
    number = registered.version
    raise PromotionRefused(
        f"version {number}: not validated: {found}; TRAINING_REQUIRE_VALIDATION is"
        f" set: let somebody else check it, then sign {number} --as NAME --verdict"
        " accepted"
    )


def promoted_gates(registered: ModelVersion, gates: Sequence[Gate]) -> list[Gate]:
    """A version's gates, with what its promotion added, once it was promoted."""
    if PROMOTION not in registered.tags:
        return list(gates)
    record = json.loads(registered.tags[PROMOTION])
    every = [*gates, gate_of(record["cost_of_champion"])]
    if record["override"] is None:
        return every
    note = _("Overridden: {why}", why=alike(record["override"]))
    return [
        gate if gate.passed else replace(gate, reason=joined([gate.reason, note], " "))
        for gate in every
    ]


def _said(failed: Sequence[Gate]) -> str:
    numbers = (
        f"{gate.gate}: found {found(gate)}; {gate.reason[SOURCE]}" for gate in failed
    )
    which = "\n  ".join(numbers)
    plural = "gate is" if len(failed) == 1 else "gates are"
    advice = "with a reason it is promoted nevertheless: promote --override REASON"
    return f"{len(failed)} {plural} not passed\n  {which}\n{advice}"


def _against_champion(registry: Registry, challenger: ModelVersion) -> Gate:
    try:
        champion = registry.client.get_model_version_by_alias(MODEL, CHAMPION)
    except MlflowException as error:
        if not absent(error):
            raise
        return cost_of_champion(out_of_fold(challenger.run_id), None)
    if champion.version == challenger.version:
        reason = _("This version is the champion already.")
        return Gate("cost_of_champion", None, 0.0, True, reason)
    return cost_of_champion(
        out_of_fold(challenger.run_id), out_of_fold(champion.run_id)
    )
