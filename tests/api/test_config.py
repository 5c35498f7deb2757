"""Settings come from the environment, once."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from api import address
from api.config import Config
from api.errors import ConfigurationError


def test_defaults_hold_when_nothing_is_set() -> None:
    assert Config.from_environment({"SCORING_WORKERS": ""}) == Config()


def test_every_setting_is_read() -> None:
    given = {
        "SCORING_BUNDLE": "b",
        "SCORING_DATABASE_URL": "sqlite:///x",
        "SCORING_CHAIN_END": "e",
        "SCORING_DATABASE_TIMEOUT_SECONDS": "1.5",
        "SCORING_MAX_BODY_BYTES": "9",
        "SCORING_BIND": "0.0.0.0:80",
        "SCORING_WORKERS": "3",
        "SCORING_THREADS": "2",
        "SCORING_METRICS_PORT": "9100",
        "SCORING_DRAIN_SECONDS": "0.5",
        "SCORING_RATE_PER_SECOND": "20",
        "SCORING_PRICES": "p",
        "SCORING_DRAFT_DAYS": "7",
        "SCORING_LENDER_NAME": "L",
        "SCORING_LENDER_CONTACT": "c",
        "SCORING_CREDIT_BUREAU": "b",
        "SCORING_DEBT_ADVICE": "d",
        "SCORING_CONTEST_DAYS": "8",
        "SCORING_POLICY_SECONDS": "0.25",
        "SCORING_POLICY_PEOPLE": "2",
        "SCORING_CLAIM_MINUTES": "15",
        "SCORING_WEBHOOK_URL": "w",
        "SCORING_WEBHOOK_SECRET": "s",
        "SCORING_COMMIT": "c0ffee",
    }
    served = Path("b"), "sqlite:///x", "e", 1.5, 9, "0.0.0.0:80"
    told, rules = ("L", "c", "b", "d"), (0.25, 2, 15)
    expected = Config(
        *served, 3, 2, 9100, 0.5, 20.0, "p", 7, *told, 8, *rules, "w", "s", "c0ffee"
    )
    assert Config.from_environment(given) == expected
    assert len(given) == len(fields(Config))


def test_a_host_says_where_to_listen_and_store_unless_the_settings_do() -> None:
    host = {"PORT": "8080", "DATABASE_URL": "postgres://host/database"}
    found = Config.from_environment(host)
    assert (found.bind, found.database_url) == ("0.0.0.0:8080", host["DATABASE_URL"])
    own = {"SCORING_BIND": "[::1]:80", "SCORING_DATABASE_URL": "sqlite:///x"}
    found = Config.from_environment(host | own)
    assert (found.bind, found.database_url) == ("[::1]:80", "sqlite:///x")
    assert address.own(host) == ("127.0.0.1", 8080)
    assert address.own(host | own) == ("::1", 80)


@pytest.mark.parametrize(
    "given",
    [
        {"PORT": "0"},
        {"PORT": "65536"},
        {"PORT": "$PORT"},
        {"SCORING_BIND": "5050"},
        {"SCORING_BIND": ":5050"},
        {"SCORING_BIND": "0.0.0.0:$PORT"},
    ],
)
def test_refuses_to_listen_nowhere(given: dict[str, str]) -> None:
    ((variable, value),) = given.items()
    message = rf"^{variable}: expected .* port.*, found {re.escape(repr(value))}$"
    with pytest.raises(ConfigurationError, match=message):
        Config.from_environment(given)


def test_workers_are_as_the_host_says_unless_the_setting_does() -> None:
    host = {"WEB_CONCURRENCY": "3"}
    assert Config.from_environment(host).workers == 3
    assert Config.from_environment({**host, "SCORING_WORKERS": "2"}).workers == 2
    with pytest.raises(ConfigurationError, match="WEB_CONCURRENCY: expected a"):
        Config.from_environment({"WEB_CONCURRENCY": "auto"})


@pytest.mark.parametrize("text", ["many", "-1", "1e99", "nan"])
def test_refuses_a_number_that_is_none(text: str) -> None:
    given = {"SCORING_DATABASE_TIMEOUT_SECONDS": text}
    message = re.escape("SCORING_DATABASE_TIMEOUT_SECONDS: expected a number from 0, ")
    with pytest.raises(ConfigurationError, match=message):
        Config.from_environment(given)
