"""What the code's own history and tests say: None where they are not beside it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from training.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
COMMITS = 13
DELIVERY = (".github/workflows/*", "*/Dockerfile", "compose.yaml")
COUNTS = ("tests", "failed", "skipped", "seconds")
Entries = list[dict[str, Any]] | None


def commits(root: Path = ROOT, *paths: str, count: int = COMMITS) -> Entries:
    """The newest: hash, date and subject."""
    said = _git(root, "log", f"-{count}", "--format=%h\t%cs\t%s", "--", *paths)
    names = ("commit", "date", "subject")
    rows = (line.split("\t", 2) for line in said)
    return [dict(zip(names, row, strict=True)) for row in rows] or None


def folders(root: Path = ROOT) -> Entries:
    """Each at the top, with its number of files and its newest commit."""
    files = _git(root, "ls-files")
    counts = Counter(one.split("/")[0] for one in files if "/" in one)
    newest = {one: (commits(root, one, count=1) or [{}])[0] for one in counts}
    return [{"path": k, "files": v, **newest[k]} for k, v in counts.items()] or None


def delivered(root: Path = ROOT) -> Entries:
    """The files that build and deploy, each with its newest commit."""
    files = _git(root, "ls-files", *DELIVERY)
    return [
        {"path": k, **(commits(root, k, count=1) or [{}])[0]} for k in files
    ] or None


def _git(root: Path, *command: str) -> list[str]:
    try:
        done = subprocess.run(
            ["git", *command], cwd=root, capture_output=True, text=True
        )
    except OSError:
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def ran(report: Path) -> dict[str, Any]:
    """A run of the tests, by folder, from pytest's `--junitxml`.

    Raises:
        ConfigurationError: the file is no such report.
    """
    try:
        cases = [*ElementTree.parse(report).getroot().iter("testcase")]
        names = [case.attrib["classname"].split(".")[1] for case in cases]
    except (OSError, ElementTree.ParseError, LookupError) as error:
        raise ConfigurationError(
            f"{report}: expected a junit report: {error}"
        ) from None
    parts = {name: Counter[str]() for name in names}
    for name, case in zip(names, cases, strict=True):
        found = {one.tag for one in case}
        parts[name]["failed"] += bool(found & {"failure", "error"})
        parts[name]["skipped"] += "skipped" in found
        parts[name]["tests"] += 1
        parts[name]["seconds"] += float(case.get("time", 0))  # type: ignore[assignment]
    return _whole(parts)


def collected(root: Path = ROOT) -> dict[str, Any] | None:
    """What there is to run, by folder, as pytest itself counts it."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    parts: dict[str, Counter[str]] = {}
    for line in done.stdout.splitlines():
        if "::" in line:
            name = line.split("::")[0].split("/")[1]
            parts.setdefault(name, Counter())["tests"] += 1
    return _whole(parts) if done.returncode == 0 else None


def _whole(parts: dict[str, Counter[str]]) -> dict[str, Any]:
    total = sum(parts.values(), Counter[str]())
    rows = [
        {"part": name, **{k: one[k] for k in COUNTS}} for name, one in parts.items()
    ]
    return {"parts": rows, **{key: total[key] for key in COUNTS}}
