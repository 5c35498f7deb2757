"""Run a notebook and write into it what it shows: `notebooks.py docs/NAME.ipynb`.

Without times, paths and versions of the machine: a second run gives the same file.
"""

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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SECONDS_PER_CELL = 600


def executed(path: Path, **settings: str) -> NotebookNode:
    """The notebook with the outputs of a run that leaves no file behind."""
    notebook = nbformat.read(path, as_version=4)
    metadata = notebook.metadata.copy()
    here = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        coalesce_streams=True,
        resources=here,
    )
    with TemporaryDirectory(prefix="notebook-") as folder:
        # Nor with the user's own settings of IPython, or of where pictures go.
        own = {
            "TMPDIR": folder,
            "IPYTHONDIR": f"{folder}/ipython",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        try:
            client.execute(env={**os.environ, **settings, **own})
        except CellExecutionError as error:
            sys.exit(f"{path.name}: {error.ename}: {error.evalue}")
    # The version of Python.
    notebook.metadata = metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # What libraries report there has times and paths.
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    return notebook


def write(path: Path, notebook: NotebookNode) -> None:
    """As `path` with `.ipynb`, and as a page with `.html`."""
    title = {"metadata": {"name": path.name}}
    page, _ = HTMLExporter().from_notebook_node(notebook, title)
    nbformat.write(notebook, f"{path}.ipynb")
    Path(f"{path}.html").write_text(page, encoding="utf-8")


def main() -> None:
    from training.files import replacing

    notebook = Path(sys.argv[1]).resolve()
    with replacing(notebook) as beside:
        nbformat.write(executed(notebook), beside)


if __name__ == "__main__":
    main()
