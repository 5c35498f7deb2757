"""The commands of `python -m flask --app api`."""

from __future__ import annotations

from flask import Flask

from api.commands.clients import clients
from api.commands.db import db
from api.commands.decisions import decisions
from api.commands.events import events
from api.commands.keys import keys
from api.commands.policy import policy


def register(app: Flask) -> None:
    for group in (clients, db, decisions, events, keys, policy):
        app.cli.add_command(group)
