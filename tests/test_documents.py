"""What the documents point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
# In backquotes and with a folder of the project: a file, or a folder with its slash.
PATH = re.compile(r"`((?:api|dashboard|training|tests|docs|\.ci|\.github)/[\w./-]+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [
        one for one in LINK.findall(text) if not (document.parent / one).exists()
    ]
    missing += [one for one in PATH.findall(text) if not (ROOT / one).exists()]
    assert not missing


def test_short_documents_stay_short() -> None:
    """A page that nobody reads to its end helps nobody."""
    short = ("architecture", "deployment", "compose", "azure", "operations")
    for name in (*short, "security", "regulation", "own-tables"):
        lines = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 120, name
