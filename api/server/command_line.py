"""`scoring-api`: the commands of `flask --app api`, and serving."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask.cli import FlaskGroup

from api import create_app


@click.command()
def serve() -> None:
    """Serve by gunicorn, as the SCORING_* settings say."""
    settings = Path(__file__).with_name("gunicorn.conf.py")
    command = [sys.executable, "-m", "gunicorn", "-c", str(settings)]
    os.execv(sys.executable, [*command, "api:create_app()"])


def main() -> None:
    """What `scoring-api` runs."""
    group = FlaskGroup(
        create_app=create_app, add_default_commands=False, add_version_option=False
    )
    group.add_command(serve)
    click.version_option(package_name="pret-a-depenser-scoring")(group)()
