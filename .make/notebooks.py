"""Run notebooks, and write them with the page that shows them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbformat import NotebookNode

SECONDS_PER_CELL = 600


def executed(path: Path, **settings: str) -> NotebookNode:
    """The notebook with the outputs of a run, without times, that leaves no file."""
    notebook = nbformat.read(path, as_version=4)
    metadata = notebook.metadata.copy()
    here = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook, timeout=SECONDS_PER_CELL, record_timing=False, resources=here
    )
    with TemporaryDirectory(prefix="notebook-") as folder:
        # Nor with the user's own settings of IPython.
        own = {"TMPDIR": folder, "IPYTHONDIR": f"{folder}/ipython"}
        try:
            client.execute(env={**os.environ, **settings, **own})
        except CellExecutionError as error:
            sys.exit(f"{path.name}: {error.ename}: {error.evalue}")
    # The version of Python.
    notebook.metadata = metadata
    return notebook


def write(path: str, notebook: NotebookNode) -> None:
    """`path` with `.ipynb`, and with `.html`."""
    title = {"metadata": {"name": Path(path).name}}
    page, _ = HTMLExporter().from_notebook_node(notebook, title)
    nbformat.write(notebook, f"{path}.ipynb")
    Path(f"{path}.html").write_text(page, encoding="utf-8")
