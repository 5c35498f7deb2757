"""What is handed over is what its names say, made of a house that runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Served

NOTEBOOK = ROOT / "docs" / "api_test.ipynb"
NAME, DATE = "Lefèvre_Zoé", "012026"
MOST_SLIDES = 30
# Problem and data, modelling, pipeline, drift, and a client scored by the API.
MINUTES = [2, 12, 2, 2, 2]
TIMED = re.compile(r"(.+), \S+ \((\d+):(\d\d)\)")
# What is another in each run: identifiers, moments, folders.
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\d\d:\d\d:\d\d|/tmp/")


@dataclass(frozen=True)
class Handed:
    folder: Path
    commit: str

    def item(self, title: str, end: str = "") -> Path:
        return self.folder / f"{NAME}_{title}_{DATE}{end}"


def repository(folder: Path) -> dict[str, str]:
    """A work tree of one committed file; the settings by which git finds it."""
    tree = folder / "tree"
    tree.mkdir()
    (tree / "code.py").write_text("print('scored')\n")
    settings = {"GIT_DIR": str(tree / ".git"), "GIT_WORK_TREE": str(tree)}
    who = ("-c", "user.name=Zoé", "-c", "user.email=zoe@bank.example")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "Score")):
        subprocess.run(["git", *command], env={**os.environ, **settings}, check=True)
    return settings


def hand_over(settings: dict[str, str], *options: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, ".make/deliverables.py", *options],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def handed(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """Where git is found and no browser is: the slides have no pictures of pages."""
    folder, house = tmp_path_factory.mktemp("deliverables"), served.house
    programs = folder / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(str(shutil.which("git")))
    prices = {"SCORING_PRICES": str(house.data / "prices.json")}
    settings = {**house.environment, **prices, **repository(folder)}
    settings |= {"PATH": str(programs), "SCORING_KEY": served.key}
    options = [f"--name={NAME}", f"--date={DATE}", f"--data={house.data}"]
    options += [f"--clients={house.clients}", f"--out={folder / 'out'}"]
    status, said, errors = hand_over(settings, *options)
    assert status == 0, errors
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert str(folder / "out" / NAME) in said
    return Handed(folder / "out" / NAME, commit)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def get(served: Served, path: str) -> bytes:
    headers = {"Authorization": f"Bearer {served.key}"}
    request = urllib.request.Request(served.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


@pytest.mark.xdist_group("house")
def test_six_things_are_there_under_the_brief_s_names(handed: Handed) -> None:
    assert {path.name for path in handed.folder.iterdir()} == {
        "LISEZMOI.md",
        f"{NAME}_1_API_{DATE}",
        f"{NAME}_2_notebook_modélisation_{DATE}.html",
        f"{NAME}_2_notebook_modélisation_{DATE}.ipynb",
        f"{NAME}_3_dossier_code_{DATE}.zip",
        f"{NAME}_4_Tableau_HTML_data_drift_evidently_{DATE}.html",
        f"{NAME}_5_notebook_test_API_{DATE}.html",
        f"{NAME}_5_notebook_test_API_{DATE}.ipynb",
        f"{NAME}_6_presentation_{DATE}.pptx",
    }
    assert handed.commit in (handed.folder / "LISEZMOI.md").read_text(encoding="utf-8")
    with zipfile.ZipFile(handed.folder.with_name(f"{NAME}.zip")) as whole:
        assert f"{NAME}/{NAME}_6_presentation_{DATE}.pptx" in whole.namelist()
        assert whole.testzip() is None


@pytest.mark.xdist_group("house")
def test_the_api_s_contract_is_the_served_one_and_its_answer_is_stored(
    handed: Handed, served: Served
) -> None:
    folder = handed.item("1_API")
    assert read(folder / "openapi.json") == json.loads(get(served, "/openapi.json"))
    answer = (folder / "answer.json").read_bytes()
    made = json.loads(answer)
    assert made["client_id"] == read(folder / "request.json")["client_id"]
    assert get(served, f"/v1/predictions/{made['prediction_id']}") == answer
    compile((folder / "scoring_client.py").read_text(), "scoring_client.py", "exec")
    told = (folder / "LISEZMOI.md").read_text(encoding="utf-8")
    assert "http://127.0.0.1:5050/v1/predictions" in told and "{" not in told


@pytest.mark.xdist_group("house")
def test_the_code_is_that_of_the_commit(handed: Handed) -> None:
    with zipfile.ZipFile(handed.item("3_dossier_code", ".zip")) as code:
        assert code.comment.decode() == handed.commit
        held = code.read(f"{NAME}_3_dossier_code_{DATE}/code.py")
    assert held == b"print('scored')\n"


@pytest.mark.xdist_group("house")
def test_the_drift_page_is_evidently_s_of_the_bundle(
    handed: Handed, served: Served
) -> None:
    page = handed.item("4_Tableau_HTML_data_drift_evidently", ".html").read_bytes()
    assert b"window.drawDashboard(" in page
    assert page == (served.house.bundle / "drift" / "report.html").read_bytes()


@pytest.mark.xdist_group("house")
def test_the_modelling_notebook_is_the_one_kept(handed: Handed) -> None:
    kept = read(ROOT / "docs" / "walkthrough.ipynb")
    found = read(handed.item("2_notebook_modélisation", ".ipynb"))
    assert found["cells"] == kept["cells"]
    page = handed.item("2_notebook_modélisation", ".html").read_text(encoding="utf-8")
    assert kept["cells"][0]["source"][0].strip("# \n") in page


@pytest.mark.xdist_group("house")
def test_the_api_was_tested_to_the_notebook_s_end(
    handed: Handed, request: pytest.FixtureRequest
) -> None:
    tested = read(handed.item("5_notebook_test_API", ".ipynb"))
    if request.config.getoption("--record-examples"):
        text = json.dumps(tested, ensure_ascii=False, indent=1, sort_keys=True)
        NOTEBOOK.write_text(f"{text}\n", encoding="utf-8")
    kept = read(NOTEBOOK)
    code = [one for one in tested["cells"] if one["cell_type"] == "code"]
    assert [one["execution_count"] for one in code] == [*range(1, len(code) + 1)]
    assert not [one for cell in code for one in cell["outputs"] if "ename" in one]
    assert not CHANGING.search(json.dumps([shown(cell) for cell in code]))
    for cell, other in zip(tested["cells"], kept["cells"], strict=True):
        assert cell["source"] == other["source"]
        assert kinds(cell) == kinds(other), "run make examples"
    page = handed.item("5_notebook_test_API", ".html").read_text(encoding="utf-8")
    assert "The API, tested from outside" in page and "data:image/png" in page


def shown(cell: dict[str, Any]) -> list[Any]:
    """A cell's texts, without its pictures."""
    return [
        one.get("text") or {k: v for k, v in one["data"].items() if k != "image/png"}
        for one in cell["outputs"]
    ]


def kinds(cell: dict[str, Any]) -> list[list[str]]:
    """Of a cell's outputs. Their numbers are another machine's own, as a model is."""
    return [sorted(one.get("data", ["text"])) for one in cell.get("outputs", [])]


@pytest.mark.xdist_group("house")
def test_the_slides_are_a_talk_of_twenty_minutes(handed: Handed) -> None:
    from pptx import Presentation

    slides = Presentation(str(handed.item("6_presentation", ".pptx"))).slides
    assert 20 <= len(slides) <= MOST_SLIDES
    spent: dict[str, int] = {}
    for slide in slides:
        frame = slide.notes_slide.notes_text_frame
        assert frame is not None
        found = TIMED.match(frame.text)
        assert found, frame.text
        seconds = 60 * int(found[2]) + int(found[3])
        spent[found[1]] = spent.get(found[1], 0) + seconds
    assert [*spent.values()] == [60 * one for one in MINUTES]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--name=", "NAME=: expected a name of letters"),
        ("--name=Dupont 2", "NAME=Dupont 2: expected a name of letters"),
        ("--name=../Dupont", "NAME=../Dupont: expected a name of letters"),
        ("--date=132026", "DATE=132026: expected month and year"),
        ("--url=bank.example", "URL=bank.example: expected an address"),
    ],
)
def test_what_is_no_name_is_told_in_a_line(
    option: str, told: str, tmp_path: Path
) -> None:
    given = ["--name=Élise-Anne_D", "--date=122026", "--check"]
    settings = repository(tmp_path)
    assert hand_over(settings, *given) == (0, "", "")
    status, said, errors = hand_over(settings, *given, option)
    assert (status, said, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(told)


def test_code_that_no_commit_holds_is_not_handed_over(tmp_path: Path) -> None:
    settings = repository(tmp_path)
    (tmp_path / "tree" / "code.py").write_text("print('changed')\n")
    given = ["--name=Dupont", "--date=122026", "--check"]
    status, _, errors = hand_over(settings, *given)
    assert status == 1
    assert errors.startswith("git: not as in the last commit: code.py; commit them")
