"""A file per resource."""

from __future__ import annotations

from flask import Flask

from api.routes import documentation, health, logins
from api.routes.clients import (
    clients,
    dependence,
    evidence,
    notes,
    offers,
    records,
    similar,
)
from api.routes.decisions import counterfactual, letter, outcomes, predictions, reviews
from api.routes.model import features, inspection, model
from api.routes.monitoring import alerts, events, reports
from api.routes.policies import policies
from api.routes.work import applications, work


def register(app: Flask) -> None:
    for module in (
        health,
        model,
        inspection,
        features,
        clients,
        similar,
        dependence,
        records,
        offers,
        notes,
        evidence,
        applications,
        work,
        predictions,
        counterfactual,
        letter,
        reviews,
        outcomes,
        policies,
        events,
        reports,
        alerts,
        logins,
        documentation,
    ):
        app.register_blueprint(module.blueprint)
