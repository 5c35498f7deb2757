"""The shell steps of a workflow, run here as a runner runs them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.commands import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
EXPRESSION = re.compile(r"\$\{\{ (vars|inputs)\.(\w+) \}\}")


def read(name: str) -> Any:
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def run(
    name: str,
    folder: Path,
    environment: Mapping[str, str],
    *,
    variables: Mapping[str, str],
    inputs: Mapping[str, str] | None = None,
    without: Collection[str] = (),
) -> subprocess.CompletedProcess[str]:
    """The steps of a workflow's only job in `folder`, up to the first that fails.

    `without`: steps left out, by name.
    """
    (job,) = read(name)["jobs"].values()
    known = {"vars": variables, "inputs": inputs or {}}
    settings = {
        key: EXPRESSION.sub(lambda found: known[found[1]][found[2]], str(value))
        for key, value in job.get("env", {}).items()
        if "||" not in str(value)
    }
    steps = {one["name"]: one["run"] for one in job["steps"] if "run" in one}
    assert set(without) <= steps.keys()
    for step, script in steps.items():
        if step in without:
            continue
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env={**environment, **settings},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            break
    return done
