"""What git and a report of the tests say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from training.errors import ConfigurationError
from training.present import repository

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.api.test_a" name="one" time="1.5"/>
<testcase classname="tests.api.test_b" name="two" time="0.5"><failure/></testcase>
<testcase classname="tests.training.test_c" name="c" time="2"><skipped/></testcase>
</testsuite></testsuites>"""


def test_commits_and_folders_are_those_of_git(tmp_path: Path) -> None:
    def git(*command: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *command], cwd=tmp_path, check=True)

    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile").write_text("FROM x")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "Begin")
    told = repository.history(tmp_path)
    (commit,) = told["commits"]
    assert commit["subject"] == "Begin"
    assert told["folders"] == [{"path": "api", "files": 1, **commit}]
    assert told["delivered"] == [{"path": "api/Dockerfile", **commit}]


def test_without_a_repository_nothing_is_told(tmp_path: Path) -> None:
    assert not any(repository.history(tmp_path).values())


def test_a_report_is_counted_by_part(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(JUNIT)
    ran = repository.ran(report)
    api, training = ran["parts"]
    assert (api["part"], api["tests"], api["failure"], api["error"]) == ("api", 2, 1, 0)
    assert (training["skipped"], training["seconds"]) == (1, 2.0)
    assert (ran["tests"], ran["failure"], ran["seconds"]) == (3, 1, 4.0)


def test_a_file_that_is_no_test_report_is_refused(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text("1369 passed")
    with pytest.raises(ConfigurationError, match="expected a junit report"):
        repository.ran(report)
