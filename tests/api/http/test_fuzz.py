"""No made-up request is answered with anything that is not documented."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

fuzzing = pytest.importorskip("tests.api.http.fuzzing")

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def test_schemathesis_finds_nothing(app: Flask, template: Any) -> None:
    run = app.test_cli_runner().invoke
    roles = [f"--role={role}" for role in template[1].keys() - {"delegate", "desk"}]
    key = run(args=["keys", "add", "everything", *roles]).stdout.strip()
    found = fuzzing.fuzz(app, key, examples=3)
    assert not found.failures, "\n\n".join(found.failures.values())
    assert found.statuses.keys() >= {200, 201, 404, 422}
