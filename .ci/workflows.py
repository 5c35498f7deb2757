"""Run the jobs of a workflow as far as this machine allows.

Each job's `run` steps, for every combination of its matrix, in a fresh clone of what is
committed and with a bare environment: `python .ci/workflows.py` for all of ci.yml,
`… part --only python=3.13` for a part of it. What needs the forge itself (`uses` steps,
`if` conditions, uploads) is named and left out. The scripts of every other workflow,
which speak to a cloud, are checked for their syntax. Needs the development environment.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# A part of check-jsonschema, which checks these files by their schema.
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
REPLAYED = "ci.yml"
EXPRESSION = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")
# Where packages come from is this machine's affair.
KEPT = ("PIP_", "SSL_", "HTTP")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def combinations(job: Any) -> Iterator[dict[str, str]]:
    matrix = job.get("strategy", {}).get("matrix", {})
    for values in itertools.product(*matrix.values()):
        yield dict(zip(matrix, values, strict=True))


def filled(text: str, known: dict[str, str]) -> str:
    return EXPRESSION.sub(lambda found: known[found[1]], text)


def commit() -> str:
    asked = ["git", "rev-parse", "HEAD"]
    return subprocess.check_output(asked, cwd=ROOT, text=True).strip()


def outputs(step: Any, written: Path) -> dict[str, str]:
    """What a step wrote for the later ones, as they name it."""
    lines = written.read_text(encoding="utf-8").splitlines() if "id" in step else []
    pairs = (line.split("=", 1) for line in lines)
    return {f"steps.{step['id']}.outputs.{name}": value for name, value in pairs}


def interpreter(version: str) -> Path | None:
    """Where that Python is: on the path, or made by pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [*pyenv.glob(f"versions/{version}.*/bin/python")]
    on_path = shutil.which(f"python{version}")
    if on_path and not found:
        return Path(on_path)
    return found[0] if found else None


def environment(folder: Path, version: str | None) -> dict[str, str] | None:
    """A bare one, in which `python3` is the version asked for; None without it."""
    tools = folder / "bin"
    tools.mkdir()
    if version:
        found = interpreter(version)
        if found is None:
            return None
        for name in ("python", "python3", f"python{version}"):
            (tools / name).symlink_to(found.resolve())
    home = folder / "home"
    home.mkdir()
    kept = {name: v for name, v in os.environ.items() if name.upper().startswith(KEPT)}
    fixed = {"CI": "true", "LANG": "C.UTF-8", "HOME": str(home), **kept}
    return {**fixed, "PATH": f"{tools}:{PATH}"}


def replay(name: str, job: Any, chosen: dict[str, str]) -> bool:
    """Whether every step of one job succeeded."""
    label = " ".join([name, *(f"{key}={value}" for key, value in chosen.items())])
    with tempfile.TemporaryDirectory(prefix="replay-") as made:
        folder = Path(made)
        known = {f"matrix.{name}": value for name, value in chosen.items()}
        known["github.sha"] = commit()
        # What the setup step asks for; other steps of that kind need the forge.
        asked = [step.get("with", {}).get("python-version") for step in job["steps"]]
        version = next((filled(str(one), known) for one in asked if one), None)
        settings = environment(folder, version)
        if settings is None:
            print(f"{label}: Python {version} is not here", flush=True)
            return False
        work = folder / "work"
        subprocess.run(["git", "clone", "--quiet", ROOT, work], check=True)
        for step in job["steps"]:
            if "run" not in step:
                print(f"{label}: left out: {step['uses']}", flush=True)
                continue
            started = time.monotonic()
            script = filled(step["run"], known)
            named = {k: filled(str(v), known) for k, v in step.get("env", {}).items()}
            written = folder / "outputs"
            written.write_text("", encoding="utf-8")
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
                cwd=work,
                env={**settings, **named, "GITHUB_OUTPUT": str(written)},
            )
            known |= outputs(step, written)
            said = "ok" if done.returncode == 0 else f"status {done.returncode}"
            seconds = time.monotonic() - started
            print(f"{label}: {step['name']}: {said}, {seconds:.0f} s", flush=True)
            if done.returncode:
                return False
    return True


def scripts_are_well_formed(path: Path) -> bool:
    """The `run` steps of a workflow that cannot run here, read by bash."""
    good = True
    for name, job in read(path)["jobs"].items():
        for step in job.get("steps", ()):
            if "run" in step:
                checked = ["bash", "-n", "-c", step["run"]]
                good &= subprocess.run(checked).returncode == 0
        print(f"{path.name} {name}: {'read' if good else 'NOT well formed'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", nargs="*", help="of ci.yml; all when left out")
    parser.add_argument(
        "--only", action="append", default=[], metavar="KEY=VALUE", help="of the matrix"
    )
    options = parser.parse_args()
    wanted = dict(one.split("=", 1) for one in options.only)
    good = all(
        [scripts_are_well_formed(p) for p in sorted(WORKFLOWS.glob("*.yml"))]
        + [
            replay(name, job, chosen)
            for name, job in read(WORKFLOWS / REPLAYED)["jobs"].items()
            if not options.jobs or name in options.jobs
            for chosen in combinations(job)
            if all(chosen.get(key) == value for key, value in wanted.items())
        ]
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
