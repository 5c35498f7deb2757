"""`decisions deliver`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from api.commands.database import database
from api.commands.group import Group
from api.errors import DeliveryFailed
from api.services import services
from api.store.work import deliveries
from api.store.work.deliveries import LeaseLost
from api.webhook import Deliverer, receiver

decisions = Group("decisions", help="What came to stand.")


@decisions.command("deliver")
@click.option("--follow", is_flag=True, help="Go on with what comes, until SIGTERM.")
def deliver(follow: bool) -> None:
    """POST what came to stand to SCORING_WEBHOOK_URL, signed, each at least once.

    It goes on where it ended. What fails is tried again after longer and longer pauses,
    and the later ones of the same client wait for it. One process delivers at a time.
    """
    to, store = receiver(services().config), database()
    with _until_stopped() as stopped:
        deliverer = Deliverer(store, to.send, stopped, _say)
        try:
            deliverer.run(follow)
        except LeaseLost as error:
            raise DeliveryFailed("another process delivers now") from error
    waiting = deliveries.count(store)
    _say(f"{deliverer.delivered} delivered, {waiting} wait to be tried again")
    if waiting and not follow:
        raise DeliveryFailed(f"{waiting} are not delivered: run this again, later")


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Set by SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    signals = signal.SIGTERM, signal.SIGINT
    before = [signal.signal(one, lambda *_: stopped.set()) for one in signals]
    try:
        yield stopped
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


def _say(text: str) -> None:
    click.echo(text, err=True)
