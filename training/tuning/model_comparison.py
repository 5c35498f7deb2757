"""From the dummy to the model that is served: each tuned, varied and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec

import optuna

from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison, compare
from training.evaluation.cross_validation import Assessment, assess
from training.models import candidates
from training.models.candidates import Candidate
from training.models.dataset import Labelled
from training.models.imbalance import NONE, STRATEGIES, SYNTHETIC
from training.models.preprocessing import ALL_ON
from training.models.scorecard import FORM as SCORECARD
from training.models.scorecard import Scale
from training.models.served import TREES
from training.tuning.hyperparameter_search import SearchResources, search
from training.tuning.one_standard_error_rule import best_parameters
from training.tuning.search_spaces import (
    LIGHTGBM,
    LOGISTIC_REGRESSION,
    MODEL_FAMILIES,
    ModelFamily,
    Values,
)

Progress = Callable[[str], None]
# What the families below LightGBM may take of a limited time.
SHARE_BELOW = 0.4
Record = Callable[[Assessment, optuna.Study | None, Comparison | None], None]


@dataclass(frozen=True)
class Budget:
    """How much is tried.

    `trials`: how many points of each family's space, the default one among them; one
    that is not named stays at its defaults. `variants`: whether imbalance
    strategies, transformations and constraints are switched to see what they bring;
    if not, the forest is left out, and nothing is drawn. `seeds`: how many LightGBMs
    that differ by chance are averaged in the end. `select_features`: whether to look
    how few features do. `explained`: how many clients' explanations the review sums up;
    `moved`: how many inputs are made missing and shifted, all that weigh if None;
    `shuffled`: how many clients' outcomes are shuffled to see that nothing is learned
    then, in `rounds` of boosting at most, or as many as the model has.
    """

    name: str
    trials: Mapping[str, int] = field(default_factory=dict)
    variants: bool = True
    seeds: int = 1
    select_features: bool = True
    explained: int = 5_000
    moved: int | None = None
    shuffled: int = 4_000
    rounds: int | None = None

    def of(self, family: ModelFamily) -> int:
        return self.trials.get(family.name, 0)


BUDGETS = {
    budget.name: budget
    for budget in (
        Budget(
            "quick",
            variants=False,
            select_features=False,
            explained=1_000,
            moved=25,
            shuffled=1_000,
            # By then the model knows so few clients by heart: AUC 0.96 on its own.
            rounds=150,
        ),
        Budget(
            "standard",
            {"logistic_regression": 4, "random_forest": 2, "lightgbm": 6},
            seeds=3,
        ),
        Budget(
            "full",
            {"logistic_regression": 12, "random_forest": 12, "lightgbm": 60},
            seeds=3,
        ),
    )
}


@dataclass
class ModelComparison:
    """A ladder in the making, and what was tried beside it.

    `comparisons` are of the variants, in their order; `studies` are the families'
    searches by name. `serve`: the form of the model that will be served; `scale`: of
    a scorecard's points.
    """

    data: Labelled
    costs: Costs
    budget: Budget
    resources: SearchResources
    progress: Progress
    record: Record
    serve: str = TREES
    scale: Scale = Scale()
    studies: dict[str, optuna.Study] = field(default_factory=dict)
    variants: list[Assessment] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)

    def run(self) -> tuple[Assessment, ...]:
        """Each family at its best, from simple to complex; the last is the LightGBM."""
        dummy = self._assess(candidates.dummy())
        self.record(dummy, None, None)
        families = [dummy]
        whole, self.resources = self.resources, self.resources.share(SHARE_BELOW)
        for family in directed(self.data):
            if family.name == LIGHTGBM.name:
                families += self._rivals()
                self.resources = whole
            if family.name != "random_forest" or self.budget.variants:
                families.append(self._rung(family))
        return tuple(families)

    def _rivals(self) -> list[Assessment]:
        """Those that a person can read whole, as they come: nothing is searched."""
        tried = []
        if self.serve == SCORECARD or self.budget.variants:
            tried.append(candidates.scorecard(self.data.directions, scale=self.scale))
        if self.budget.variants:
            tried.append(candidates.explainable_boosting())
        if tried and not rivals_installed():
            self.progress(
                "scorecard, explainable boosting: not installed; the extra `rivals`"
                " brings them"
            )
            return []
        # What will be served is assessed even when time is up.
        in_time = (
            self._assess(one) if one.name == self.serve else self._assess_in_time(one)
            for one in tried
        )
        assessed = [one for one in in_time if one is not None]
        for assessment in assessed:
            self.record(assessment, None, None)
        return assessed

    def _rung(self, family: ModelFamily) -> Assessment:
        """A family at its best parameters, then what its variants bring."""
        parameters = self._search(family, self.budget.of(family))
        base = self._assess(family.make(parameters))
        self.record(base, self.studies.get(family.name), None)
        if not self.budget.variants:
            return base
        for strategy in STRATEGIES:
            if strategy != NONE:
                base = self._strategy(family, strategy, base)
        if family is LOGISTIC_REGRESSION:
            self._transformations(base)
        if base.candidate.monotone:
            self._price_of_directions(base)
        return base

    def _search(self, family: ModelFamily, trials: int) -> Values:
        if not trials:
            return family.defaults
        study = search(
            family,
            self.data,
            self.costs,
            trials,
            self.resources,
            progress=self.progress,
        )
        self.studies[family.name] = study
        return best_parameters(study, family)

    def _strategy(
        self, family: ModelFamily, strategy: str, base: Assessment
    ) -> Assessment:
        """The base, or the variant when it pays and can be served."""
        varied = self._vary(family.make(base.candidate.parameters, strategy), base)
        # SMOTE needs imputed columns, which the served text model does not have.
        served = family.name != LIGHTGBM.name or strategy != SYNTHETIC
        return varied[0] if varied and served and varied[1].pays else base

    def _transformations(self, base: Assessment) -> None:
        """What each transformation of the logistic regression brings."""
        parameters, strategy = base.candidate.parameters, base.candidate.strategy
        for name, on in (
            ("without logarithms", replace(ALL_ON, logarithm=False)),
            ("one-hot categories", replace(ALL_ON, target_encoding=False)),
            ("without missing flags", replace(ALL_ON, missing_flags=False)),
            ("ranks", replace(ALL_ON, ranks=True)),
        ):
            varied = candidates.logistic_regression(parameters, strategy, on, name)
            self._vary(varied, base)

    def _price_of_directions(self, base: Assessment) -> None:
        """What it costs that risk goes where a person expects it.

        It is told, and paid: a direction that costs too much is one not to declare.
        """
        current = base.candidate
        plain = self._assess_in_time(
            candidates.lightgbm(current.parameters, current.strategy)
        )
        if plain is not None:
            self._compared(plain, base, told=plain)

    def average(self, base: Assessment, several: Candidate) -> Assessment:
        """Several of the same averaged, unless that surely costs something.

        Less chance in a model is known to help; two standard errors speak against it.
        The last step, after all that needs many fits.
        """
        varied = self._vary(several, base)
        return varied[0] if varied and not varied[1].loses(2.0) else base

    def _vary(
        self, candidate: Candidate, base: Assessment
    ) -> tuple[Assessment, Comparison] | None:
        """Assess a variant, unless time is up, and compare it with its base."""
        assessment = self._assess_in_time(candidate)
        if assessment is None:
            return None
        return assessment, self._compared(base, assessment, told=assessment)

    def _assess_in_time(self, candidate: Candidate) -> Assessment | None:
        return self._assess(candidate) if self.resources.seconds_left > 0 else None

    def _compared(
        self, base: Assessment, variant: Assessment, *, told: Assessment
    ) -> Comparison:
        """What a variant brings over a base, recorded with the one that is new."""
        compared = compare(base, variant, self.data.target)
        self.record(told, None, compared)
        self.variants.append(told)
        self.comparisons.append(compared)
        return compared

    def _assess(self, candidate: Candidate) -> Assessment:
        return assess(
            candidate, self.data, self.costs, self.progress, self.resources.jobs
        )


def directed(data: Labelled) -> tuple[ModelFamily, ...]:
    """The families, LightGBM's with risk that goes where it is known to go."""
    make = partial(candidates.lightgbm, monotone=data.directions)
    return tuple(
        replace(family, make=make) if family.name == LIGHTGBM.name else family
        for family in MODEL_FAMILIES
    )


def rivals_installed() -> bool:
    return all(find_spec(one) is not None for one in ("optbinning", "interpret"))


def help_search(
    data: Labelled,
    costs: Costs,
    budget: Budget,
    resources: SearchResources,
    progress: Progress,
) -> None:
    """Take part in the searches of a campaign that runs elsewhere."""
    for family in directed(data):
        if trials := budget.of(family):
            search(family, data, costs, trials, resources, progress=progress)
