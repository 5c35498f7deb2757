"""The registered model as MLflow runs it: a client's features in, the decision out.

MLflow keeps this file with the model instead of a pickle, and runs it where the rest of
the code is not: it imports nothing of it.
"""

from __future__ import annotations

import importlib
import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import lightgbm
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext


class ScoringModel(PythonModel):
    """What the API answers: calibrated probability, and decision at the threshold."""

    def load_context(self, context: PythonModelContext) -> None:
        core = Path(context.artifacts["core"]).read_text(encoding="utf-8")
        self.core = json.loads(core)
        text = Path(context.artifacts["model"]).read_text(encoding="utf-8")
        if self.core["form"] == "scorecard":
            # Kept with the model as this file is, and found where it was loaded.
            kept = importlib.import_module("scorecard").Scorecard
            self.margins = kept.read(text, self.core["features"]).margins
        else:
            booster = lightgbm.Booster(model_str=text)
            self.margins = partial(booster.predict, raw_score=True)

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """One row per client: `probability` of default, `decision` granted or refused.

        In: the features by name, categories as texts; one that training did not see
        is missing, as an absent one is.
        """
        features = self.core["features"]
        columns = [
            _numbers(model_input[feature["name"]], feature) for feature in features
        ]
        matrix = pd.concat(columns, axis=1).to_numpy("float32")
        margins = self.margins(matrix)
        probability = [self._probability(float(margin)) for margin in margins]
        threshold = self.core["threshold"]
        decision = ["granted" if p < threshold else "refused" for p in probability]
        answer = {"probability": probability, "decision": decision}
        return pd.DataFrame(answer, index=model_input.index)

    def _probability(self, margin: float) -> float:
        calibration = self.core["calibration"]
        exponent = -(calibration["slope"] * margin + calibration["intercept"])
        return 1.0 / (1.0 + math.exp(min(exponent, 700.0)))


def _numbers(values: pd.Series, feature: dict[str, Any]) -> pd.Series:
    """Float32, a category by its place in the model's list, what is missing as NaN."""
    if feature["categories"] is not None:
        places = {text: at for at, text in enumerate(feature["categories"])}
        values = values.map(places)
    return values.astype("float32")


set_model(ScoringModel())
