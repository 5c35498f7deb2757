"""`python -m training`: one command per stage, one clear line when it fails."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from training.cli.failure import advised, line
from training.cli.features import features
from training.cli.init import init
from training.cli.lender_schema import lender_schema
from training.cli.monitoring import drift, monitor, simulate_drift
from training.cli.policy import policy
from training.cli.present import present
from training.cli.registered import export, forget, promote, ui
from training.cli.score import score
from training.cli.synthesize import synthesize
from training.cli.train import train
from training.cli.validation import sign, validate
from training.errors import TrainingError


class OrderedGroup(click.Group):
    """Lists its commands in the order in which they are run."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=OrderedGroup, context_settings={"show_default": True})
def commands() -> None:
    """Train the credit-scoring model."""
    # Before MLflow and Evidently are imported: nothing is sent anywhere.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    warnings.filterwarnings("ignore", module="mlflow")


for command in (
    init,
    synthesize,
    features,
    train,
    ui,
    validate,
    sign,
    promote,
    drift,
    monitor,
    simulate_drift,
    score,
    policy,
    export,
    forget,
    present,
    lender_schema,
):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """The status to exit with: 2 when the command itself is wrong, 3 for gates."""
    with _ended_in_order():
        return _run(arguments)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM, and a terminal that closes, let a command end what it started."""
    ending = [
        (one, before)
        for one in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
        if (before := signal.getsignal(one)) is signal.SIG_DFL
    ]
    for one, _ in ending:
        signal.signal(one, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        for one, before in ending:
            signal.signal(one, before)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        status = commands.main(arguments, "python -m training", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TrainingError as error:
        click.echo(f"error: {advised(str(error))}", err=True)
        return error.exit_status
    except click.Abort:
        click.echo("error: interrupted", err=True)
        return 130
    except Exception as error:
        click.echo(f"error: {line(error)}", err=True)
        return 1
    return status or 0
