"""The README lists every command, route and setting, and nothing that is not there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

PARAMETER, NAME = re.compile(r"<(?:[^:<>]*:)?([^<>]+)>"), r"{\1}"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_training_command() -> None:
    from training.cli import commands

    section = README.split("## Training")[1].split("## The API")[0]
    listed = re.findall(r"^\| `([\w-]+)`", section, re.MULTILINE)
    assert listed == list(commands.commands)


def test_the_readme_lists_every_api_command_and_route() -> None:
    from api import create_app

    app = create_app()
    for name in ("clients", "db", "decisions", "events", "keys", "policy"):
        for command in app.cli.commands[name].commands:  # type: ignore[attr-defined]
            assert f"{name} {command}" in README
    served = {
        f"{method} {PARAMETER.sub(NAME, rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = re.findall(r"`((?:GET|POST|PUT) /[^`]*)`", README)
    assert sorted(listed) == sorted(served)


def test_the_readme_lists_every_setting() -> None:
    listed = set(re.findall(r"^\| `([A-Z_]+)`", README, re.MULTILINE))
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    example = set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))
    assert listed == example | {"REAL_DATA"}
    code = " ".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "dashboard").rglob("*.py")
    )
    used = set(re.findall(r'"(DASHBOARD_[A-Z_]+)"', code))
    assert used <= example
    from dataclasses import fields

    from api.config import Config
    from training.config import Settings

    for prefix, settings in (("SCORING_", Config), ("TRAINING_", Settings)):
        known = {prefix + field.name.upper() for field in fields(settings)}
        assert {one for one in example if one.startswith(prefix)} == known


@pytest.mark.parametrize(
    "target",
    ["demo", "deliverables", "test", "check", "bench", "examples", "lock", "clean"],
)
def test_the_readme_lists_every_make_target(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert f"`make {target}`" in README


def test_every_picture_of_the_readme_exists() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
