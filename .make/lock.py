"""Compile the extras of pyproject.toml into the hash-locked requirements files.

`python .make/lock.py` rewrites them (it needs uv and the package index);
`python .make/lock.py --check` compares, offline, the fingerprint of each file's
inputs with the one it was compiled from, and every pin with pyproject.toml.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
FINGERPRINT = "# sha256 of the inputs in pyproject.toml: "
PIN = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
# The development lock holds every part's packages, so that one environment runs the
# whole house; compiled first, it constrains the others to the same versions. Spark,
# which is larger than all the rest, stays a lock of its own to install on top.
PARTS = ("dev", "api", "dashboard", "training", "spark")
HOUSE = ("dev", "api", "dashboard", "training")
OF_TRAINING = ("report", "shap", "rivals")
EXTRAS = {
    "dev": (*HOUSE, *OF_TRAINING, "ceiling"),
    "training": ("training", *OF_TRAINING),
}
# MLflow holds gunicorn back, Evidently plotly: not for who serves without them. The
# newer plotly is a third of the size, and the dashboard's figures render on both.
OWN_VERSION = {"api": ("gunicorn",), "dashboard": ("plotly",)}


def lock_path(part: str) -> Path:
    return ROOT / f"requirements-{part}.txt"


def inputs(part: str) -> list[str]:
    """The requirements that one lock is compiled from."""
    extras: dict[str, list[str]] = tomllib.loads(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]["optional-dependencies"]
    return sorted({line for name in EXTRAS.get(part, (part,)) for line in extras[name]})


def fingerprint(part: str) -> str:
    return hashlib.sha256(json.dumps(inputs(part)).encode()).hexdigest()


def compile_lock(part: str) -> None:
    path = lock_path(part)
    before = (path.read_bytes(), path.stat()) if path.exists() else None
    command = [
        *("uv", "pip", "compile", "-", "--generate-hashes", "--universal"),
        *("--python-version", "3.11", "--no-emit-index-url", "--no-annotate"),
        *("--no-header", "--quiet", "--output-file", str(path)),
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        if part != "dev":
            constraints.write(shared_pins(part))
            constraints.flush()
            command += ["--constraint", constraints.name]
        subprocess.run(command, input="\n".join(inputs(part)), text=True, check=True)
    header = f"# Made by `make lock`; do not edit.\n{FINGERPRINT}{fingerprint(part)}\n"
    path.write_text(header + path.read_text(encoding="utf-8"), encoding="utf-8")
    if before is not None and path.read_bytes() == before[0]:
        # As old as it was: the environment that was made from it still stands.
        os.utime(path, ns=(before[1].st_atime_ns, before[1].st_mtime_ns))
    print(f"{path.name}: compiled")


def shared_pins(part: str) -> str:
    """The development lock, without what a part has at a version of its own."""
    text = lock_path("dev").read_text(encoding="utf-8")
    for name in OWN_VERSION.get(part, ()):
        text = re.sub(rf"^{name}==.*?(?=^\w|\Z)", "", text, flags=re.M | re.S)
    return text


def pins(text: str) -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for name, version in PIN.findall(text):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def problems(part: str) -> list[str]:
    """What makes a lock stale, in words; empty when it is current."""
    path = lock_path(part)
    if not path.exists():
        return [f"{path.name} is missing"]
    text = path.read_text(encoding="utf-8")
    if f"{FINGERPRINT}{fingerprint(part)}\n" not in text:
        return [f"{path.name} was compiled from another pyproject.toml"]
    found, everything = pins(text), pins(lock_path("dev").read_text(encoding="utf-8"))
    wrong = [
        f"{path.name} does not pin {line}"
        for line in inputs(part)
        for requirement in [Requirement(line)]
        if not any(
            version in requirement.specifier
            for version in found.get(canonicalize_name(requirement.name), ())
        )
    ]
    wrong += [
        f"{path.name} pins {name} to another version than requirements-dev.txt"
        for name, versions in found.items()
        if name in everything
        and name not in OWN_VERSION.get(part, ())
        and not versions <= everything[name]
    ]
    return [*wrong, f"{path.name} names an address"] if "://" in text else wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    if not parser.parse_args().check:
        for part in PARTS:
            compile_lock(part)
        return 0
    wrong = [problem for part in PARTS for problem in problems(part)]
    for problem in wrong:
        print(f"{problem}; run `make lock`", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
