"""`policy`."""

from __future__ import annotations

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
    from training.features.engines import Engine

NOW = "%Y-%m-%dT%H:%M:%S.%fZ"


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
    from policy.read import read_policy
    from policy.rules import PolicyError
    from training.bundle.champion import read_champion
    from training.bundle.read import read_manifest
    from training.features.build import build
    from training.monitoring.events.api_client import Api
    from training.monitoring.events.policy_events import decisions
    from training.scoring import policy_clients, policy_report
    from training.scoring.declarations import read_declarations
    from training.scoring.policy_facts import FactMaker
    from training.scoring.policy_groups import table_of
    from training.scoring.policy_trial import run

    champion = read_champion(bundle)
    known = FactMaker(bundle, champion, frozenset(), "").known
    try:
        read = read_policy(file.read_bytes(), known)
    except PolicyError as error:
        faults = "; ".join(
            f"line {one.line}: {one.where}: {one.detail}"
            if one.line
            else f"{one.where}: {one.detail}"
            for one in error.faults
        )
        raise ConfigurationError(f"{file}: {faults}") from None
    moment = (at or datetime.now(UTC)).strftime(NOW)
    maker = FactMaker(bundle, champion, read.facts, moment)
    kept = [column.name for column in table_of(champion.core)]
    columns = sorted(maker.columns.union(kept))
    brought = {}
    if declarations:
        brought = read_declarations(declarations, policy_clients.key_of(champion))
    if events:
        api = Api(events.rstrip("/"), from_environment().api_key)
        _manifest, sha256 = read_manifest(bundle)
        source = decisions(api, champion, sha256, progress)
    elif clients:
        source = policy_clients.of_file(clients, champion, columns, progress)
    else:
        store, _made = build(
            Path(str(data)),
            features,
            engine,
            included=champion.included,
            progress=progress,
        )
        source = policy_clients.of_tables(store, champion, columns, progress)
    trial = run(read, maker, source, brought, kept, seconds)
    if len(brought) > trial.brought:
        strangers = len(brought) - trial.brought
        progress(f"{declarations}: {strangers:,} clients are not among those here")
    tables = policy_report.tables(trial, champion)
    click.echo(policy_report.as_console(trial, tables))
    if out:
        policy_report.write(out, trial, champion, tables)
        click.echo(f"{out}: {len(trial.keys):,} clients by policy {read.version}")
