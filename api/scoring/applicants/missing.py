"""What of an application is not known, and what it could do to the risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.schemas.layout import APPLICATION
from api.schemas.model import Column, Feature
from api.scoring.decision import probability
from api.scoring.terms import revised
from api.store.people.clients import Client

if TYPE_CHECKING:
    from api.scoring.champion import Champion

# Of the columns that matter most, how many are looked at.
MOST = 12


def missing(champion: Champion, client: Client) -> list[dict[str, Any]]:
    """Each column that is not known, with the lowest and highest risk it could mean.

    The values tried are those usual in the population sample: without one there are
    none. Nothing is told of a client who cannot be scored yet.
    """
    values = {} if client.vectors is None else _usual(champion, client)
    tried = [(name, value) for name, some in values.items() for value in some]
    if not tried:
        return []
    revisions = [revised(champion, client, {name: value}) for name, value in tried]
    matrix = champion.online.revise(revisions)
    calibration = champion.manifest.calibration
    risks: dict[str, list[float]] = {}
    for (name, _), margin in zip(tried, champion.model.margins(matrix), strict=True):
        risks.setdefault(name, []).append(probability(float(margin), calibration))
    found = [
        {"column": name, "lowest": min(some), "highest": max(some)}
        for name, some in risks.items()
    ]
    return sorted(found, key=_reach, reverse=True)


def risk_of(champion: Champion, client: Client) -> float | None:
    """As far as the application is known; None while it cannot be scored."""
    if client.vectors is None:
        return None
    (margin,) = champion.model.margins(client.features[None])
    return probability(float(margin), champion.manifest.calibration)


def _reach(one: dict[str, Any]) -> float:
    return float(one["highest"] - one["lowest"])


def _usual(champion: Champion, client: Client) -> dict[str, list[Any]]:
    """By column that is a feature as it is, of those that weigh most first."""
    population = champion.population
    columns = champion.columns[APPLICATION]
    if population is None:
        return {}
    wanted = [
        name
        for name in population.weighing
        if name in columns and client.application.get(name) is None
    ]
    values = {}
    for name in wanted[:MOST]:
        feature = champion.manifest.features[champion.places[name]]
        raw = [_raw(columns[name], feature, one) for one in population.usual(name)]
        values[name] = [one for one in raw if one is not None]
    return values


def _raw(column: Column, feature: Feature, value: float) -> Any:
    """A feature's value as its column has it; None where they are no same thing."""
    if feature.categories is not None:
        return feature.categories[int(value)] if column.type == "category" else None
    if column.type == "category":
        return None
    return round(value) if column.type == "integer" else value
