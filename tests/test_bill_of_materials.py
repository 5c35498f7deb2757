"""The bill of materials says of each package its version, hashes, licence and needs."""

from __future__ import annotations

import importlib
import json
from types import ModuleType
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.conftest import ROOT

LOCK = """# Made by hand.
beta==2.0 \\
    --hash=sha256:{b}
huey==1.0 ; sys_platform == 'linux' or sys_platform != 'linux' \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
windows-only==3.0 ; sys_platform == 'none' \\
    --hash=sha256:{a}
""".format(a="a" * 64, b="b" * 64)


@pytest.fixture
def sbom(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / ".make"))
    return importlib.import_module("sbom")


def environment(beta: list[Any]) -> dict[str, Any]:
    """What cyclonedx-py finds: beta needs huey and something of another part."""
    licensed = {"license": {"id": "MIT"}}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "component": {
                "bom-ref": "root",
                "type": "application",
                "name": "house",
                "version": "0.4.0",
            }
        },
        "components": [
            {"bom-ref": "Beta==1.9", "type": "library", "name": "Beta"}
            | {"version": "1.9", "purl": "pkg:pypi/beta@1.9", "licenses": beta},
            {"bom-ref": "huey==1.0", "type": "library", "name": "huey"}
            | {"version": "1.0", "purl": "pkg:pypi/huey@1.0"},
            {"bom-ref": "other==5", "type": "library", "name": "other"}
            | {"version": "5", "licenses": [licensed]},
        ],
        "dependencies": [
            {"ref": "Beta==1.9", "dependsOn": ["huey==1.0", "other==5"]},
            {"ref": "huey==1.0"},
            {"ref": "other==5"},
            {"ref": "root", "dependsOn": ["other==5"]},
        ],
    }


def test_the_bill_is_what_the_lock_installs(sbom: ModuleType) -> None:
    licence = {"license": {"name": "License :: OSI Approved :: BSD License"}}
    bill = sbom.bill_of("api", environment([licence]), sbom.pinned(LOCK), ["beta>=1"])
    beta, huey = bill["components"]
    assert (beta["purl"], huey["purl"]) == ("pkg:pypi/beta@2.0", "pkg:pypi/huey@1.0")
    assert [one["content"] for one in huey["hashes"]] == ["a" * 64, "b" * 64]
    assert huey["licenses"] == [{"license": {"id": "MIT"}}]
    assert {one["ref"]: one["dependsOn"] for one in bill["dependencies"]} == {
        "beta==2.0": ["huey==1.0"],
        "huey==1.0": [],
        "root": ["beta==2.0"],
    }
    assert bill["metadata"]["component"]["version"] == "0.4.0"
    assert "| Beta | BSD License |\n| huey | MIT |\n" in sbom.table(bill)
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bill)) is None


@pytest.mark.parametrize(
    "said", [[], [{"license": {"name": "License :: OSI Approved"}}]]
)
def test_a_package_without_a_licence_stops_it(
    sbom: ModuleType, said: list[Any]
) -> None:
    with pytest.raises(SystemExit, match="sbom: beta names no licence"):
        sbom.bill_of("api", environment(said), sbom.pinned(LOCK), ["beta>=1"])


@pytest.mark.parametrize("part", ["api", "dashboard", "training"])
def test_the_licences_are_those_of_the_lock(sbom: ModuleType, part: str) -> None:
    pages = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").split("\n## ")
    (page,) = [one for one in pages if one.startswith(part)]
    rows = dict(line[2:-2].split(" | ") for line in page.splitlines()[4:])
    lock = (ROOT / f"requirements-{part}.txt").read_text(encoding="utf-8")
    listed = {sbom.canonicalize_name(name) for name in rows}
    # Python and platform decide about some: those of the machine that made the page.
    assert not {name for name in sbom.pinned(lock) if name not in listed}
    assert all(rows.values())
    assert "UNKNOWN" not in page
