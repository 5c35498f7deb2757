"""`policy add`, `policy list`, `policy show`, `policy activate`, `policy trial`."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from api.commands.database import database
from api.commands.group import Group
from api.errors import PolicyRefused, Problem
from api.services import services
from api.store import policies as store
from api.store.events.record import Overtaken, Reply

policy = Group("policy", help="The lender's rules, above the model.")
_ATTEMPTS = 5
_BY = click.option("--by", default=getpass.getuser, help="Who does it.")


@policy.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_BY
def add(file: Path, by: str) -> None:
    """Keep the policy in FILE and print its SHA-256; `activate` makes it active."""
    from api.scoring.policies import life

    database()
    content, champion = file.read_bytes(), services().champion()
    document = _recorded(
        lambda: life.added(champion, services().database, content, by, _id(by))
    )
    click.echo(f"policy {document['version']}: kept", err=True)
    click.echo(document["sha256"])


@policy.command("list")
def list_all() -> None:
    """Print SHA-256, version and who added it of every policy, newest first."""
    for one in store.listed(database()):
        added = f"added {one.added_at} by {one.added_by}" if one.added_at else ""
        active = "active" if one.active else ""
        click.echo("\t".join((one.sha256, one.version, added, active)).rstrip())


@policy.command("show")
@click.argument("sha256")
def show(sha256: str) -> None:
    """Print the file of the policy SHA256, which may be `active` or `built-in`."""
    from api.scoring.policies import life

    held = database()
    file = store.read(held, _found(lambda: life.find(held, sha256)).sha256)
    if file is not None:
        click.echo(file.content, nl=False)


@policy.command("activate")
@click.argument("sha256")
@_BY
def activate(sha256: str, by: str) -> None:
    """Recommend by the policy SHA256, or `built-in`, from now on.

    What that would have changed in the last decisions is printed first.
    """
    from api.scoring.policies import life

    database()
    champion, served = services().champion(), services()
    document = _recorded(
        lambda: life.activated(
            champion,
            served.database,
            served.policies,
            sha256,
            by,
            _id(by),
            served.config.policy_people,
        )
    )
    _say(document["trial"])
    click.echo(f"policy {document['policy']['version']}: active", err=True)


@policy.command("trial")
@click.argument("sha256")
@click.option("--last", type=click.IntRange(1, 2000), default=500, show_default=True)
def trial(sha256: str, last: int) -> None:
    """Print what the policy SHA256 would have recommended in the LAST decisions."""
    from api.scoring.policies import life
    from api.scoring.policies.trial import trial as tried

    held = database()
    stored = _found(lambda: life.find(held, sha256))
    ready = services().policies.of(stored.sha256)
    _say(tried(services().champion(), held, ready, last))


def _id(by: str) -> str:
    """Tells people who run commands apart, as far as they say who they are."""
    return f"command:{by}"


def _recorded(produce: Callable[[], Reply]) -> Any:
    """What was answered, once it is durable."""
    for _ in range(_ATTEMPTS):
        reply = _found(produce)
        with suppress(Overtaken):
            services().recorder.record(None, reply, None)
            return json.loads(reply.answer)
    raise PolicyRefused("others change the same thing now; try again")


def _found(ask: Callable[[], Any]) -> Any:
    """Each fault on a line of its own."""
    try:
        return ask()
    except Problem as problem:
        faults = [f"{one.path}: {one.detail}" for one in problem.errors]
        raise PolicyRefused("\n".join([problem.message, *faults])) from problem


def _say(trial: dict[str, Any]) -> None:
    click.echo(f"{trial['decisions']} decisions tried, {trial['failed']} failed")
    for why, count in trial["untried"].items():
        click.echo(f"{count} cannot be tried: {why}")
    for one in trial["moved"]:
        click.echo(f"{one['before']} -> {one['after']}\t{one['decisions']}")
    for one in trial["rules"]:
        counts = (f"{one[name]} {name}" for name in ("fired", "unknown", "alone"))
        click.echo(f"{one['code']}\t{', '.join(counts)}")
