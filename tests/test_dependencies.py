"""Each part declares what it imports, and imports what it declares."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
# Needed, but named in no import: where else they are named.
ELSEWHERE = {
    "gunicorn": "api/Dockerfile",
    "lightgbm": "api/scoring/models/lightgbm_model.py",
    "pyarrow": "training/scoring/portfolio.py",
}
# What API and training have of each other's code.
SHARED = "policy"
# Declared only to hold another package's version of it.
CONSTRAINTS = {"pandas", "plotly"}


def imported(part: str) -> set[str]:
    """Top-level modules that a part's code imports, its own aside.

    With what it has of the code that is shared.
    """
    own = {path.stem for path in (ROOT / part).iterdir()} - {SHARED} | {part}
    found = {
        name
        for path in (ROOT / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in names(node)
    } - own
    return found - {SHARED} | (imported(SHARED) if SHARED in found else set())


def names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name.partition(".")[0] for one in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]


def declared(*extras: str) -> set[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)["project"]["optional-dependencies"]
    lines = [line for extra in extras for line in found[extra]]
    here = [
        one
        for one in map(Requirement, lines)
        if not one.marker or one.marker.evaluate()
    ]
    return {canonicalize_name(one.name) for one in here}


@pytest.mark.parametrize(
    "extras",
    [
        ("api",),
        ("dashboard",),
        ("training", "report", "present", "shap", "spark", "rivals", "ceiling"),
    ],
    ids=lambda e: e[0],
)
def test_imported_packages_and_declared_dependencies_are_the_same(
    extras: tuple[str, ...],
) -> None:
    modules = imported(extras[0]) - sys.stdlib_module_names
    packages = packages_distributions()
    used = {
        canonicalize_name(distribution)
        for module in modules
        for distribution in packages.get(module, [module])
    }
    known = declared(*extras)
    undeclared = {
        module
        for module in modules
        if not known
        & {canonicalize_name(one) for one in packages.get(module, [module])}
    }
    assert not undeclared, "imported, not declared"
    unused = {
        name
        for name in known - used - CONSTRAINTS
        if name not in ELSEWHERE
        or name not in (ROOT / ELSEWHERE[name]).read_text(encoding="utf-8")
    }
    assert not unused, "declared, not imported"


@pytest.mark.parametrize("part", ["api", "dashboard", "training", "dev"])
def test_a_lock_names_all_that_its_packages_ask_for(part: str) -> None:
    text = (ROOT / f"requirements-{part}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    pins = set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^ ]+)", text, re.MULTILINE))
    # What the installed ones need on this machine, their extras aside.
    wanted = {
        canonicalize_name(asked.name)
        for package in distributions()
        if (canonicalize_name(package.name), package.version) in pins
        for asked in map(Requirement, package.requires or ())
        if asked.marker is None or asked.marker.evaluate({"extra": ""})
    }
    assert wanted <= {name for name, _ in pins}, "pip would refuse the lock"
