"""The forms of a model that can be served: trees, or a scorecard.

What asks a trained model asks it here, and need not know which of them it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import lightgbm
import numpy as np

from training.arrays import Array
from training.errors import TrainingError
from training.models.scorecard import FILE, FORM, Scorecard
from training.models.shap_lookup import Explainer, write_tables

TREES = "trees"
FILES = {TREES: "model.txt", FORM: FILE}


class ServedModel(Protocol):
    """A fitted model, its inputs float32 of shape (clients, features)."""

    form: str

    def margins(self, matrix: np.ndarray) -> Array:
        """Log-odds of default, shape (clients,), as the API computes them."""

    def ordering(self, matrix: np.ndarray) -> Array:
        """The margins but for their last digits, in the fastest way."""

    def contributions(self, matrix: np.ndarray) -> Array:
        """SHAP values, shape (clients, features + 1); the last column is the base."""

    def save(self, folder: Path) -> None:
        """Write the form's file into a folder."""

    def complete(self, folder: Path) -> None:
        """Write what the API can make use of beside that file."""


class Trees:
    """A LightGBM booster."""

    form = TREES

    def __init__(self, booster: lightgbm.Booster) -> None:
        self.booster = booster

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.booster)

    def margins(self, matrix: np.ndarray) -> Array:
        return np.asarray(self.booster.predict(matrix, raw_score=True))

    def ordering(self, matrix: np.ndarray) -> Array:
        return self._explainer.margins(matrix)

    def contributions(self, matrix: np.ndarray) -> Array:
        return self._explainer.contributions(matrix)

    def save(self, folder: Path) -> None:
        self.booster.save_model(str(folder / FILES[TREES]))

    def complete(self, folder: Path) -> None:
        write_tables(self.booster, folder)


def form_of(manifest: Mapping[str, Any]) -> str:
    """That of a model, by its manifest; the oldest say nothing and have trees."""
    form = manifest.get("form", TREES)
    if form not in FILES:
        raise TrainingError(
            f"manifest: form: expected one of {', '.join(FILES)}, found {form!r}"
        )
    return str(form)


def file_of(manifest: Mapping[str, Any]) -> str:
    """The name of the file that the model is in."""
    return FILES[form_of(manifest)]


def model_of(manifest: Mapping[str, Any], text: str) -> ServedModel:
    """The model of a manifest, from the text of its file."""
    if form_of(manifest) == TREES:
        return Trees(lightgbm.Booster(model_str=text))
    return Scorecard.read(text, manifest["features"])


def read_model(manifest: Mapping[str, Any], file: Path) -> ServedModel:
    """The same, from its file."""
    return model_of(manifest, file.read_text(encoding="utf-8"))
