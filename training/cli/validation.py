"""`validate` and `sign`: what a version is checked by, and what somebody finds."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.shared import PATH, registry, version_option
from training.config import from_environment

VERDICTS = ("accepted", "accepted-with-conditions", "refused")


@click.command("validate")
@version_option
@click.option("--out", type=PATH, default="var/validation", help="folder to write to")
@click.option("--drift", type=PATH, help="folder of a drift report to tell of")
@click.option("--events", help="the API's address, or a file of its events: overrides")
def validate(version: str, out: Path, drift: Path | None, events: str | None) -> None:
    """Write the validation file of a model version, from its run."""
    from training.validation.evidence import read_evidence
    from training.validation.overrides import read_overrides
    from training.validation.write import write_validation

    models = registry()
    key = from_environment().api_key
    overrides = read_overrides(events, key) if events else None
    evidence = read_evidence(models, version, drift=drift, overrides=overrides)
    document = write_validation(evidence, out)
    tests = document["tests"]
    click.echo(
        f"{out}: model version {document['model']['version']},"
        f" {tests['passed']} tests passed, {tests['not_passed']} not passed,"
        f" {tests['not_measured']} not measured, {len(document['gaps'])} gaps"
    )


@click.command("sign")
@click.argument("version")
@click.option("--as", "by", required=True, metavar="NAME", help="who has checked it")
@click.option("--verdict", type=click.Choice(VERDICTS), required=True)
@click.option("--note", default="", help="why, or on which conditions")
@click.option("--validation", type=PATH, help="the folder that was checked; it is kept")
def sign(
    version: str, by: str, verdict: str, note: str, validation: Path | None
) -> None:
    """Record what somebody else than who trained it found of VERSION."""
    from training.registry.signatures import sign as keep

    signature = keep(registry(), version, by, verdict, note=note, file=validation)
    click.echo(
        f"version {version}: {signature.verdict} by {signature.by} on"
        f" {signature.signed_at}; `export` tells the bundle"
    )
