"""Settings: every SCORING_* variable, its default and what it means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from api import address
from api.errors import ConfigurationError

PREFIX = "SCORING_"
LEAST_THREADS = 2
# What hosts set for any server; the setting of ours goes first.
_OF_HOSTS = {"database_url": "DATABASE_URL", "workers": "WEB_CONCURRENCY"}
_KINDS = {int: "a whole number", float: "a number"}


@dataclass(frozen=True)
class Config:
    """Read once at start; field `x` is the environment variable `SCORING_X`."""

    # Folder of the model bundle that is served.
    bundle: Path = Path("var/bundle")
    # SQLAlchemy URL: sqlite:///path or postgresql://user:password@host/database.
    database_url: str = "sqlite:///var/scoring.sqlite"
    # File that notes where the events end; nothing: beside SQLite's file, and for
    # PostgreSQL var/<database>-end.
    chain_end: str = ""
    # How long to wait for a lock, a connection or a statement before giving up.
    database_timeout_seconds: float = 5.0
    # Largest request body; a batch may be 16 times as large.
    max_body_bytes: int = 1_048_576
    # gunicorn: address, worker processes (0: as many as there are processors and memory
    # for), threads per worker.
    bind: str = address.DEFAULT
    workers: int = 0
    threads: int = 4
    # Port of Prometheus' metrics, at the address of `bind`; 0: none.
    metrics_port: int = 0
    # How long to go on serving, but not ready, after SIGTERM.
    drain_seconds: float = 5.0
    # Requests per second that each process takes from one key; 0: any number.
    rate_per_second: float = 0.0
    # File of the lender's prices; nothing: they are not known.
    prices: str = ""
    # How long an application that was entered here and is not decided is kept.
    draft_days: int = 30
    # Who signs the letters to applicants, and how to reach them; nothing: the adviser.
    lender_name: str = "Prêt à dépenser"
    lender_contact: str = ""
    # What letters call the credit bureau, and whom they name for advice on debts.
    credit_bureau: str = ""
    debt_advice: str = ""
    # How long there is to answer what an applicant contests.
    contest_days: int = 30
    # How long the evaluation of the lender's policy may take, of one decision.
    policy_seconds: float = 0.5
    # How many people it takes to make a policy active, the one who added it included.
    policy_people: int = 1
    # How long who claims a client on the work list has it for themselves.
    claim_minutes: int = 30
    # Where decisions that come to stand are delivered; nothing: nowhere.
    webhook_url: str = ""
    webhook_secret: str = ""
    # The commit that the code was built from; the image sets it.
    commit: str = "unknown"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Take what is set, default what is not; raises ConfigurationError."""
        types = get_type_hints(cls)
        names = {field.name: PREFIX + field.name.upper() for field in fields(cls)}
        values = {
            name: _parse(variable, environ[variable], types[name])
            for name, variable in names.items()
            if environ.get(variable)
        }
        for name, variable in _OF_HOSTS.items():
            if environ.get(variable) and name not in values:
                values[name] = _parse(variable, environ[variable], types[name])
        try:
            values["bind"] = address.bind(environ)
        except ValueError as error:
            raise ConfigurationError(str(error)) from None
        config = cls(**values)
        if config.threads < LEAST_THREADS:
            raise ConfigurationError(
                f"SCORING_THREADS: expected at least {LEAST_THREADS}, so that one "
                f"never waits for the database; found {config.threads}"
            )
        return config


def _parse(variable: str, text: str, kind: type[Any]) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or (isinstance(value, int | float) and not 0 <= value < 2**40):
        raise ConfigurationError(
            f"{variable}: expected {_KINDS[kind]} from 0, found {text!r}"
        )
    return value
