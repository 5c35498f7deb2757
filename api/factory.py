"""The application: its parts, put together."""

from __future__ import annotations

from flask import Flask

from api import commands, errors, logs, metrics, routes
from api.config import Config
from api.http import auth, response_headers, slashes
from api.services import Services


def build(config: Config) -> Flask:
    app = Flask("api", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    services = app.extensions["scoring"] = Services(config)
    errors.register(app)
    logs.register(app, services.release.commit)
    metrics.register(app, services.metrics)
    auth.register(app)
    response_headers.register(app)
    routes.register(app)
    slashes.register(app)
    commands.register(app)
    return app
