"""Run docs/walkthrough.ipynb and write what it shows into it.

Without times, paths and versions of the machine: a second run gives the same file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NOTEBOOK = ROOT / "docs" / "walkthrough.ipynb"
SECONDS_PER_CELL = 600


def executed() -> NotebookNode:
    """The notebook with the outputs of a run that leaves no file behind."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    metadata = notebook.metadata.copy()
    here = {"metadata": {"path": str(NOTEBOOK.parent)}}
    client = NotebookClient(
        notebook, timeout=SECONDS_PER_CELL, record_timing=False, resources=here
    )
    with TemporaryDirectory(prefix="walkthrough-") as folder:
        # Nor with the user's own settings of IPython.
        own = {"TMPDIR": folder, "IPYTHONDIR": f"{folder}/ipython"}
        client.execute(env={**os.environ, **own})
    # The version of Python.
    notebook.metadata = metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # What libraries report there has times and paths.
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    return notebook


def main() -> None:
    from training.files import replacing

    with replacing(NOTEBOOK) as beside:
        nbformat.write(executed(), beside)


if __name__ == "__main__":
    main()
