#!/usr/bin/env python3
"""Print what CHANGELOG.md says of a version: `notes.py v0.4.0`.

Refuses a tag that is not pyproject.toml's version, or whose section is missing, empty,
or still called unreleased.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def notes(folder: Path, tag: str) -> str:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    version = project["project"]["version"]
    if tag != f"v{version}":
        sys.exit(f"{tag}: expected v{version}, the version in pyproject.toml")
    changes = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## {re.escape(version)} - ([^\n]+)\n(.*?)(?=^## |\Z)"
    section = re.search(heading, changes, re.MULTILINE | re.DOTALL)
    if section is None or not section[2].strip():
        sys.exit(f"{tag}: CHANGELOG.md says nothing of {version}")
    if section[1] == "unreleased":
        sys.exit(f"{tag}: CHANGELOG.md calls {version} unreleased; expected its date")
    return section[2].strip()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("notes: expected one tag, such as v0.4.0")
    print(notes(Path.cwd(), sys.argv[1]))
