"""A session of the dashboard without a browser: what one sends and gets over the wire.

Many browsers on the machine that serves them would measure themselves.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import ClientConnection, Subprotocol, connect

TROUBLE = {"alert", "exception"}


@asynccontextmanager
async def session(url: str) -> AsyncIterator[ClientConnection]:
    """An open session that has shown its first page."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    spoken = [Subprotocol("streamlit")]
    async with connect(address, subprotocols=spoken, max_size=None) as socket:
        await _ask(socket, "")
        async for message in _answers(socket):
            if message.WhichOneof("type") == "script_finished":
                break
        yield socket


async def choose(socket: ClientConnection, client: int) -> float:
    """Seconds until the client's decision and reasons have arrived.

    The rest of the page is taken too.

    Raises:
        RuntimeError: the page shows an error, or ends without reasons.
    """
    started, seconds = time.perf_counter(), 0.0
    await _ask(socket, f"client={client}")
    async for message in _answers(socket):
        kind = message.WhichOneof("type")
        element = message.delta.new_element
        if kind == "delta" and element.WhichOneof("type") in TROUBLE:
            raise RuntimeError(f"client {client}: {element}")
        if kind == "delta" and f'data-client="{client}"><h2>' in element.html.body:
            seconds = time.perf_counter() - started
        if kind == "script_finished" and seconds:
            return seconds
    raise RuntimeError(f"client {client}: the session ended")


async def _ask(socket: ClientConnection, query: str) -> None:
    message = BackMsg()
    message.rerun_script.query_string = query
    await socket.send(message.SerializeToString())


async def _answers(socket: ClientConnection) -> AsyncIterator[ForwardMsg]:
    async for content in socket:
        message = ForwardMsg()
        message.ParseFromString(content)
        yield message
