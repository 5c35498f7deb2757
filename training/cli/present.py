"""`present`."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.shared import PATH, bundle_option, progress, registry
from training.config import from_environment
from training.present import LANGUAGES


@click.command("present")
@click.option("--out", type=PATH, required=True, help="a .pptx file")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en")
@bundle_option
@click.option(
    "--api",
    help="the API's address: it decides on an invented applicant, stores that, and"
    " tells its alerts",
)
@click.option("--simulated", is_flag=True, help="the drift that its alerts tell of is")
@click.option("--dashboard", help="the dashboard's address, for a picture")
@click.option(
    "--client",
    type=int,
    help="an invented client whom that picture may show; else the model's page",
)
@click.option("--repository", help="the code's address, for pictures")
@click.option("--cloud", help="a deployment's address, for a picture")
@click.option("--tests", type=PATH, help="the report of their run (pytest --junitxml)")
def present(
    out: Path,
    lang: str,
    bundle: Path,
    api: str | None,
    simulated: bool,
    dashboard: str | None,
    client: int | None,
    repository: str | None,
    cloud: str | None,
    tests: Path | None,
) -> None:
    """Make the slides of a bundle and its run."""
    from training.monitoring.events.api_client import Api
    from training.present.present import present as make

    served = None
    if api:
        served = Api(api.rstrip("/"), from_environment().api_key, retries=7)
    count = make(
        registry(),
        bundle,
        out,
        lang,
        api=served,
        simulated=simulated,
        dashboard=dashboard and dashboard.rstrip("/"),
        client=client,
        repository=repository and repository.rstrip("/"),
        cloud=cloud,
        tests=tests,
        progress=progress,
    )
    click.echo(f"{out}: {count} slides")
