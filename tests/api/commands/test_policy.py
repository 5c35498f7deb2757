"""The commands do what the routes do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

pytestmark = pytest.mark.usefixtures("own")


def test_a_policy_is_added_tried_shown_and_made_active(
    app: Flask, call: Any, policy_of: Any, tmp_path: Path
) -> None:
    def run(*arguments: str) -> Any:
        return app.test_cli_runner().invoke(args=["policy", *arguments])

    body = {"client_id": 100001}
    decided = call("POST", "/v1/predictions", json=body).json["decision"]
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy_of(("ALL", "refer", {"terms.amount": "> 0"}))))
    added = run("add", str(file), "--by", "Ada")
    assert added.exit_code == 0, added.stderr
    sha256 = added.stdout.strip()
    assert run("show", sha256).stdout == file.read_text()
    tried = run("trial", sha256)
    assert f"{decided} -> referred\t1" in tried.stdout
    assert "ALL\t1 fired, 0 unknown, 1 alone" in tried.stdout
    done = run("activate", sha256, "--by", "Grace")
    assert (done.exit_code, done.stderr) == (0, "policy test-1: active\n")
    first, last = run("list").stdout.splitlines()
    assert first.startswith(f"{sha256}\ttest-1\t") and first.endswith("Ada\tactive")
    assert last.endswith("built-in")
    again = call("POST", "/v1/predictions", json=body).json
    assert again["recommendation"] == "referred"
    assert run("activate", "built-in").exit_code == 0
    file.write_text('{"nodes": [],\n"edges": 1}')
    refused = run("add", str(file))
    assert refused.exit_code == 1
    assert "nothing was added" in refused.stderr
    assert "There is no policy nobody's." in run("show", "nobody's").stderr
