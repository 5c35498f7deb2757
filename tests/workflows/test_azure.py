"""docs/azure.md tells each variable and secret that the workflows use, and no other."""

from __future__ import annotations

import re

import pytest

from tests.commands import ROOT
from tests.workflows import steps

WORKFLOWS = {path.stem: path.read_text() for path in steps.WORKFLOWS.glob("*.yml")}
USED = "".join(WORKFLOWS.values())
PAGE = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")


def listed(head: str) -> set[str]:
    """The names in the first column of the table with this heading."""
    table = PAGE.split(f"| {head} |")[1].split("\n\n")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_the_page_lists_every_variable_and_no_other() -> None:
    assert listed("variable") == set(re.findall(r"\bvars\.(\w+)", USED))


def test_the_page_lists_every_secret_and_no_other() -> None:
    assert listed("secret") == set(re.findall(r"=([a-z-]+)\??(?= )", asked()))
    assert not re.search(r"\bsecrets\.[A-Z]", USED), "GitHub keeps none"


def asked() -> str:
    """What each `with_secrets.sh` is asked for."""
    return " ".join(re.findall(r"with_secrets\.sh (.*?) -- ", USED, re.DOTALL)) + " "


def test_the_page_lists_every_environment_and_workflow() -> None:
    assert listed("environment") == set(re.findall(r"environment: (\w+)", USED))
    called = {"ci.yml"}
    assert listed("workflow") | called == {f"{name}.yml" for name in WORKFLOWS}


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_each_action_is_pinned_and_each_script_can_be_run(name: str) -> None:
    text = WORKFLOWS[name]
    for action in re.findall(r"uses: (?!\./)(.*)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    for script in re.findall(r"(?:^|\s)(\.(?:github|ci|make)/[\w.]+)", text):
        path = ROOT / script
        assert path.is_file(), script
        begun_by_name = not re.search(
            rf"(?:sh|bash|python3?) {re.escape(script)}", text
        )
        if begun_by_name:
            assert path.stat().st_mode & 0o111, script
            assert path.read_bytes().startswith(b"#!"), script


def test_each_job_that_speaks_to_azure_is_skipped_where_it_is_not_set_up() -> None:
    for name in WORKFLOWS:
        jobs = steps.read(name)["jobs"]
        for job in jobs.values():
            if "environment" in job:
                # One that needs a job which is skipped is skipped, too.
                needs = job.get("needs", [])
                conditions = [job.get("if"), *(jobs[one].get("if") for one in needs)]
                assert "vars.AZURE_TENANT_ID != ''" in conditions, name
