from __future__ import annotations

import pytest

from config import read_settings, settings
from errors import ConfigError


def test_only_the_key_has_no_default() -> None:
    found = read_settings({"DASHBOARD_API_KEY": "abc"})
    assert found.api_url == "http://127.0.0.1:5050"
    assert found.timeout_seconds == 10
    assert "abc" not in repr(found)


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_TIMEOUT_SECONDS", "7")
    assert settings().timeout_seconds == 7
    monkeypatch.setenv("DASHBOARD_TIMEOUT_SECONDS", "8")
    assert settings().timeout_seconds == 7


def test_a_trailing_slash_of_the_address_does_not_matter() -> None:
    environ = {"DASHBOARD_API_KEY": "abc", "DASHBOARD_API_URL": "https://api.test/x/"}
    assert read_settings(environ).api_url == "https://api.test/x"


def test_a_run_is_linked_where_it_is_said_where_mlflow_is() -> None:
    key = {"DASHBOARD_API_KEY": "abc"}
    linked = read_settings({**key, "DASHBOARD_MLFLOW_URL": "https://ml.test/x/"})
    assert linked.run_address("1/2") == "https://ml.test/x/#/runs/1%2F2"
    assert read_settings(key).run_address("12") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DASHBOARD_API_KEY", " "),
        ("DASHBOARD_API_KEY", "line\nbreak"),
        ("DASHBOARD_API_URL", "localhost:5050"),
        ("DASHBOARD_TIMEOUT_SECONDS", "soon"),
        ("DASHBOARD_TIMEOUT_SECONDS", "0"),
        ("DASHBOARD_TIMEOUT_SECONDS", "nan"),
        ("DASHBOARD_CURRENCY", "euro"),
        ("DASHBOARD_CURRENCY", "ZZZ"),
        ("DASHBOARD_MLFLOW_URL", "mlflow.example"),
    ],
)
def test_names_the_variable_at_fault(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read_settings({"DASHBOARD_API_KEY": "abc"} | {name: value})
