"""One module per resource."""

from __future__ import annotations

from flask import Flask

from api.routes import documentation, health
from api.routes.clients import similar
from api.routes.clients.clients import clients
from api.routes.decisions import counterfactual, letter, outcomes, predictions, reviews
from api.routes.model import features
from api.routes.model.model import model
from api.routes.monitoring import alerts, events
from api.routes.monitoring.reports import reports


def register(app: Flask) -> None:
    for module in (
        health,
        model,
        features,
        clients,
        similar,
        predictions,
        counterfactual,
        letter,
        reviews,
        outcomes,
        events,
        reports,
        alerts,
        documentation,
    ):
        app.register_blueprint(module.blueprint)
