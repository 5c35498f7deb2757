"""`policy`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.cli.shared import (
    DATA,
    PATH,
    bundle_option,
    engine_options,
    positive,
    progress,
)
from training.config import from_environment
from training.errors import ConfigurationError

if TYPE_CHECKING:
    from policy.rules import Policy
    from training.bundle.champion import Champion
    from training.features.engines import Engine
    from training.scoring.policy_clients import Source

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


@click.command("policy")
@click.argument("file", type=PATH)
@click.option("--data", type=PATH, help=DATA)
@click.option("--clients", type=PATH, help="instead: clients.parquet, of `export`")
@click.option("--events", help="instead: an API's address, whose decisions are taken")
@click.option(
    "--declarations",
    type=PATH,
    help="CSV: the client's key, and a column for each fact that no table tells",
)
@bundle_option
@click.option("--features", type=PATH, default="var/portfolio")
@engine_options
@click.option("--out", type=PATH, help="folder for CSV files and the report")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    help="when it would be decided, in UTC; now when left out",
)
@click.option("--seconds", type=positive, default=1.0, help="for one evaluation")
def policy(
    file: Path,
    data: Path | None,
    clients: Path | None,
    events: str | None,
    declarations: Path | None,
    bundle: Path,
    features: Path,
    engine: Engine,
    out: Path | None,
    at: datetime | None,
    seconds: float,
) -> None:
    """Try a policy before it decides."""
    if sum(source is not None for source in (data, clients, events)) != 1:
        raise click.UsageError("expected one of --data, --clients and --events")
    if events and declarations:
        raise click.UsageError("expected --declarations with --data or --clients")
    from training.bundle.champion import read_champion
    from training.scoring import policy_report
    from training.scoring.declarations import read_declarations
    from training.scoring.policy_clients import key_of
    from training.scoring.policy_facts import FactMaker
    from training.scoring.policy_groups import table_of
    from training.scoring.policy_trial import run

    champion = read_champion(bundle)
    read = _read(file, champion)
    moment = (at or datetime.now(UTC)).strftime(MOMENT)
    maker = FactMaker(bundle, champion, read.facts, moment)
    kept = [column.name for column in table_of(champion.core)]
    columns = sorted(maker.columns.union(kept))
    brought = read_declarations(declarations, key_of(champion)) if declarations else {}
    if events:
        source = _decided(events, bundle, champion)
    else:
        source = _known(data, clients, features, engine, champion, columns)
    trial = run(read, maker, source, brought, kept, seconds)
    if strangers := len(brought) - trial.brought:
        progress(f"{declarations}: {strangers:,} clients are not among those here")
    tables = policy_report.tables(trial, champion)
    click.echo(policy_report.as_console(trial, tables))
    if out:
        policy_report.write(out, trial, champion, tables)
        click.echo(f"{out}: {len(trial.keys):,} clients by policy {read.version}")


def _read(file: Path, champion: Champion) -> Policy:
    from policy.read import read_policy
    from policy.rules import PolicyError
    from training.scoring.policy_facts import known_facts

    try:
        return read_policy(file.read_bytes(), known_facts(champion))
    except PolicyError as error:
        faults = "; ".join(
            f"{f'line {one.line}: ' if one.line else ''}{one.where}: {one.detail}"
            for one in error.faults
        )
        raise ConfigurationError(f"{file}: {faults}") from None


def _decided(url: str, bundle: Path, champion: Champion) -> Source:
    from training.bundle.read import read_manifest
    from training.monitoring.events.api_client import Api
    from training.monitoring.events.policy_events import decisions

    key = from_environment().api_key
    if not key:
        raise ConfigurationError("TRAINING_API_KEY: expected a key with role analyst")
    api = Api(url.rstrip("/"), key)
    _manifest, sha256 = read_manifest(bundle)
    return decisions(api.events, champion, sha256, progress)


def _known(
    data: Path | None,
    clients: Path | None,
    features: Path,
    engine: Engine,
    champion: Champion,
    columns: Sequence[str],
) -> Source:
    from training.features.build import build
    from training.scoring.policy_clients import of_file, of_tables

    if data is None:
        return of_file(Path(str(clients)), champion, columns, progress)
    store, _made = build(
        data,
        features,
        engine,
        included=champion.included,
        seen=champion.seen,
        progress=progress,
    )
    return of_tables(store, champion, columns, progress)
