"""`python -m training`: one command per stage, one clear line when it fails."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence

import click

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
from training.errors import TrainingError, without_openmp


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
    """The status to exit with: 2 when the command itself is wrong."""
    try:
        status = commands.main(arguments, "python -m training", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TrainingError as error:
        click.echo(f"error: {error}", err=True)
        return 1
    except OSError as error:
        click.echo(f"error: {without_openmp(error)}", err=True)
        return 1
    except click.Abort:
        click.echo("error: interrupted", err=True)
        return 130
    return status or 0
