"""List what each part is made of: a CycloneDX bill per lock, and every licence.

`python .make/sbom.py` writes `var/sbom/PART.json` and `docs/licences.md`. Licences are
read from the installed packages of the development environment, which has them all.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from lock import HOUSE, ROOT, lock_path, pins

PARTS = [part for part in HOUSE if part != "dev"]
LONGEST = 60


def bill(part: str, out: Path) -> None:
    subprocess.run(
        [Path(sys.executable).with_name("cyclonedx-py"), "requirements"]
        + ["--output-reproducible", "--output-file", out / f"{part}.json"]
        + ["--pyproject", ROOT / "pyproject.toml", lock_path(part)],
        check=True,
    )


def licence(package: str) -> str:
    """As the package itself says, the expression first."""
    try:
        found = metadata(package)
    except PackageNotFoundError:
        return "not installed on this platform"
    classifiers = [
        line.split(" :: ")[-1]
        for line in found.get_all("Classifier") or []
        if line.startswith("License ::") and line.count("::") > 1
    ]
    said = (found.get("License") or "").strip().splitlines()[:1]
    return (
        found.get("License-Expression")
        or ", ".join(classifiers)
        or (said[0][:LONGEST] if said else "not stated")
    )


def main() -> None:
    out = ROOT / "var" / "sbom"
    out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, list[str]] = {}
    for part in PARTS:
        bill(part, out)
        for package in pins(lock_path(part).read_text(encoding="utf-8")):
            parts.setdefault(package, []).append(part)
    lines = [
        f"| {package} | {licence(package)} | {', '.join(parts[package])} |"
        for package in sorted(parts)
    ]
    text = "\n".join(
        [
            "# Licences of what is installed",
            "",
            "Made by `make sbom` from the locks and the packages' own metadata.",
            "",
            "| package | licence | parts |",
            "|---|---|---|",
            *lines,
            "",
        ]
    )
    (ROOT / "docs" / "licences.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
