"""compose.yaml gives each service what it reads, within bounds, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conftest import ROOT

# Part of check-jsonschema, which checks compose.yaml by its schema.
yaml = pytest.importorskip("ruamel.yaml")
# What the image says itself, and what only `deliver` reads.
IMAGE = {"SCORING_BUNDLE", "SCORING_BIND", "SCORING_COMMIT", "DASHBOARD_COMMIT"}
DELIVER = {"SCORING_WEBHOOK_URL", "SCORING_WEBHOOK_SECRET"}


@pytest.fixture(scope="module")
def services() -> Any:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    return yaml.YAML(typ="safe").load(text)["services"]


def settings(prefix: str) -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(rf"^({prefix}_\w+)=", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("service", "prefix", "others"),
    [
        ("api", "SCORING", {"FLASK_APP"}),
        ("dashboard", "DASHBOARD", set()),
        ("training", "TRAINING", {"PYTHONPATH"}),
    ],
)
def test_every_setting_reaches_its_part_and_nothing_else_does(
    services: Any, service: str, prefix: str, others: set[str]
) -> None:
    expected = settings(prefix) - IMAGE - DELIVER
    assert set(services[service]["environment"]) == expected | others


def test_every_service_is_bounded_and_may_do_little(services: Any) -> None:
    for name, service in services.items():
        assert service["read_only"] and service["mem_limit"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_only_training_writes_the_bundle(services: Any) -> None:
    holders = {
        name: volume
        for name, service in services.items()
        for volume in service.get("volumes", ())
        if str(volume).startswith("bundle:")
    }
    assert {name for name, volume in holders.items() if not volume.endswith(":ro")} == {
        "training"
    }
    assert {"api", "migrate", "training"} <= set(holders)
