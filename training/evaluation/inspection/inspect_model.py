"""What analysts look for in a model, computed once: the bundle's `inspection.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation.inspection.common_values import grid, told
from training.evaluation.inspection.curves import curves
from training.evaluation.inspection.dependence import (
    partial_dependence,
    shap_points,
)
from training.evaluation.inspection.errors_by_input import errors_by_input
from training.evaluation.inspection.interactions import interactions
from training.evaluation.shap_values import Explained, sample_rows
from training.evaluation.trained_model import TrainedModel


@dataclass(frozen=True)
class Depth:
    """How many of the weightiest inputs are looked at, over how many clients.

    `values`: of each of them; `paired`: how many are looked at two by two, at so many
    `paired_values` over `paired_clients`.
    """

    inputs: int
    values: int
    clients: int
    paired: int
    paired_values: int
    paired_clients: int


QUICK = Depth(12, 12, 200, 6, 5, 60)
THOROUGH = Depth(20, 16, 300, 10, 6, 100)


def inspect(
    trained: TrainedModel,
    explained: Explained,
    importance: Mapping[str, Any],
    depth: Depth,
) -> dict[str, Any]:
    """Curves of all candidates; dependence, interactions and errors of inputs."""
    data, chosen, model = trained.data, trained.chosen, trained.model
    places = {name: at for at, name in enumerate(data.inputs)}
    weightiest = [one["feature"] for one in importance["features"]][: depth.inputs]
    matrix = data.inputs.to_numpy(np.float32)
    some = matrix[sample_rows(len(matrix), depth.clients)]

    def values(name: str, most: int) -> np.ndarray:
        return grid(matrix[:, places[name]], name in data.categories, most)

    grids = {name: values(name, depth.values) for name in weightiest}
    told_of = [name for name in weightiest if len(grids[name]) > 1]
    others = [places[name] for name in told_of]
    pairs = {
        name: (places[name], values(name, depth.paired_values))
        for name in told_of[: depth.paired]
    }
    return {
        "curves": curves(data.target, trained.assessments, chosen),
        "inputs": [
            {
                "feature": name,
                "dependence": {
                    "values": told(grids[name], name, data.categories),
                    **partial_dependence(
                        model.ordering,
                        chosen.calibration,
                        some,
                        places[name],
                        grids[name],
                    ),
                },
                **shap_points(explained, places[name], others, data.categories),
            }
            for name in told_of
        ],
        "interactions": interactions(
            model.ordering, some[: depth.paired_clients], pairs
        ),
        "errors": [errors_by_input(data, chosen, name) for name in told_of],
    }
