"""`score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.cli.shared import (
    PATH,
    data_option,
    engine_options,
    progress,
    registry,
    version_option,
)

if TYPE_CHECKING:
    from training.features.engines import Engine


@click.command("score")
@data_option
@click.option("--out", type=PATH, required=True, help="CSV or Parquet file")
@click.option("--features", type=PATH, default="var/portfolio")
@engine_options
@version_option
@click.option(
    "--submission",
    is_flag=True,
    help="Kaggle's format: number and TARGET of the test clients",
)
def score(
    data: Path,
    out: Path,
    features: Path,
    engine: Engine,
    version: str,
    submission: bool,
) -> None:
    """Score a whole portfolio with its reasons."""
    from training.features.build import build
    from training.registry.load import load_champion
    from training.scoring.portfolio import check_format, score_portfolio
    from training.scoring.portfolio import submission as score_test_clients

    check_format(out)
    champion = load_champion(registry(), version)
    store, _ = build(
        data,
        features,
        engine,
        included=champion.included,
        seen=champion.seen,
        progress=progress,
    )
    write = score_test_clients if submission else score_portfolio
    count = write(champion, store, out, progress=progress)
    click.echo(f"{out}: {count:,} clients by model version {champion.version}")
