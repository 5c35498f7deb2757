"""`train`."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.cli.shared import (
    cost_options,
    data_option,
    engine_options,
    features_option,
    include_option,
    positive,
    progress,
    registry,
)

if TYPE_CHECKING:
    from training.evaluation.business_cost import Costs
    from training.features.engines import Engine
    from training.tables.schema import Use


@click.command("train")
@data_option
@features_option
@engine_options
@include_option
@click.option(
    "--budget", type=click.Choice(["quick", "standard", "full"]), default="standard"
)
@click.option(
    "--serve",
    type=click.Choice(["trees", "scorecard"]),
    default="trees",
    help="the form of what is registered; a scorecard needs the extra `rivals`",
)
@click.option(
    "--scale",
    type=positive,
    nargs=3,
    metavar="POINTS ODDS MORE",
    default=(600.0, 50.0, 20.0),
    help="a scorecard's: so many points where so many repay to one who defaults, and"
    " so many more where twice as many do",
)
@cost_options
@click.option(
    "--study", help="database URL of the search; beside MLflow's when left out"
)
@click.option(
    "--join",
    is_flag=True,
    help="only help the search of a campaign with the same --study and options",
)
@click.option(
    "--time-limit", type=positive, help="minutes after which nothing new is tried"
)
@click.option(
    "--jobs", type=int, default=-1, help="folds fitted at once; -1 is one per core"
)
def train(
    data: Path,
    features: Path,
    engine: Engine,
    included: tuple[Use, ...],
    budget: str,
    serve: str,
    scale: tuple[float, float, float],
    costs: Costs,
    study: str | None,
    join: bool,
    time_limit: float | None,
    jobs: int,
) -> None:
    """Compare models and register the best."""
    from training.campaign import run_campaign
    from training.cli import campaign_report
    from training.config import from_environment
    from training.features.build import build
    from training.models.dataset import load_labelled
    from training.models.scorecard import Scale
    from training.tuning.hyperparameter_search import SearchResources, study_beside
    from training.tuning.model_comparison import BUDGETS, help_search

    # What was imported stays to the end. To look at it again and again took the
    # garbage collector a quarter of the time in which the statements are compiled.
    gc.freeze()
    # Before hours of work: that there is a place for what comes of it.
    models = None if join else registry()
    url = study or study_beside(from_environment().tracking_uri)
    resources = SearchResources.within(url, time_limit, jobs)
    store, feature_set = build(
        data, features, engine, included=included, progress=progress
    )
    if models is None:
        labelled = load_labelled(store, feature_set)
        help_search(labelled, costs, BUDGETS[budget], resources, progress)
        return
    version, trained = run_campaign(
        models,
        store,
        feature_set,
        costs,
        BUDGETS[budget],
        resources,
        serve=serve,
        scale=Scale(*scale),
        progress=progress,
    )
    for line in campaign_report.ladder_lines(trained.assessments):
        click.echo(line)
    for line in campaign_report.variant_lines(trained.comparisons):
        click.echo(line)
    click.echo(campaign_report.threshold_line(version, trained.chosen, costs))
