"""What is known of a model version, kept where MLflow shows the version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import mlflow
from mlflow.entities.model_registry import ModelVersion

from training.gates.gate import Gate, found, gate_of, table
from training.language import SOURCE
from training.registry.load import kept
from training.registry.store import MODEL, Registry

GATES = "gates"
# What a registry in a database keeps of a description.
LONGEST = 5_000


def log_gates(gates: Sequence[Gate]) -> None:
    """Put the gates into the active run, as a table to read and as numbers."""
    mlflow.log_text(table(gates)[SOURCE] + "\n", f"{GATES}/{GATES}.md")
    mlflow.log_dict(
        {GATES: [gate.to_json() for gate in gates]}, f"{GATES}/{GATES}.json"
    )


def keep_findings(
    registry: Registry, version: str, card: str, gates: Iterable[Gate]
) -> None:
    """Describe a version by its model card, and tag it with every gate."""
    registry.client.update_model_version(MODEL, version, description(card))
    for gate in gates:
        tag_gate(registry, version, gate)


def tag_gate(registry: Registry, version: str, gate: Gate) -> None:
    verdict = "passed" if gate.passed else "NOT PASSED"
    text = f"{verdict}: {found(gate)}. {gate.reason[SOURCE]}"
    registry.client.set_model_version_tag(MODEL, version, f"gate.{gate.gate}", text)


def description(card: str) -> str:
    """The card, or its first whole sections when it is too long for the registry."""
    if len(card) <= LONGEST:
        return card
    rest = "\n\nThe whole card: artifact `bundle/model-card.md` of the run.\n"
    shortened = card[: LONGEST - len(rest)]
    return shortened[: shortened.rindex("\n## ")].rstrip() + rest


def gates_of(version: ModelVersion) -> list[Gate]:
    """The gates that a version's run was put to.

    Raises:
        TrainingError: they are not kept any more.
    """
    with kept(version.run_id, f"{GATES}/{GATES}.json") as address:
        document = mlflow.artifacts.load_dict(address)
    return [gate_of(gate) for gate in document[GATES]]
