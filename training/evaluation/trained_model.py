"""What a campaign ends with, before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.evaluation.business_cost import Costs
from training.evaluation.ceiling import Ceiling
from training.evaluation.comparison import Comparison
from training.evaluation.cross_validation import Assessment
from training.features.build import FeatureStore
from training.features.sql import FeatureSet
from training.models.dataset import Labelled
from training.models.served import ServedModel


@dataclass(frozen=True)
class TrainedModel:
    """The chosen model, refit on every labelled client, and all that it rests on.

    `data` and `feature_set` have the features that the model looks at, `offered` has
    the same clients with every feature. `about` says how many clients, their default
    rate and a fingerprint of the data; `comparisons` what each variant brought,
    `rivals` what each other family would; `curve` what fewer features do; `ceiling`
    what a blend that is never served would.
    """

    model: ServedModel
    store: FeatureStore
    data: Labelled
    offered: Labelled
    feature_set: FeatureSet
    assessments: tuple[Assessment, ...]
    chosen: Assessment
    plain: Assessment
    costs: Costs
    about: Mapping[str, Any]
    comparisons: tuple[Comparison, ...] = ()
    rivals: tuple[Comparison, ...] = ()
    curve: tuple[Mapping[str, float], ...] = ()
    ceiling: Ceiling | None = None
