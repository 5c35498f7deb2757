"""The model that serves, with all that was read from its bundle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Manifest
from api.bundle.read import Bundle
from api.features.columns import Matrix
from api.features.online import OnlineFeatures
from api.json_encoding import encode
from api.schemas.layout import AMOUNT, APPLICATION, INSTALMENT
from api.schemas.model import Column, Term
from api.schemas.requests import Explain
from api.scoring import similar_clients as populations
from api.scoring.decision import Score, Scorer
from api.scoring.lightgbm_model import Model
from api.scoring.shap_lookup import FILE
from api.scoring.similar_clients import Population
from api.store.events.packing import Dictionary, Parts


@dataclass(frozen=True)
class Champion:
    """Immutable: a request that took one keeps it to its end."""

    bundle: Bundle
    model: Model
    online: OnlineFeatures
    scorer: Scorer
    importance: Mapping[str, Any]
    distributions: Mapping[str, Any]
    population: Population | None

    @property
    def manifest(self) -> Manifest:
        return self.bundle.manifest

    @cached_property
    def columns(self) -> dict[str, dict[str, Column]]:
        """Raw columns by table and name."""
        tables = self.manifest.tables.items()
        return {name: {c.name: c for c in table.columns} for name, table in tables}

    @cached_property
    def categories(self) -> dict[str, frozenset[str | None]]:
        """What each category column of the application may hold; missing is fine."""
        columns = self.manifest.tables["application"].columns
        known = {c.name: c.categories for c in columns if c.categories is not None}
        return {name: frozenset((*texts, None)) for name, texts in known.items()}

    @cached_property
    def levers(self) -> tuple[tuple[Column, Term], ...]:
        """The columns of the application that can be negotiated, and how far."""
        columns = self.columns[APPLICATION].values()
        return tuple((c, c.term) for c in columns if c.term and c.role)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each feature is in a vector."""
        return {f.name: at for at, f in enumerate(self.manifest.features)}

    @cached_property
    def dictionary(self) -> Dictionary:
        """What its answers have in common."""
        features = self.manifest.features
        return Dictionary(
            names=tuple(feature.name for feature in features),
            categories=tuple(feature.categories for feature in features),
            text=self.scorer.texts() + self._example("reasons") + self._example(True),
        )

    def _example(self, explain: Explain) -> str:
        """An answer about nothing: it says what all of them say."""
        width = len(self.manifest.features)
        nothing = np.full(width, np.nan, dtype=np.float32)
        judged = self.scorer.judge(
            Score(nothing, 0.0, np.zeros(width + 1)), (), explain
        )
        model = self.manifest.model
        about = {"model": {"name": model.name, "version": model.version}}
        first = {"prediction_id": "", "kind": "decision", "client_id": 100}
        return encode({**first, **judged, **about}).decode()

    def parts(self, answer: Mapping[str, Any], score: Score) -> Parts:
        """What an answer that was judged by this score is made of."""
        listed = None
        if score.contributions is not None and "explanation" in answer:
            listed = score.contributions[:-1]
        return Parts(encode(answer), score.features, listed, self.dictionary)

    @cached_property
    def usual_durations(self) -> tuple[float, float]:
        """Amount over instalment of the middle 98 % of the population sample."""
        names = {column.role: column.name for column, _ in self.levers}
        wanted = {names.get(AMOUNT), names.get(INSTALMENT)}
        if self.population is None or not wanted <= set(self.population.names):
            return (0.0, math.inf)
        amount, instalment = (
            self.population.column(names[role]) for role in (AMOUNT, INSTALMENT)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            durations = amount / instalment
        known = durations[np.isfinite(durations)]
        low, high = np.percentile(known, (1, 99)) if len(known) else (0.0, math.inf)
        return float(low), float(high)

    def score(self, matrix: Matrix, explained: Sequence[bool]) -> list[Score]:
        """One score per row; contributions where `explained`, as they cost most."""
        margins = self.model.margins(matrix).tolist()
        asked = np.flatnonzero(explained)
        contributions: dict[int, NDArray[np.float64]] = {}
        if len(asked):
            rows = self.model.contributions(matrix[asked])
            contributions = dict(zip(asked.tolist(), rows, strict=True))
        return [
            Score(features, margin, contributions.get(at))
            for at, (features, margin) in enumerate(zip(matrix, margins, strict=True))
        ]


def load(bundle: Bundle, threads: int) -> Champion:
    """Get a verified bundle ready to serve; raises BundleError."""
    importance = bundle.json("importance.json")
    weights = {row["feature"]: row["mean_absolute"] for row in importance["features"]}
    names = [feature.name for feature in bundle.manifest.features]
    return Champion(
        bundle=bundle,
        model=Model(bundle.text("model.txt"), names, bundle.files.get(FILE)),
        online=OnlineFeatures(bundle, threads),
        scorer=Scorer(bundle.manifest, bundle.reasons, weights, bundle.borderline),
        importance=importance,
        distributions=bundle.json("distributions.json"),
        population=populations.load(bundle, weights),
    )
