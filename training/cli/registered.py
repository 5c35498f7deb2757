"""`ui`, `promote`, `export`, `forget`: campaigns recorded and models registered."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from training.cli.shared import (
    PATH,
    features_option,
    progress,
    registry,
    version_option,
)
from training.config import from_environment
from training.errors import TrainingError


@click.command("ui")
@click.option("--port", type=int, default=5001)
def ui(port: int) -> None:
    """Show the recorded campaigns in a browser."""
    from training.registry.ui import serve_ui

    recorded = registry()
    click.echo(f"MLflow on http://127.0.0.1:{port}; Ctrl-C stops it")
    serve_ui(recorded, port)


@click.command("promote")
@click.option("--version", default="challenger", help="a number or an alias")
@click.option(
    "--override",
    metavar="REASON",
    help="promote although gates are not passed; the reason is kept",
)
def promote(version: str, override: str | None) -> None:
    """Make a model version the champion."""
    from training.gates.gate import table
    from training.language import SOURCE
    from training.registry.promote import promote as make_champion

    required = from_environment().require_validation
    promotion = make_champion(registry(), version, override, validated=required)
    click.echo(table(promotion.gates)[SOURCE])
    over = f", over gates: {promotion.override}" if promotion.override else ""
    click.echo(f"version {promotion.version} is the champion{over}")


@click.command("export")
@click.option("--out", type=PATH, default="var/bundle")
@click.option("--clients", type=PATH, help="also write this clients.parquet")
@features_option
@click.option("--drift", type=PATH, help="folder of a drift report to include")
@click.option("--card", type=PATH, help="also write the model card here")
@version_option
def export(
    out: Path,
    clients: Path | None,
    features: Path,
    drift: Path | None,
    card: Path | None,
    version: str,
) -> None:
    """Write the bundle and the clients for the API."""
    from training.bundle.card import CARD
    from training.bundle.clients import export_clients
    from training.features.build import FeatureStore
    from training.files import replacing
    from training.registry.export import export_bundle
    from training.registry.load import load_champion

    models = registry()
    manifest = export_bundle(models, out, drift=drift, version=version)
    signed = manifest["validation"]
    said = "not validated: nobody has signed it"
    if signed:
        said = f"{signed[-1]['verdict']} by {signed[-1]['by']}"
    click.echo(f"{out}: model version {manifest['model']['version']}, {said}")
    if card:
        with replacing(card) as beside:
            shutil.copyfile(out / CARD, beside)
        click.echo(f"{card}: model card")
    if clients:
        champion = load_champion(models, version)
        count = export_clients(
            FeatureStore(features), champion, clients, progress=progress
        )
        click.echo(f"{clients}: {count:,} clients")


@click.command("forget")
@click.argument("client")
def forget(client: str) -> None:
    """Take CLIENT's rows out of every registered version's run.

    Then `export` the champion once more; take them out of the raw tables, too.
    """
    from training.registry.pseudonyms import forget as forget_client

    count, unnamed = forget_client(registry(), client)
    # Never the id: what is printed may be kept.
    if count:
        click.echo(f"{count} rows are gone; `export` makes the bundle anew")
    elif not unnamed:
        raise TrainingError(
            "no run has a row of this client: never labelled in what was trained on, or"
            " trained with another secret of pseudonyms"
        )
    if unnamed:
        raise TrainingError(
            f"version {', '.join(unnamed)}: trained before 0.4.0, whose rows nobody can"
            " tell apart; train again, and delete the old runs"
        )
