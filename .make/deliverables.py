"""Make the folder of the six things to hand over, as the project's brief names them.

`deliverables.py --name Dupont_Jean --date 012026 --data var/data` makes
var/deliverables/Dupont_Jean and Dupont_Jean.zip. The settings are those of the API and
of training, SCORING_KEY is a key of that API; with `--check` it only says whether the
names and the work tree are in order. What is tried out, drift among it, goes to an API
on a store of its own, which is thrown away.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import notebooks
import requests

import serve

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DOCS, TEXTS = ROOT / "docs", Path(__file__).with_suffix("")
WORD = r"[^\W\d_]+"
NAME = re.compile(rf"{WORD}(?:[_-]{WORD})*")
DATE = re.compile(r"(?:0[1-9]|1[0-2])20\d\d")
ROLES = ("officer", "senior", "scoring", "analyst", "admin")
# Seconds that an API has to answer: a deployed one may have to wake up.
ANSWER = 90

DEPLOYED = "Elle est déployée à <{url}>."
LOCAL = """Elle n'est pas déployée à une adresse publique. Depuis le dossier du code,
`make demo` la démarre à <{url}> et met une clé dans `var/demo.env`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--date", required=True)
    parser.add_argument("--url", default="", help="where the API is deployed")
    parser.add_argument("--data", type=Path, help="the raw tables")
    parser.add_argument("--clients", type=Path, default="var/clients.parquet")
    parser.add_argument("--tests", type=Path, help="a junit report, for the slides")
    parser.add_argument("--invented", action="store_true", help="nobody in --data is")
    parser.add_argument("--out", type=Path, default="var/deliverables")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    # As typed on any system.
    given.name = unicodedata.normalize("NFC", given.name)
    check(given.name, given.date, given.url)
    if not given.check:
        make(given)


def check(name: str, date: str, url: str) -> None:
    """End where a name is none, or the code that runs is not the one handed over."""
    if not NAME.fullmatch(name):
        sys.exit(
            f"NAME={name}: expected a name of letters, with _ or - between its parts,"
            " such as NAME=Dupont_Jean"
        )
    if not DATE.fullmatch(date):
        sys.exit(f"DATE={date}: expected month and year, such as DATE=012026")
    if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        sys.exit(f"URL={url}: expected an address that begins with http:// or https://")
    changed = [line[3:] for line in git("status", "--porcelain").splitlines()]
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        sys.exit(
            f"git: not as in the last commit: {', '.join(changed[:3])}{more}; commit"
            " them, so that the code handed over is the one that runs"
        )


def make(given: argparse.Namespace) -> None:
    from training.files import replacing

    if given.url:
        alive = f"{given.url.rstrip('/')}/health/live"
        requests.get(alive, timeout=ANSWER).raise_for_status()
    whole = given.out / given.name
    with tempfile.TemporaryDirectory(prefix="deliverables-") as scratch:
        with replacing(whole) as folder:
            folder.mkdir()
            fill(folder, given, Path(scratch))
        with replacing(whole.with_name(f"{given.name}.zip")) as packed:
            made = Path(scratch, "whole")
            shutil.make_archive(str(made), "zip", given.out, given.name)
            shutil.copy(made.with_suffix(".zip"), packed)
    print(f"{whole}: {len(list(whole.iterdir()))} files and folders, and {whole}.zip")


def fill(folder: Path, given: argparse.Namespace, scratch: Path) -> None:
    from training.cli.shared import progress

    def item(title: str, end: str = "") -> Path:
        progress(title)
        return folder / f"{given.name}_{title}_{given.date}{end}"

    bundle, log = Path(os.environ["SCORING_BUNDLE"]), scratch / "servers.log"
    report = bundle / "drift" / "report.html"
    if not report.is_file():
        sys.exit(f"{report}: there is none; see `python -m training drift --help`")
    with api(log) as url:
        hand_over_api(item("1_API"), url, given.url)
    kept = nbformat.read(DOCS / "walkthrough.ipynb", as_version=4)
    notebooks.write(item("2_notebook_modélisation"), kept)
    archive(item("3_dossier_code"))
    shutil.copy(report, item("4_Tableau_HTML_data_drift_evidently", ".html"))
    progress("an API with a store of its own, for what is tried out")
    with tried(scratch, given.clients, log) as (url, key, asking):
        tested = item("5_notebook_test_API")
        folders = {"DATA": given.data.resolve(), "SCORING_BUNDLE": bundle.resolve()}
        settings = {name: str(one) for name, one in folders.items()}
        settings |= {"SCORING_URL": url, "SCORING_KEY": key}
        notebooks.write(tested, notebooks.executed(DOCS / "api_test.ipynb", **settings))
        slides = item("6_presentation", ".pptx")
        present(slides, given, log, url, key, asking)
    (folder / "LISEZMOI.md").write_text(read_me(given, bundle), encoding="utf-8")


def read_me(given: argparse.Namespace, bundle: Path) -> str:
    text = (TEXTS / "all.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    return text.format(
        name=given.name,
        date=f"{given.date[:2]}/{given.date[2:]}",
        version=project["project"]["version"],
        commit=git("rev-parse", "HEAD"),
        model=manifest["model"],
    )


@contextmanager
def api(log: Path, **settings: str) -> Iterator[str]:
    """The address of an API that is served for as long as the block."""
    port = free_port()
    servers = {"api": serve.start_api(log, port, **settings)}
    try:
        url = f"http://127.0.0.1:{port}"
        serve.wait_for(f"{url}/health/ready", servers, log)
        yield url
    finally:
        serve.stop(servers)


@contextmanager
def tried(folder: Path, clients: Path, log: Path) -> Iterator[tuple[str, str, str]]:
    """An API on a new store, a key of every role, and one that asks for people."""
    store = {"SCORING_DATABASE_URL": f"sqlite:///{folder}/scoring.sqlite"}
    store["SCORING_CHAIN_END"] = ""
    roles = [f"--role={role}" for role in ROLES]
    flask = ("flask", "--app", "api")
    run(*flask, "db", "upgrade", **store)
    run(*flask, "clients", "import", str(clients), **store)
    key, asking = (
        run(*flask, "keys", "add", name, *roles, *more, **store).split()[-1]
        for name, more in (("program", ()), ("dashboard", ("--role=delegate",)))
    )
    with api(log, **store) as url:
        yield url, key, asking


def hand_over_api(folder: Path, url: str, deployed: str) -> None:
    folder.mkdir()
    key = os.environ["SCORING_KEY"]
    client = first_client(url, key)
    contract = requests.get(f"{url}/openapi.json", timeout=ANSWER)
    answer = requests.post(
        f"{url}/v1/predictions",
        json={"client_id": client},
        headers={"Authorization": f"Bearer {key}"},
        timeout=ANSWER,
    )
    for response in (contract, answer):
        response.raise_for_status()
    (folder / "openapi.json").write_bytes(contract.content)
    (folder / "answer.json").write_bytes(answer.content)
    (folder / "request.json").write_bytes(answer.request.body)
    shutil.copy(DOCS / "scoring_client.py", folder)
    address = deployed.rstrip("/") or "http://127.0.0.1:5050"
    where = (DEPLOYED if deployed else LOCAL).format(url=address)
    text = (TEXTS / "api.md").read_text(encoding="utf-8")
    told = text.format(where=where, url=address, client=repr(client))
    (folder / "LISEZMOI.md").write_text(told, encoding="utf-8")


def archive(path: Path) -> None:
    """The code of the last commit, whose number is the zip's comment."""
    file = f"{path}.zip"
    git("archive", "--format=zip", f"--prefix={path.name}/", "-o", file, "HEAD")


def present(
    out: Path, given: argparse.Namespace, log: Path, url: str, key: str, asking: str
) -> None:
    """The slides in French, on the API that was tried, with its dashboard's picture."""
    from training.present.pages import program

    options = [f"--out={out}", "--lang=fr", f"--bundle={os.environ['SCORING_BUNDLE']}"]
    options += [f"--api={url}", "--simulated"]
    options += [f"--tests={given.tests}"] if given.tests and fresh(given.tests) else []
    options += [f"--cloud={given.url}"] if given.url else []
    make_slides = partial(run, "training", "present", *options, TRAINING_API_KEY=key)
    if program() is None:
        make_slides()
        return
    port = free_port()
    page = f"http://127.0.0.1:{port}"
    dashboard = serve.start_dashboard(log, port, url, DASHBOARD_API_KEY=asking)
    servers = {"dashboard": dashboard}
    try:
        serve.wait_for(f"{page}/_stcore/health", servers, log)
        # No picture of a real client.
        client = [f"--client={first_client(url, key)}"] if given.invented else []
        make_slides(f"--dashboard={page}", *client)
    finally:
        serve.stop(servers)


def fresh(tests: Path) -> bool:
    """Whether they were run since the last commit."""
    made = int(git("log", "-1", "--format=%ct"))
    if tests.is_file() and tests.stat().st_mtime > made:
        return True
    print("slides: no run of the tests since the last commit", file=sys.stderr)
    return False


def first_client(url: str, key: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    found = requests.get(f"{url}/v1/clients?limit=1", headers=headers, timeout=ANSWER)
    found.raise_for_status()
    return found.json()["clients"][0]["client_id"]


def run(*command: str, **settings: str) -> str:
    """A module's command; its standard output. What it says of its progress shows."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])}: ended with status {done.returncode}")
    return done.stdout


def git(*command: str) -> str:
    try:
        done = subprocess.run(["git", *command], capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"git: {error}")
    if done.returncode:
        sys.exit(f"git {command[0]}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


if __name__ == "__main__":
    serve.end_alike()
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped")
    except requests.RequestException as error:
        sys.exit(f"the API does not answer: {error}")
