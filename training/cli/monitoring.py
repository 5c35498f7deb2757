"""`drift`, `monitor`, `simulate-drift`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from training.cli.shared import (
    DATA,
    PATH,
    api_option,
    bundle_option,
    data_option,
    features_option,
    positive,
    progress,
    registry,
    seed_option,
    share,
)
from training.config import from_environment
from training.errors import ConfigurationError


@click.command("drift")
@click.option("--data", type=PATH, help=DATA)
@click.option(
    "--reference", type=PATH, help="instead of --data: a file like application_train"
)
@click.option(
    "--current", type=PATH, help="with --reference: a file like application_test"
)
@click.option("--bundle", type=PATH, help="compare this model's features and its score")
@click.option(
    "--version", help="the same of a registered model: its number or an alias"
)
@features_option
@click.option("--out", type=PATH, default="var/drift")
def drift(
    data: Path | None,
    reference: Path | None,
    current: Path | None,
    bundle: Path | None,
    version: str | None,
    features: Path,
    out: Path,
) -> None:
    """Report what differs between train and test."""
    if bundle and version:
        raise click.UsageError("expected --bundle or --version, and not both")
    files = [path for path in (reference, current) if path]
    if len(files) != (0 if data else 2):
        raise ConfigurationError("drift: expected --data, or --reference and --current")
    from training.errors import NothingToCompare
    from training.files import remove
    from training.monitoring.statistics.reference import read_reference
    from training.monitoring.train_test_drift.datasets import arranged
    from training.monitoring.train_test_drift.drift import analyse

    with ExitStack() as stack:
        if version:
            bundle = stack.enter_context(_exported(version))
        compared = data or stack.enter_context(arranged(*files))
        try:
            conclusion = analyse(
                compared,
                out,
                features=features,
                bundle=read_reference(bundle) if bundle else None,
                progress=progress,
            )
        except NothingToCompare as nothing:
            # A report that is there was of other tables.
            remove(out)
            click.echo(nothing)
            return
    click.echo(f"{out / 'report.html'}: {conclusion}")


@contextmanager
def _exported(version: str) -> Iterator[Path]:
    """The bundle of a registered version, for a while."""
    from training.registry.export import export_bundle

    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "bundle")
        export_bundle(registry(), bundle, version=version)
        yield bundle


@click.command("monitor")
@api_option
@bundle_option
@click.option("--state", type=PATH, default="var/monitor")
@click.option("--every", type=positive, help="run again after minutes")
@click.option("--window", type=int, default=500, help="decisions per window")
@click.option(
    "--mature-days",
    type=int,
    default=0,
    help="outcomes count once their decision is so old",
)
@click.option("--challenger", type=PATH, help="a bundle to compare on the same events")
def monitor(
    api: str,
    bundle: Path,
    state: Path,
    every: float | None,
    window: int,
    mature_days: int,
    challenger: Path | None,
) -> None:
    """Watch the served model and raise alerts."""
    from training.monitoring.monitor import monitor as watch

    watch(
        api,
        bundle,
        state,
        from_environment(),
        window=window,
        mature_days=mature_days,
        challenger=challenger,
        every=every,
        progress=progress,
    )


@click.command("simulate-drift")
@api_option
@data_option
@click.option(
    "--kind",
    type=click.Choice(["covariate", "concept", "missingness", "category"]),
    default="covariate",
)
@click.option("--strength", type=share, default=0.5, help="from 0 to 1")
@click.option("--events", type=int, default=2000)
@click.option("--column", help="of the application; left out: a score or category")
@seed_option
def simulate_drift(
    api: str,
    data: Path,
    kind: str,
    strength: float,
    events: int,
    column: str | None,
    seed: int,
) -> None:
    """Send the API clients that have drifted."""
    from training.monitoring.events.api_client import Api
    from training.monitoring.events.simulate_drift import Drift, simulate

    done = simulate(
        Api(api.rstrip("/"), from_environment().api_key),
        data,
        Drift(kind, strength, column),
        events,
        seed=seed,
        progress=progress,
    )
    click.echo(
        f"{kind} drift of strength {strength:g}: {done.decisions:,}"
        f" decisions, {done.refused:,} refused, {done.outcomes:,} outcomes"
    )
