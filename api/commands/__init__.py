"""The commands of `python -m flask --app api`, or, installed, of `scoring-api`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import FlaskGroup

from api import create_app
from api.commands.clients import clients
from api.commands.db import db
from api.commands.events import events
from api.commands.keys import keys


def register(app: Flask) -> None:
    for group in (clients, db, events, keys):
        app.cli.add_command(group)


@click.command()
def serve() -> None:
    """Serve by gunicorn, as the SCORING_* settings say."""
    settings = Path(__file__).parents[1] / "server" / "gunicorn.conf.py"
    command = [sys.executable, "-m", "gunicorn", "-c", str(settings)]
    os.execv(sys.executable, [*command, "api:create_app()"])


def main() -> None:
    """What `scoring-api` runs."""
    group = FlaskGroup(
        create_app=create_app, add_default_commands=False, add_version_option=False
    )
    group.add_command(serve)
    click.version_option(package_name="pret-a-depenser-scoring")(group)()
