"""One module per resource."""

from __future__ import annotations

from flask import Flask

from api.routes import (
    alerts,
    clients,
    documentation,
    features,
    health,
    model,
    monitoring,
    predictions,
    reviews,
    similar,
)


def register(app: Flask) -> None:
    for module in (
        health,
        model,
        features,
        clients,
        similar,
        predictions,
        reviews,
        monitoring,
        alerts,
        documentation,
    ):
        app.register_blueprint(module.blueprint)
