"""How the risk of one client moves with one input, all others as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.inspection import FILE
from api.scoring.decision import probability
from api.scoring.facts import shown

if TYPE_CHECKING:
    from api.scoring.champion import Champion


def dependence(
    champion: Champion, vector: NDArray[np.float32], name: str
) -> dict[str, Any] | None:
    """Over the values that the bundle has of an input; None where it has none.

    `vector`: the client's features, as the model takes them.
    """
    inspected = champion.bundle.documents.get(FILE, {"inputs": []})["inputs"]
    found = [one for one in inspected if one["feature"] == name]
    if not found:
        return None
    values = found[0]["dependence"]["values"]
    at = champion.places[name]
    feature = champion.manifest.features[at]
    codes = [
        np.nan
        if value is None
        else value
        if feature.categories is None
        else feature.categories.index(value)
        for value in values
    ]
    matrix = np.repeat(vector[None], len(codes) + 1, axis=0)
    matrix[:-1, at] = codes
    calibration = champion.manifest.calibration
    margins = champion.model.margins(matrix).tolist()
    *risks, own = [probability(margin, calibration) for margin in margins]
    return {
        "feature": name,
        "values": values,
        "risk": risks,
        "value": shown(float(vector[at]), feature),
        "probability": own,
    }
