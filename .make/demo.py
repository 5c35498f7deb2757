"""Make data, train, export, import, then serve the API and the dashboard.

Everything lies in `var/`. A stage is skipped when its inputs, its options and the code
are those of its last success; a failed stage says which one and why.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
STAMPS = VAR / "stages.json"
ENVIRONMENT = VAR / "demo.env"
KEY = "DASHBOARD_API_KEY"
# Of var/demo.env: the dashboard's key, and one for programs and commands.
KEYS = {
    KEY: ("delegate", "officer", "scoring", "analyst"),
    "SCORING_KEY": ("officer", "scoring", "analyst", "admin"),
}
START_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    """One step: done again when `inputs` or `command` change or `outputs` are gone.

    It is also done again after any of the stages named in `after`.
    """

    name: str
    command: Sequence[str]
    inputs: Sequence[Path]
    outputs: Sequence[Path]
    after: Sequence[str] = ()


class StageFailed(Exception):
    """A stage that ended with an error of its own, already printed."""


def training(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "training", *arguments]


def api(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "api", *arguments]


def stages(options: argparse.Namespace) -> list[Stage]:
    data = Path(options.data).expanduser().resolve() if options.data else VAR / "data"
    bundle, clients, drift = VAR / "bundle", VAR / "clients.parquet", VAR / "drift"
    database, code = VAR / "scoring.sqlite", ROOT / "training"
    return [
        Stage(
            "synthesize",
            training("synthesize", f"--clients={options.clients}", f"--out={data}"),
            [code / "synthesize", code / "tables"],
            [data],
        ),
        Stage(
            "train",
            training("train", f"--data={data}", f"--budget={options.budget}"),
            [data, code],
            [VAR / "mlflow.db", VAR / "features"],
            after=["synthesize"],
        ),
        Stage("promote", training("promote"), [], [], after=["train"]),
        Stage(
            "drift",
            training("drift", f"--data={data}", "--version=champion"),
            [],
            [drift],
            after=["promote"],
        ),
        Stage(
            "export",
            training("export", f"--clients={clients}", f"--drift={drift}"),
            [code / "bundle"],
            [bundle, clients, clients.with_name(f"{clients.name}.sha256")],
            after=["drift"],
        ),
        Stage("database", api("db", "upgrade"), [ROOT / "api"], [database]),
        Stage(
            "import",
            api("clients", "import", str(clients)),
            [],
            [database],
            after=["export", "database"],
        ),
    ][1 if options.data else 0 :]


def fingerprint(stage: Stage) -> str:
    """What the stage's result depends on: sizes and times of files, and the command."""
    digest = hashlib.sha256(json.dumps(list(stage.command)).encode())
    for path in stage.inputs:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in (f for f in files if f.is_file() and "__pycache__" not in f.parts):
            status = file.stat()
            digest.update(f"{file} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


def run(
    stage: Stage,
    every: Sequence[Stage],
    done: dict[str, str],
    environment: Mapping[str, str],
) -> None:
    """Run one stage unless its last success still stands."""
    current = fingerprint(stage)
    if done.get(stage.name) == current and all(path.exists() for path in stage.outputs):
        print(f"{stage.name}: up to date", flush=True)
        return
    print(f"{stage.name}: running", flush=True)
    started = time.monotonic()
    for later in (stage, *(one for one in every if stage.name in one.after)):
        done.pop(later.name, None)
    remember(done)
    status = subprocess.run(stage.command, cwd=ROOT, env=environment).returncode
    if status:
        raise StageFailed(f"{stage.name}: failed with status {status}; see above")
    done[stage.name] = current
    remember(done)
    print(f"{stage.name}: done in {time.monotonic() - started:.0f} s", flush=True)


def remember(done: Mapping[str, str]) -> None:
    beside = STAMPS.with_suffix(".part")
    beside.write_text(json.dumps(done, indent=1), encoding="utf-8")
    beside.replace(STAMPS)


def demo_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The keys of var/demo.env; made, registered and kept there when one is missing."""
    if ENVIRONMENT.exists() and (VAR / "scoring.sqlite").exists():
        lines = ENVIRONMENT.read_text(encoding="utf-8").splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line)
        if KEYS.keys() <= kept.keys():
            return kept
    made = {name: new_key(roles, environment) for name, roles in KEYS.items()}
    descriptor = os.open(ENVIRONMENT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.writelines(f"{name}={key}\n" for name, key in made.items())
    return made


def new_key(roles: Iterable[str], environment: Mapping[str, str]) -> str:
    name = f"demo-{secrets.token_hex(4)}"
    given = [part for role in roles for part in ("--role", role)]
    printed = subprocess.run(
        api("keys", "add", name, *given),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if printed.returncode:
        raise StageFailed(f"keys: {printed.stderr.strip()}")
    return printed.stdout.strip().splitlines()[-1].split()[-1]


def refuse_busy(ports: Iterable[int]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise StageFailed(
                    f"port {port} cannot be used: {error.strerror}; choose another with"
                    " API_PORT= or DASHBOARD_PORT="
                ) from None


def serve(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Start both servers, say when they answer, and stop both when either ends."""
    api_url = f"http://127.0.0.1:{options.api_port}"
    page = f"http://127.0.0.1:{options.dashboard_port}"
    key = demo_keys(environment)[KEY]
    servers = {
        "api": subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "api/gunicorn.conf.py"]
            + ["api:create_app()"],
            cwd=ROOT,
            env={
                **environment,
                "SCORING_BIND": f"127.0.0.1:{options.api_port}",
                "SCORING_DRAIN_SECONDS": "0",
            },
            start_new_session=True,
        ),
        "dashboard": subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
            + [f"--server.port={options.dashboard_port}"]
            + ["--server.address=127.0.0.1", "--server.headless=true"],
            cwd=ROOT,
            env={**environment, KEY: key, "DASHBOARD_API_URL": api_url},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        ),
    }
    try:
        wait_until_up(servers, [f"{api_url}/health/ready", f"{page}/_stcore/health"])
        print(f"ready: dashboard {page} api {api_url}", flush=True)
        while all(server.poll() is None for server in servers.values()):
            time.sleep(0.2)
        name, server = next((n, s) for n, s in servers.items() if s.poll() is not None)
        print(f"{name}: ended with status {server.returncode}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopping", flush=True)
        return 0
    finally:
        stop(servers.values())


def wait_until_up(
    servers: Mapping[str, subprocess.Popen[bytes]], urls: Sequence[str]
) -> None:
    deadline = time.monotonic() + START_SECONDS
    for url in urls:
        while not answers(url):
            for name, server in servers.items():
                if server.poll() is not None:
                    raise StageFailed(f"{name}: ended with status {server.returncode}")
            if time.monotonic() > deadline:
                raise StageFailed(f"{url}: no answer within {START_SECONDS} s")
            time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def stop(servers: Iterable[subprocess.Popen[bytes]]) -> None:
    """End each server and whatever it started: asked first, then made to."""
    running = [server for server in servers if server.poll() is None]
    for server in running:
        os.killpg(server.pid, signal.SIGTERM)
    for server in running:
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="", help="folder with Kaggle's files")
    parser.add_argument(
        "--budget", default="quick", choices=("quick", "standard", "full")
    )
    parser.add_argument("--clients", type=int, default=10_000, help="invented clients")
    parser.add_argument("--api-port", type=int, default=5000)
    parser.add_argument("--dashboard-port", type=int, default=8501)
    return parser.parse_args(arguments)


def main() -> int:
    options = options_of()
    # End the same way on Ctrl-C and on SIGTERM, also where a shell that runs this in
    # the background had Ctrl-C ignored.
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, signal.default_int_handler)
    VAR.mkdir(exist_ok=True)
    done = json.loads(STAMPS.read_text(encoding="utf-8")) if STAMPS.exists() else {}
    # Whatever is set outside, the demo keeps to var/.
    environment = {
        **os.environ,
        "TRAINING_TRACKING_URI": f"sqlite:///{VAR / 'mlflow.db'}",
        "SCORING_BUNDLE": str(VAR / "bundle"),
        "SCORING_DATABASE_URL": f"sqlite:///{VAR / 'scoring.sqlite'}",
    }
    try:
        refuse_busy((options.api_port, options.dashboard_port))
        every = stages(options)
        for stage in every:
            run(stage, every, done, environment)
        return serve(options, environment)
    except StageFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
