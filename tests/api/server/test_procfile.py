"""The API on a host with a Procfile, as docs/deployment.md says."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from tests.commands.procfile import LIMIT, Host
from tests.conftest import free_port


def test_the_documented_procfile_decides_in_512_mb(
    postgresql: str, world: Any, tmp_path: Path
) -> None:
    with psycopg.connect(postgresql.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE host")
    host = Host(
        "api",
        tmp_path / "log",
        PORT=str(free_port()),
        DATABASE_URL=postgresql.format("host").replace("postgresql:", "postgres:"),
        WEB_CONCURRENCY="2",
        SCORING_BUNDLE=str(world.bundle),
        SCORING_CHAIN_END=str(tmp_path / "end"),
        SCORING_DRAIN_SECONDS="0",
    )
    host.run(host.lines["release"])
    key = host.run("python -m flask --app api keys add host --role scoring").strip()
    known = next(iter(world.raw.values()))
    asked = {
        "application": known.application,
        "bureau": known.bureau,
        "bureau_balance": known.bureau_balance,
    }
    with host.serving("/health/ready") as url:
        request = urllib.request.Request(
            f"{url}/v1/predictions",
            json.dumps(asked).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        for _ in range(20):
            with urllib.request.urlopen(request, timeout=20) as response:
                assert json.load(response)["decision"] in {"granted", "refused"}
    assert "SIGKILL" not in host.log.read_text()
    assert 0 < host.peak < LIMIT
