"""`events verify`, `replay`, `retention` and `copy`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click

from api.commands.database import database, require_no_trace
from api.commands.group import Group
from api.errors import EventsError
from api.identifiers import moment, now
from api.services import services
from api.store.database import Database
from api.store.events.chain import Head
from api.store.events.chain_end import ChainEnd, place
from api.store.events.verification import Verification
from api.store.events.verification import verify as verify_chain
from api.store.people import erasure
from api.store.people.retention import preview

events = Group("events", help="What was decided, reviewed and observed.")


@events.command("verify")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What this command printed before: each chain must still go on from there.",
)
def verify(against: Path | None) -> None:
    """Check the hash chain, and those of releases before 0.4, and print their ends.

    The last event must be the one that was noted, outside the database, or a later one.

    Keep what is printed where nobody who can change the database can change it, and
    give it to --against later: then even a cut that was covered up shows.
    """
    earlier = [] if against is None else list(_heads(against))
    store = database()
    started = time.perf_counter()
    verification = verify_chain(store.read, earlier)
    speed = _speed(verification.events, started)
    _require_whole(store, verification)
    for head in verification.heads.values():
        click.echo(f"{head.writer} {head.position} {head.sha256}")
    click.echo(
        f"{verification.events} events in {len(verification.heads)} chains are as they "
        f"were written; the personal part of {verification.erased} was erased; "
        f"{speed}",
        err=True,
    )
    if services().chain_end.noted() is None:
        path = services().chain_end.path
        click.echo(
            f"{path}: no end was noted; a store cut short would not show", err=True
        )


@events.command("replay")
def replay() -> None:
    """Score everything stored anew: the answers must be the same, bit for bit."""
    # LightGBM and numpy, which the other commands do without.
    from api.scoring.replay import replay as replay_events

    champion, store = services().champion(), database()
    started = time.perf_counter()
    replayed = replay_events(champion, store)
    speed = _speed(replayed.same + len(replayed.different), started)
    click.echo(
        f"{replayed.same} answers are the same; {replayed.elsewhere} are of other "
        f"bundles, {replayed.erased} erased; {speed}",
        err=True,
    )
    if replayed.different:
        raise EventsError(
            f"{len(replayed.different)} answers came out different, the first: "
            f"prediction {replayed.different[0]}"
        )


@events.command("compact")
def compact() -> None:
    """Pack the answers that releases before 0.4 stored whole: a tenth is left of them.

    Some at a time, while the API serves; it may be stopped, and goes on from there.
    They read as before, byte for byte, and the chains still verify. Those of the bundle
    that serves become smallest. SQLite keeps its file's size, and fills it again.
    """
    from api.store.events.compaction import compact as compact_events

    count = before = after = 0
    champion = services().champion()
    packing = compact_events(database(), champion.bundle.sha256, champion.dictionary)
    for step in packing:
        count, before = count + step.answers, before + step.before
        after += step.after
        click.echo(f"{count} answers packed: {before:,} bytes to {after:,}", err=True)
    if not count:
        click.echo("no answer is left to pack", err=True)


@events.command("retention")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    required=True,
    help="How long what describes a person is kept.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and no more.")
@click.option("--trust-clock", is_flag=True, help="Erase even where it seems wrong.")
def retention(days: int, dry_run: bool, trust_clock: bool) -> None:
    """Erase client, request, features and answer of events older than that.

    What was decided, and when, stays, and the chains still verify. Applications that
    were entered here and not decided within SCORING_DRAFT_DAYS go, too.

    Refused when the clock seems to be ahead: all would go, the newest event is more
    than seven days old, or so long lies between what would go and what would stay.
    """
    store, chain_end = database(), services().chain_end
    chain_end.require_whole(store)
    today = now()
    since = moment(datetime.fromisoformat(today) - timedelta(days=days))
    expected = preview(store, since)
    click.echo(f"to erase, from before {since}: {expected}", err=True)
    if not trust_clock:
        expected.require_likely(today)
    if not dry_run:
        about = store, chain_end, today
        count = erasure.erase_outdated(store, chain_end, since)
        click.echo(f"{count} events: personal part erased", err=True)
        entered = sum(iter(partial(erasure.forget_overdue, *about), 0))
        if entered:
            click.echo(f"{entered} applications not decided: erased", err=True)
        require_no_trace(store)


@events.command("copy")
@click.argument("url")
def copy(url: str) -> None:
    """Copy all of the database at URL into the configured one, and verify it.

    Either may be SQLite or PostgreSQL. Make the new one by `db upgrade` first, and stop
    what serves the old one: what it decides later is not in the copy.
    """
    # Only this command needs it.
    from api.store.copying import copy as copy_all

    source, seconds = database(url), services().config.database_timeout_seconds
    ChainEnd(place("", url), seconds).require_whole(source)
    count = copy_all(source, database(), services().chain_end)
    click.echo(f"{count} events are copied, and as they were written", err=True)


def _speed(count: int, started: float) -> str:
    return f"{count / (time.perf_counter() - started):.0f} a second"


def _require_whole(store: Database, verification: Verification) -> None:
    """Raise EventsError that says all that is wrong."""
    wrong = [verification.broken] if verification.broken else []
    try:
        services().chain_end.require_whole(store)
    except EventsError as error:
        wrong.append(error.message)
    if wrong:
        raise EventsError("; ".join(wrong))


def _heads(file: Path) -> Iterator[Head]:
    for number, line in enumerate(file.read_text().splitlines(), 1):
        parts = line.split()
        if len(parts) != 3 or not parts[1].isdecimal():
            expected = "writer, position and SHA-256"
            raise EventsError(f"{file}, line {number}: expected {expected}")
        yield Head(parts[0], int(parts[1]), parts[2])
