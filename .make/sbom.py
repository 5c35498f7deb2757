"""A CycloneDX bill of materials per part in var/sbom, and docs/licences.md.

What cyclonedx-py finds in this environment, cut to what a part's lock installs on this
machine, with the lock's versions and hashes. Fails where a package has no licence.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("api", "dashboard", "training")
SBOM = ROOT / "var" / "sbom"
LICENCES = ROOT / "docs" / "licences.md"
# Whose metadata names no licence: as the licence file in their wheel reads.
UNNAMED = {
    "huey": "MIT",
    "interpret-core": "MIT",
    "protobuf": "BSD-3-Clause",
    "pydeck": "Apache-2.0",
    "pysqlite3": "Zlib",
    "qdldl": "Apache-2.0",
    "rich-click": "MIT",
    "skops": "MIT",
    "zen-engine": "MIT",
}
# The classifier that says that there is a licence, and not which.
SAYS_NOTHING = "License :: OSI Approved"
CLASSIFIER = "License :: OSI Approved :: "


def main() -> None:
    environment = everything_installed()
    SBOM.mkdir(parents=True, exist_ok=True)
    pages = ["# Licences of what is installed\n"]
    for part in PARTS:
        pins = pinned(lock.lock_path(part).read_text(encoding="utf-8"))
        bill = bill_of(part, environment, pins, lock.inputs(part))
        write(SBOM / f"{part}.json", f"{json.dumps(bill, indent=2)}\n")
        pages.append(f"## {part}\n\n{table(bill)}")
    write(LICENCES, "\n".join(pages))


def everything_installed() -> dict[str, Any]:
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [tool, "environment", "--pyproject", "pyproject.toml"]
    command += ["--output-reproducible", sys.executable]
    made = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def pinned(text: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of each package that this machine installs from a lock."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    pins = {}
    for line in text.splitlines():
        requirement, *hashes = line.split("--hash=sha256:")
        asked = Requirement(requirement)
        if asked.marker is None or asked.marker.evaluate():
            version = str(asked.specifier).removeprefix("==")
            pins[canonicalize_name(asked.name)] = version, [h.strip() for h in hashes]
    return pins


def bill_of(
    part: str,
    environment: Mapping[str, Any],
    pins: Mapping[str, tuple[str, list[str]]],
    direct: list[str],
) -> dict[str, Any]:
    """The environment's bill, cut to what is pinned.

    Raises:
        SystemExit: a package is not installed, or names no licence.
    """
    installed = {canonicalize_name(c["name"]): c for c in environment["components"]}
    absent = sorted(pins.keys() - installed.keys())
    if absent:
        sys.exit(f"sbom: {part}: expected in this environment: {', '.join(absent)}")
    # Of a few packages a part has a version of its own, which is not the one here.
    refs = {
        installed[name]["bom-ref"]: f"{name}=={version}"
        for name, (version, _) in pins.items()
    }
    root = {**environment["metadata"]["component"]}
    root["name"] += f"-{part}"
    asked = {canonicalize_name(Requirement(one).name) for one in direct} & pins.keys()
    needs = {
        one["ref"]: {*one.get("dependsOn", ())} for one in environment["dependencies"]
    }
    needs[root["bom-ref"]] = {installed[name]["bom-ref"] for name in asked}
    return {
        **environment,
        "metadata": {**environment["metadata"], "component": root},
        "components": [
            component(name, *pin, installed[name]) for name, pin in pins.items()
        ],
        "dependencies": [
            {
                "ref": refs.get(ref, ref),
                "dependsOn": sorted(refs[one] for one in needed & refs.keys()),
            }
            for ref, needed in needs.items()
            if ref in refs or ref == root["bom-ref"]
        ],
    }


def component(
    name: str, version: str, hashes: list[str], installed: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        **installed,
        "bom-ref": f"{name}=={version}",
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
        "licenses": licences_of(name, installed),
    }


def licences_of(name: str, installed: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = [
        one
        for one in installed.get("licenses", [])
        if one.get("license", {}).get("name") != SAYS_NOTHING
    ]
    if named:
        return named
    if name not in UNNAMED:
        sys.exit(f"sbom: {name} names no licence: read its own, and add it to UNNAMED")
    return [{"license": {"id": UNNAMED[name]}}]


def table(bill: Mapping[str, Any]) -> str:
    rows = {
        one["name"]: "; ".join(words(one["licenses"])) for one in bill["components"]
    }
    ordered = sorted(rows.items(), key=lambda row: row[0].lower())
    lines = [f"| {name} | {licence} |\n" for name, licence in ordered]
    return "".join(["| package | licence |\n|---|---|\n", *lines])


def words(licences: list[dict[str, Any]]) -> Iterator[str]:
    for one in licences:
        licence = one.get("license", {})
        said = one.get("expression") or licence.get("id") or licence["name"]
        yield said.removeprefix(CLASSIFIER)


def write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    main()
