"""The notebook runs from its first cell to its last, and is kept without outputs."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOTEBOOK = ROOT / "docs" / "walkthrough.ipynb"
HERE = {"metadata": {"path": str(NOTEBOOK.parent)}}


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    code = [one for one in cells if one["cell_type"] == "code"]
    assert code
    assert not any(one["outputs"] or one["execution_count"] for one in code)


def test_the_notebook_runs_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        # The kernel's client warns of what it does itself.
        warnings.simplefilter("ignore")
        import nbformat
        from nbclient import NotebookClient

        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        NotebookClient(notebook, timeout=240, resources=HERE).execute()
    said = str(notebook.cells)
    assert "columns have drifted" in said or "columns drifted" in said
    assert "your application" in said
