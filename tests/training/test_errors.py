"""How training ends when what it needs is not there, or cannot be used."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

from tests.conftest import ROOT
from training.cli import failure, main
from training.files import replacing


def test_a_missing_openmp_is_told_with_what_brings_it(tmp_path: Path) -> None:
    said = "libgomp.so.1: cannot open shared object file"
    (tmp_path / "lightgbm.py").write_text(f"raise OSError({said!r})")
    done = subprocess.run(
        [sys.executable, "-m", "training", "export"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: LightGBM needs OpenMP's runtime")
    assert "`brew install libomp` or `apt install libgomp1`" in line
    assert done.returncode == 1


FULL = OSError(errno.ENOSPC, "No space left on device")
COPIED = shutil.Error([("a", "var/out/a", "[Errno 28] No space left on device")])
# As DuckDB says it of another thread.
ASYNC = (
    'IO Error: Async write failed for range [offset=1, size=2]: {"exception_type":"IO"'
    ',"exception_message":"Could not write file \\"out/.part-1-a\\": No space left on'
    ' device","errno":"28"}'
)
# As DuckDB says it: with the client's whole record.
PERSON = duckdb.ConversionException("Could not convert 'Ada', 1985-01-01, 90000")
LOCKED = OperationalError("INSERT", {"name": "Ada"}, Exception("database is locked"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "in/bureau.csv"),
            "in/bureau.csv: Permission denied; change who may use it, or name another",
        ),
        (
            OSError(errno.EROFS, "Read-only file system", "out/.part-12-x.csv"),
            "out/x.csv: Read-only file system; name another place, or mount it for"
            " writing",
        ),
        (
            COPIED,
            "var/out/a: [Errno 28] No space left on device; free some space there, or"
            " name another place",
        ),
        (
            duckdb.IOException('IO Error: Cannot open file "x": Permission denied'),
            'Cannot open file "x": Permission denied; change who may use it, or name'
            " another",
        ),
        (
            duckdb.IOException(ASYNC),
            'Could not write file "out/a": No space left on device; free some space'
            " there, or name another place",
        ),
        (PERSON, "unexpected ConversionException"),
        (LOCKED, "database: database is locked"),
        (MlflowException("one\ntwo"), "MLflow: one"),
        (
            MlflowException("no postgresql://me:secret@there/x"),
            "MLflow: no postgresql://me:@there/x",
        ),
        (KeyError("Ada"), "unexpected KeyError"),
        (
            MemoryError(),
            "not enough memory; give more memory, or less to do:"
            " --memory-limit, --jobs",
        ),
    ],
)
def test_an_error_becomes_a_line_without_data_of_people(
    error: Exception, said: str
) -> None:
    assert failure.told(error) == said


def test_what_led_to_an_error_is_kept_from_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = failure.line(PERSON)
    (kept,) = tmp_path.iterdir()
    assert said == f"unexpected ConversionException (traceback: {kept})"
    assert "'Ada'" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_an_output_that_finds_no_room_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError) as raised, replacing(tmp_path / "out"):
        raise FULL
    assert failure.told(raised.value) == (
        f"{tmp_path}/out: No space left on device; free some space there, or name"
        " another place"
    )


@pytest.mark.parametrize(
    ("command", "uri", "said"),
    [
        ("export --out={file}", None, "{file}: expected a folder for the bundle"),
        ("synthesize --clients=9 --out={file}/x", None, "{file}/x: Not a directory;"),
        ("promote", "foo://x", "TRAINING_TRACKING_URI: foo: .*unsupported URI"),
        ("promote", "sqlite:///{file}", "{file}: .*not a database; put a backup"),
        ("promote", "sqlite:///{file}/x/y.db", "{file}/x: Not a directory; expected"),
        ("promote", "sqlite:////proc/x.db", "/proc/x.db: .*unable to open database"),
        ("promote", "sqlite:///{file}%20/x.db", "{file}%20/x.db: expected a path with"),
    ],
)
def test_what_cannot_be_used_is_a_line(
    command: str,
    uri: str | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"text" * 1000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    given = uri or "sqlite:///{file}.db"
    monkeypatch.setenv("TRAINING_TRACKING_URI", given.format(file=file))
    if uri is None and command.startswith("export"):
        monkeypatch.setattr("training.registry.store.Registry.version", lambda *_: None)
    assert main(command.format(file=file).split()) == 1
    assert re.match(f"error: .*{said.format(file=file)}", (_one(capsys)))


def _one(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_a_size_says_how_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "--data=x", "--memory-limit=4Go"]) == 2
    expected = "'--memory-limit': expected a size such as 4GB or 800MB, found 4Go"
    assert expected in capsys.readouterr().err


ENDED = r"""
import signal, subprocess, sys, time
from training.cli import commands, main
from training.registry.ui import _running
child = (
    "import subprocess; p = subprocess.Popen(['sleep', '60'])\n"
    "print(p.pid, flush=True); p.wait()"
)
@commands.command("wait")
def wait():
    with _running([sys.executable, "-c", child]):
        time.sleep(60)
# Whatever the tests were started by.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.exit(main(["wait"]))
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_what_a_command_started_ends_with_it(how: signal.Signals) -> None:
    run = [sys.executable, "-c", ENDED]
    with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE) as command:
        assert command.stdout is not None
        grandchild = int(command.stdout.readline())
        command.send_signal(how)
        assert command.wait(timeout=10) == 128 + how
    for _ in range(100):
        if not Path(f"/proc/{grandchild}/status").exists():
            break
        time.sleep(0.02)
    with pytest.raises(ProcessLookupError):
        os.kill(grandchild, 0)
