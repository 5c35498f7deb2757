"""`features`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from training.cli.shared import DATA, PATH, engine_options, include_option, progress

if TYPE_CHECKING:
    from training.features.engines import Engine
    from training.tables.schema import Use


@click.command("features")
@click.option("--data", type=PATH, help=DATA)
@click.option("--describe", is_flag=True, help="print what every feature is")
@click.option("--out", type=PATH, default="var/features")
@engine_options
@include_option
def features(
    data: Path | None,
    describe: bool,
    out: Path,
    engine: Engine,
    included: tuple[Use, ...],
) -> None:
    """Turn the raw tables into features."""
    if (data is not None) == describe:
        raise click.UsageError("expected --data or --describe, and not both")
    from training.features.build import build
    from training.features.catalogue import describe as catalogue
    from training.features.sql import compile_features
    from training.tables.home_credit import HOME_CREDIT

    if data is None:
        made = compile_features(HOME_CREDIT, HOME_CREDIT.histories)
        click.echo(catalogue(HOME_CREDIT, made.features))
        return
    store, feature_set = build(data, out, engine, included=included, progress=progress)
    click.echo(f"{store.features}: {len(feature_set.features)} features")
