"""An output is whole or it is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from training.files import replacing


def test_a_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    path.mkdir()
    (path / "old").touch()
    with replacing(path) as beside:
        beside.mkdir()
        (beside / "new").touch()
    assert [one.name for one in path.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [path]


SQL = re.compile(r"\b(SELECT|FROM|COPY|TO|SET|JOIN|WHERE)\b|\bread_(csv|parquet)")
QUOTED = re.compile("'[^' ]*\0[^' ]*'")


def test_sql_quotes_a_path_by_the_one_function() -> None:
    """No f-string of SQL has quotes around a value: an apostrophe would end them."""
    found = []
    for path in (*ROOT.glob("training/**/*.py"), *ROOT.glob("api/**/*.py")):
        code = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(code)) if "'{" in code else ():
            if not isinstance(node, ast.JoinedStr):
                continue
            parts = [getattr(part, "value", None) for part in node.values]
            text = "".join(p if isinstance(p, str) else "\0" for p in parts)
            if SQL.search(text) and QUOTED.search(text):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
