"""One module per resource."""

from __future__ import annotations

from flask import Flask

from api.routes import (
    clients,
    documentation,
    features,
    health,
    model,
    monitoring,
    predictions,
)


def register(app: Flask) -> None:
    for module in (
        health,
        model,
        features,
        clients,
        predictions,
        monitoring,
        documentation,
    ):
        app.register_blueprint(module.blueprint)
