"""A group of commands that end with one line, whatever goes wrong."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup


class Group(AppGroup):
    def invoke(self, ctx: click.Context) -> Any:
        """Raises ClickException for what no command expects."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise click.ClickException(_line(error)) from error


def _line(error: Exception) -> str:
    """The message of another error than the system's may show a client's data."""
    said = f"unexpected {type(error).__name__}"
    if isinstance(error, OSError) and error.strerror:
        name = error.filename2 or error.filename
        said = f"{os.fsdecode(name)}: {error.strerror}" if name else error.strerror
    kept = _keep(error)
    return f"{said} (traceback: {kept})" if kept else said


def _keep(error: Exception) -> Path | None:
    """In a file that nobody else can read."""
    try:
        handle, name = tempfile.mkstemp(prefix="scoring-", suffix=".log")
    except OSError:
        return None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError:
        Path(name).unlink()
        return None
    return Path(name)
