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


def history(root: Path = ROOT) -> dict[str, Entries]:
    """The newest commits, the folders at the top, and the files that build and deploy.

    A folder with its number of files, both with their newest commit.
    """
    counts = Counter(one.split("/")[0] for one in _git(root, "ls-files", "*/*"))
    return {
        "commits": _commits(root, COMMITS),
        "folders": [{**_newest(root, one), "files": counts[one]} for one in counts],
        "delivered": [_newest(root, one) for one in _git(root, "ls-files", *DELIVERY)],
    }


def _commits(root: Path, count: int, *paths: str) -> Entries:
    names = ("commit", "date", "subject")
    said = _git(root, "log", f"-{count}", "--format=%h\t%cs\t%s", "--", *paths)
    return [dict(zip(names, row.split("\t", 2), strict=True)) for row in said]


def _newest(root: Path, path: str) -> dict[str, Any]:
    (commit,) = _commits(root, 1, path) or [{"commit": "–", "date": "–"}]
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
        cases = pd.DataFrame(
            {**case.attrib, **{one.tag: True for one in case}}
            for case in ElementTree.parse(report).iter("testcase")
        )
        part = cases["classname"].str.split(".").str[1].rename("part")
    except (OSError, ElementTree.ParseError, LookupError) as error:
        raise ConfigurationError(
            f"{report}: expected a junit report: {error}"
        ) from None
    marks = cases.reindex(columns=["failure", "error", "skipped"]).notna()
    seconds = cases["time"].astype(float)
    counts = marks.assign(tests=1, seconds=seconds).groupby(part).sum()
    total = {str(name): counts[name].sum() for name in counts}
    return {"parts": counts.reset_index().to_dict("records"), **total}
