"""`synthesize`."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.shared import PATH, progress, seed_option


@click.command("synthesize")
@click.option("--clients", type=int, required=True, help="labelled clients")
@click.option("--out", type=PATH, required=True, help="folder to write to")
@click.option(
    "--format", "file_format", type=click.Choice(["csv", "parquet"]), default="csv"
)
@seed_option
def synthesize(clients: int, out: Path, file_format: str, seed: int) -> None:
    """Make invented tables in Kaggle's layout."""
    from training.synthesize import synthesize as make

    make(clients, out, file_format=file_format, seed=seed, progress=progress)
    click.echo(f"{out}: {clients:,} labelled clients and their test clients")
