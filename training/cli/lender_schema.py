"""`lender-schema`."""

from __future__ import annotations

import json

import click


@click.command("lender-schema")
def lender_schema() -> None:
    """Print the JSON Schema of lender.yaml, for editors."""
    from training.tables.lender_file import lender_schema as made

    click.echo(json.dumps(made(), ensure_ascii=False, indent=1))
