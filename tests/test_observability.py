"""Prometheus takes its files as they are, and each alert fires on what it is for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

WATCHING = ROOT / "docs" / "observability"
DASHBOARD = WATCHING / "grafana" / "dashboards" / "scoring.json"

with_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="Prometheus' promtool is not installed"
)


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def rules() -> list[dict[str, Any]]:
    groups = read(WATCHING / "rules.yml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


@with_promtool
def test_prometheus_takes_its_files() -> None:
    """With every rule as rules_test.yml says, each alert tested among them."""
    promtool("check", "config", WATCHING / "prometheus.yml")
    promtool("check", "rules", WATCHING / "rules.yml")
    promtool("test", "rules", WATCHING / "rules_test.yml")
    tested = (WATCHING / "rules_test.yml").read_text(encoding="utf-8")
    alerts = {rule["alert"] for rule in rules()}
    assert alerts == set(re.findall(r'alertname="(\w+)"', tested))


def test_every_alert_says_what_to_do_first_and_where_to_read_on() -> None:
    for rule in rules():
        told = rule["annotations"]
        assert told["summary"] and told["action"], rule["alert"]
        document, _, section = told["docs"].partition("#")
        text = (ROOT / document).read_text(encoding="utf-8").lower()
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert section in {one.replace(" ", "-") for one in headings}, rule["alert"]


@with_promtool
def test_every_panel_asks_what_prometheus_understands(tmp_path: Path) -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = [target["expr"] for one in panels for target in one.get("targets", ())]
    filled = [one.replace("$__rate_interval", "1m") for one in asked]
    file = tmp_path / "panels.yml"
    records = [{"record": f"panel{at}", "expr": expr} for at, expr in enumerate(filled)]
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": records}]}))
    promtool("check", "rules", file)


def test_grafana_finds_its_datasource_and_dashboards() -> None:
    provisioning = WATCHING / "grafana" / "provisioning"
    (source,) = read(provisioning / "datasources" / "prometheus.yml")["datasources"]
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {one["datasource"]["uid"] for one in panels if "datasource" in one}
    assert asked == {source["uid"]}
    (provider,) = read(provisioning / "dashboards" / "scoring.yml")["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
