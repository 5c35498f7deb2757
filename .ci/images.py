"""Prove the Dockerfiles without a container engine.

Each one's COPY and RUN steps are replayed in an empty folder with its own environment;
then its CMD is started there with its ENV, its HEALTHCHECK asked, and the three used
together: train, export, import, decide, show. Steps for the system's package manager
and its users are named and left out.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = ("apt-get", "useradd")
START_SECONDS = 60


@dataclass
class Image:
    """What a Dockerfile's steps left in `folder`, and how it is run."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def run(self, *arguments: str, **settings: str) -> str:
        """One command as the container would run it; its standard output."""
        command = [*self.entry, *arguments]
        done = subprocess.run(
            self._found(command),
            cwd=self.folder / "srv",
            env=self._environment(settings),
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            sys.exit(f"{shlex.join(command)}: status {done.returncode}")
        return done.stdout

    @contextmanager
    def serving(self, **settings: str) -> Iterator[None]:
        """CMD running, once HEALTHCHECK is content."""
        srv, environment = self.folder / "srv", self._environment(settings)
        server = subprocess.Popen(
            self._found([*self.entry, *self.command]), cwd=srv, env=environment
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while subprocess.run(
                self._found(self.health),
                cwd=srv,
                env=environment,
                stderr=subprocess.DEVNULL,
            ).returncode:
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{shlex.join(self.command)}: not healthy")
                time.sleep(0.2)
            yield
        finally:
            server.terminate()
            server.wait(timeout=60)

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        """Only what the Dockerfile and the caller set, with /srv moved."""
        moved = {name: self._moved(value) for name, value in self.environment.items()}
        path = f"{moved.pop('PATH', '')}:{os.environ['PATH']}"
        return {"PATH": path.replace("$PATH:", ""), **moved, **settings}

    def _found(self, command: list[str]) -> list[str]:
        path = self.folder / "srv" / ".venv" / "bin" / command[0]
        if not path.exists():
            sys.exit(f"{command[0]}: not in the image's environment")
        return [str(path), *command[1:]]

    def _moved(self, value: str) -> str:
        return value.replace("/srv", str(self.folder / "srv"))


def build(part: str, folder: Path) -> Image:
    """Replay a Dockerfile's steps, stage by stage, in `folder`."""
    stages: dict[str, Path] = {}
    image = Image(folder)
    for word, rest in steps((ROOT / part / "Dockerfile").read_text(encoding="utf-8")):
        if word == "FROM":
            name = rest.split(" AS ")[1] if " AS " in rest else "last"
            stages[name] = folder / name
            image = Image(stages[name])
            (image.folder / "srv").mkdir(parents=True)
        elif word == "COPY":
            copy(rest, image.folder / "srv", stages)
        elif word == "RUN" and not any(tool in rest for tool in SYSTEM):
            subprocess.run(["sh", "-c", rest], cwd=image.folder / "srv", check=True)
        elif word == "RUN":
            print(f"{part}: left out: {rest}", flush=True)
        elif word == "ENV":
            image.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word in {"ENTRYPOINT", "CMD"}:
            setattr(
                image, {"ENTRYPOINT": "entry", "CMD": "command"}[word], json.loads(rest)
            )
        elif word == "HEALTHCHECK":
            image.health = json.loads(rest.partition(" CMD ")[2])
    return image


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction and its arguments, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, " ".join(rest.split())


def copy(arguments: str, here: Path, stages: dict[str, Path]) -> None:
    *options, source, _ = arguments.split()
    if options:
        # The environment's scripts name the folder they were made in: keep it there.
        whole = stages[options[0].removeprefix("--from=")] / source.lstrip("/")
        here.rmdir()
        here.symlink_to(whole)
    elif (ROOT / source).is_dir():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / source, here / source, ignore=ignored)
    else:
        shutil.copy(ROOT / source, here)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="images-") as name:
        folder = Path(name)
        images = {p: build(p, folder / p) for p in ("training", "api", "dashboard")}
        data = folder / "data"
        data.mkdir()
        train(images["training"], data)
        prove(images["api"], images["dashboard"], data)
    print("images: proved", flush=True)


def train(image: Image, data: Path) -> None:
    store = {"TRAINING_TRACKING_URI": f"sqlite:///{data}/mlflow.db"}
    raw, made = f"{data}/raw", f"{data}/features"
    image.run("synthesize", "--clients=2000", f"--out={raw}", "--format=parquet")
    image.run(
        *("train", f"--data={raw}", f"--features={made}", "--budget=quick"), **store
    )
    image.run("promote", **store)
    image.run(
        *("export", f"--out={data}/bundle", f"--features={made}"),
        f"--clients={data}/clients.parquet",
        **store,
    )


def prove(api: Image, dashboard: Image, data: Path) -> None:
    port, page = free_port(), free_port()
    settings = {
        "SCORING_BUNDLE": f"{data}/bundle",
        "SCORING_DATABASE_URL": f"sqlite:///{data}/scoring.sqlite",
        "SCORING_BIND": f"127.0.0.1:{port}",
        "SCORING_DRAIN_SECONDS": "0",
    }
    flask = ("python", "-m", "flask", "--app", "api")
    api.run(*flask, "db", "upgrade", **settings)
    api.run(*flask, "clients", "import", f"{data}/clients.parquet", **settings)
    roles = [f"--role={role}" for role in ("officer", "scoring", "analyst")]
    add = (*flask, "keys", "add")
    key = api.run(*add, "smoke", *roles, **settings).split()[-1]
    roles.append("--role=delegate")
    asking = api.run(*add, "dashboard", *roles, **settings).split()[-1]
    with api.serving(**settings):
        smoke = ROOT / ".github" / "smoke.py"
        subprocess.run(
            [sys.executable, str(smoke), f"http://127.0.0.1:{port}"],
            env={**os.environ, "SMOKE_API_KEY": key},
            check=True,
        )
        with dashboard.serving(
            DASHBOARD_API_URL=f"http://127.0.0.1:{port}",
            DASHBOARD_API_KEY=asking,
            STREAMLIT_SERVER_ADDRESS="127.0.0.1",
            STREAMLIT_SERVER_PORT=str(page),
        ):
            urllib.request.urlopen(f"http://127.0.0.1:{page}/", timeout=10)


if __name__ == "__main__":
    main()
