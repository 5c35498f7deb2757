"""What several commands share: options, the registry, how far the work is.

A module that takes long to import is imported by the command that needs it, when it
runs: `--help` needs none.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from training.config import from_environment
from training.tables.schema import LEFT_OUT, Use

if TYPE_CHECKING:
    from training.features.engines import Engine
    from training.registry.store import Registry

Function = Callable[..., None]

STARTED = time.monotonic()

PATH = click.Path(path_type=Path)
DATA = "folder with the raw tables, as Kaggle names them"
data_option = click.option("--data", type=PATH, required=True, help=DATA)
features_option = click.option("--features", type=PATH, default="var/features")
bundle_option = click.option("--bundle", type=PATH, default="var/bundle")
version_option = click.option(
    "--version", default="champion", help="a number or an alias"
)
api_option = click.option("--api", required=True, help="the API's address")
seed_option = click.option("--seed", type=int, default=0)
include_option = click.option(
    "--include",
    "included",
    type=click.Choice(LEFT_OUT),
    callback=lambda _context, _option, uses: tuple(map(Use, uses)),
    multiple=True,
    help="columns of this use become inputs; promotion then needs a reason",
)


def progress(message: str) -> None:
    """Say on standard error how far the work is, and for how long it has been done.

    Results go to standard output.
    """
    minutes, seconds = divmod(int(time.monotonic() - STARTED), 60)
    click.echo(f"{minutes:3}:{seconds:02}  {message}", err=True)


def registry() -> Registry:
    """The one that the settings name."""
    from training.registry.store import open_registry

    return open_registry(from_environment().tracking_uri)


def positive(text: str) -> float:
    """The type of an option that is a number above 0."""
    return _number(text, lambda value: 0 < value < inf, "above 0")


def share(text: str) -> float:
    """The type of an option that is a number from 0 to 1."""
    return _number(text, lambda value: 0 <= value <= 1, "from 0 to 1")


def size(text: str) -> str:
    """The type of an option that is an amount of memory."""
    if re.fullmatch(r"\d+(\.\d+)?\s?[KMGT](i?B)?", text, re.IGNORECASE):
        return text
    raise click.BadParameter(f"expected a size such as 4GB or 800MB, found {text}")


def _number(text: str, fits: Callable[[float], bool], wanted: str) -> float:
    """Not click's FloatRange, which takes nan."""
    with suppress(ValueError):
        if fits(value := float(text)):
            return value
    raise click.BadParameter(f"expected a number {wanted}, found {text}")


def engine_options(command: Function) -> Function:
    """What makes the features, given to the command as `engine`."""

    @click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb")
    @click.option(
        "--spark-master", default="local[*]", help="such as spark://host:7077"
    )
    @click.option("--memory-limit", type=size, help="the engine's limit, such as 4GB")
    @wraps(command)
    def with_engine(
        *, engine: str, spark_master: str, memory_limit: str | None, **others: Any
    ) -> None:
        from training.features.engines.embedded import DuckDB
        from training.features.engines.spark import Spark

        chosen: Engine = DuckDB(memory_limit)
        if engine == Spark.name:
            chosen = Spark(spark_master, memory_limit)
        command(engine=chosen, **others)

    return with_engine


def cost_options(command: Function) -> Function:
    """What wrong decisions cost, each the same or a share of the credit, as `costs`."""

    @click.option(
        "--cost-false-negative",
        type=positive,
        default=10.0,
        help="of granting a credit that defaults",
    )
    @click.option(
        "--cost-false-positive",
        type=positive,
        default=1.0,
        help="of refusing a credit that would be repaid",
    )
    @click.option(
        "--cost-money",
        is_flag=True,
        help="costs are shares of each client's credit: the two options below",
    )
    @click.option(
        "--loss-given-default",
        type=positive,
        default=0.6,
        help="share of the credit that a default loses",
    )
    @click.option(
        "--margin",
        type=positive,
        default=0.06,
        help="share of the credit that a repaid one earns",
    )
    @wraps(command)
    def with_costs(
        *,
        cost_false_negative: float,
        cost_false_positive: float,
        cost_money: bool,
        loss_given_default: float,
        margin: float,
        **others: Any,
    ) -> None:
        from training.evaluation.business_cost import Costs
        from training.tables.lender import layout_of

        costs = Costs(cost_false_negative, cost_false_positive)
        if cost_money:
            amount = layout_of(others["data"]).amount
            costs = Costs(loss_given_default, margin, by_amount=amount)
        command(costs=costs, **others)

    return with_costs
