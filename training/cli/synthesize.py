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
@click.option("--lender", type=PATH, help="a lender.yaml, whose tables are invented")
@seed_option
def synthesize(
    clients: int, out: Path, file_format: str, lender: Path | None, seed: int
) -> None:
    """Make invented tables in Kaggle's layout, or in a lender's."""
    from training.synthesize import synthesize as make
    from training.synthesize import synthesize_layout

    if lender is not None:
        if file_format != "csv":
            raise click.UsageError("--lender writes the text that it declares")
        synthesize_layout(lender, clients, out, seed=seed, progress=progress)
        click.echo(f"{out}: {clients:,} labelled clients as {lender} declares them")
        return
    make(clients, out, file_format=file_format, seed=seed, progress=progress)
    click.echo(f"{out}: {clients:,} labelled clients and their test clients")
