"""`init`."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.shared import PATH


@click.command("init")
@click.option("--data", type=PATH, required=True, help="folder with your tables")
@click.option(
    "--update", is_flag=True, help="add new columns to what is there, name what is gone"
)
def init(data: Path, update: bool) -> None:
    """Draft the lender.yaml of your own tables."""
    from training.tables.draft import draft_lender_file, update_lender_file

    for line in update_lender_file(data) if update else draft_lender_file(data):
        click.echo(line)
