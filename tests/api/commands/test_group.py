"""A command ends with one line, whatever goes wrong."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from api.commands.group import Group


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "var/x"),
            "var/x: No space left on device",
        ),
        (ValueError("client Ada"), "unexpected ValueError"),
    ],
)
def test_what_no_command_expects_is_a_line_and_a_private_traceback(
    error: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    group = Group("group")

    @group.command("fail", with_appcontext=False)
    def fail() -> None:
        raise error

    done = CliRunner().invoke(group, ["fail"], obj=Flask("api"))
    (kept,) = tmp_path.iterdir()
    assert (done.exit_code, done.stderr) == (
        1,
        f"Error: {said} (traceback: {kept})\n",
    )
    assert str(error) in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
