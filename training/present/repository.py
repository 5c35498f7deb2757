"""What the code's own history and the report of its tests say."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from training.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
COMMITS = 13
DELIVERY = (".github/workflows/*", "*/Dockerfile", "compose.yaml")
Entries = list[dict[str, Any]]


def commits(root: Path = ROOT, *paths: str, count: int = COMMITS) -> Entries:
    """The newest: hash, date and subject."""
    names = ("commit", "date", "subject")
    lines = _git(root, "log", f"-{count}", "--format=%h\t%cs\t%s", "--", *paths)
    return [dict(zip(names, row.split("\t", 2), strict=True)) for row in lines]


def folders(root: Path = ROOT) -> Entries:
    """Each at the top, with its number of files and its newest commit."""
    counts = Counter(path.split("/")[0] for path in _git(root, "ls-files", "*/*"))
    return [{**_newest(root, folder), "files": counts[folder]} for folder in counts]


def delivered(root: Path = ROOT) -> Entries:
    """The files that build and deploy, each with its newest commit."""
    return [_newest(root, path) for path in _git(root, "ls-files", *DELIVERY)]


def _newest(root: Path, path: str) -> dict[str, Any]:
    (commit,) = commits(root, path, count=1) or [{"commit": "–", "date": "–"}]
    return {"path": path, **commit}


def _git(root: Path, *command: str) -> list[str]:
    """The lines that it says: none where there is no repository."""
    try:
        done = subprocess.run(
            ["git", *command], cwd=root, capture_output=True, text=True
        )
    except OSError:
        return []
    return done.stdout.splitlines()


def ran(report: Path) -> dict[str, Any]:
    """A run of the tests, whole and by folder, from pytest's `--junitxml`.

    Raises:
        ConfigurationError: the file is no such report.
    """
    try:
        cases = [
            (
                case.attrib["classname"].split(".")[1],
                case.find("failure") is not None or case.find("error") is not None,
                case.find("skipped") is not None,
                float(case.attrib["time"]),
            )
            for case in ElementTree.parse(report).iter("testcase")
        ]
    except (OSError, ElementTree.ParseError, LookupError) as error:
        raise ConfigurationError(
            f"{report}: expected a junit report: {error}"
        ) from None
    frame = pd.DataFrame(cases, columns=["part", "failed", "skipped", "seconds"])
    counts = frame.assign(tests=1).groupby("part").sum()
    total = {str(name): counts[name].sum() for name in counts}
    return {"parts": counts.reset_index().to_dict("records"), **total}
