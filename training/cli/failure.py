"""What went wrong, in one line; how it came to that, in a file that the line names."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
import traceback
from pathlib import Path

# What to do about what the system says, in the order in which it is looked for.
ADVICE = {
    errno.ENOSPC: "free some space there, or name another place",
    errno.EDQUOT: "free some space there, or name another place",
    errno.EROFS: "name another place, or mount it for writing",
    errno.EACCES: "change who may use it, or name another",
    errno.EPERM: "change who may use it, or name another",
    errno.ENOTDIR: "expected a folder; name another",
    errno.EEXIST: "expected a folder; name another",
    errno.EISDIR: "expected a file; name another",
    errno.ENOENT: "name one that is there",
}
SAID = {os.strerror(code): advice for code, advice in ADVICE.items()} | {
    "disk is full": ADVICE[errno.ENOSPC],
    "readonly database": ADVICE[errno.EACCES],
    "unable to open database file": ADVICE[errno.EACCES],
    "malformed": "put a backup in its place, or move it away and train again",
    "not a database": "put a backup in its place, or move it away and train again",
}
OPENMP = ("libgomp", "libomp")
MEMORY = "give more memory, or less to do: --memory-limit, --jobs"
# DuckDB's errors that speak of files. What others say may show a client's data.
OF_FILES = {"_duckdb.IOException", "_duckdb.PermissionException"}
# An output that is not whole yet, and a password in an address.
UNTOLD = re.compile(r"\.part-\d+-|(?<=:)[^\s:/@]+(?=@)")


def line(error: Exception) -> str:
    """Names the thing, what to do, and where the traceback is kept."""
    kept = _keep(error)
    return told(error) + (f" (traceback: {kept})" if kept else "")


def told(error: Exception) -> str:
    """Without what may be a client's data."""
    return advised(_reason(error))


def advised(reason: str) -> str:
    """With what to do about what the system says."""
    reason = UNTOLD.sub("", reason)
    advice = next((do for said, do in SAID.items() if said in reason), None)
    return f"{reason}; {advice}" if advice else reason


def _reason(error: Exception) -> str:
    # By name: nothing that takes long is imported to say what went wrong.
    kinds = {
        f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
        for kind in type(error).__mro__
    }
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, MemoryError) or "_duckdb.OutOfMemoryException" in kinds:
        return f"not enough memory; {MEMORY}"
    if kinds & OF_FILES:
        return _first_line(error).partition("Error: ")[2]
    if "mlflow.MlflowException" in kinds:
        return f"MLflow: {_first_line(error)}"
    if "sqlalchemy.SQLAlchemyError" in kinds or "sqlite3.Error" in kinds:
        return f"database: {_first_line(getattr(error, 'orig', None) or error)}"
    return f"unexpected {type(error).__name__}"


def _of_system(error: OSError) -> str:
    """What has the fault comes first; of a copy, where it goes to."""
    if any(name in str(error) for name in OPENMP):
        return (
            "LightGBM needs OpenMP's runtime, which is not there:"
            f" `brew install libomp` or `apt install libgomp1` brings it ({error})"
        )
    if isinstance(error, shutil.Error):
        _source, target, why = error.args[0][0]
        return f"{target}: {why}"
    if error.strerror is None:
        return _first_line(error)
    name = error.filename2 or error.filename
    return f"{os.fsdecode(name)}: {error.strerror}" if name else error.strerror


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def _keep(error: Exception) -> Path | None:
    """In a file that nobody else can read: an error may show a client's data."""
    try:
        handle, name = tempfile.mkstemp(prefix="training-", suffix=".log")
    except OSError:
        return None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError:
        Path(name).unlink()
        return None
    return Path(name)
