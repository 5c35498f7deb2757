"""The dashboard on a host with a Procfile, as docs/deployment.md says."""

from __future__ import annotations

from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.sync.client import connect

from tests.commands.procfile import LIMIT, Host
from tests.conftest import free_port

SESSIONS = 5


def page(url: str) -> str:
    """What a new session is shown, in one piece."""
    ask = BackMsg()
    ask.rerun_script.query_string = ""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    shown = ""
    with connect(address, subprotocols=[Subprotocol("streamlit")]) as socket:
        socket.send(ask.SerializeToString())
        for content in socket:
            assert isinstance(content, bytes)
            message = ForwardMsg.FromString(content)
            shown += str(message.delta)
            if message.WhichOneof("type") == "script_finished":
                return shown
    raise RuntimeError(f"the session ended: {shown}")


def test_the_documented_procfile_shows_its_page_in_512_mb(tmp_path: Path) -> None:
    host = Host(
        "dashboard",
        tmp_path / "log",
        PORT=str(free_port()),
        DASHBOARD_API_KEY="a-key",
        DASHBOARD_OIDC_METADATA_URL="https://login.test/.well-known",
        DASHBOARD_OIDC_CLIENT_ID="dashboard",
        DASHBOARD_OIDC_CLIENT_SECRET="secret",
        DASHBOARD_PUBLIC_URL="https://dashboard.test",
        DASHBOARD_COOKIE_SECRET="0123456789" * 4,
    )
    with host.serving("/_stcore/health") as url:
        for _ in range(SESSIONS):
            assert "Log in" in page(url)
    assert 0 < host.peak < LIMIT
