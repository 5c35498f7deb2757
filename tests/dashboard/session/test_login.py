from __future__ import annotations

import pytest

from config import NEEDED, read_login
from errors import ConfigError
from session.login import check_address
from session.user import person, read_claims, read_roles

COMPLETE = {
    "DASHBOARD_OIDC_METADATA_URL": "https://login.test/.well-known/openid-configuration",
    "DASHBOARD_OIDC_CLIENT_ID": "dashboard",
    "DASHBOARD_OIDC_CLIENT_SECRET": "secret-of-the-client",
    "DASHBOARD_PUBLIC_URL": "https://scoring.test/",
    "DASHBOARD_COOKIE_SECRET": "c" * 32,
}


def test_a_complete_login_is_what_streamlit_wants_and_hides_its_secrets() -> None:
    login = read_login(COMPLETE)
    assert login is not None
    auth = login.secrets()["auth"]
    assert isinstance(auth, dict)
    assert auth["redirect_uri"] == "https://scoring.test/oauth2callback"
    assert "secret-of-the-client" not in repr(login) and "ccc" not in repr(login)


@pytest.mark.parametrize("name", NEEDED)
def test_half_a_login_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read_login(COMPLETE | {name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DASHBOARD_PUBLIC_URL", "scoring.test"),
        ("DASHBOARD_COOKIE_SECRET", "short"),
        ("DASHBOARD_SESSION_HOURS", "0"),
        ("DASHBOARD_SESSION_HOURS", "200"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read_login(COMPLETE | {name: value})


def test_a_login_ends_after_a_working_day_and_is_told_from_every_other() -> None:
    claims = {"sub": "7", "name": "Ada", "iat": 1_000_000, "nonce": "n", "roles": []}
    day = read_login(COMPLETE)
    short = read_login(COMPLETE | {"DASHBOARD_SESSION_HOURS": "0.5"})
    assert day is not None and short is not None
    ada = read_claims(claims, day)
    assert ada.until == 1_000_000 + 12 * 3600
    assert read_claims(claims, short).until == 1_000_000 + 1800
    assert read_claims(claims | {"iat": None}, day).until < 1_000_000
    # Nobody signs by a name that cannot be seen.
    assert read_claims(claims | {"name": "\u200b "}, day).name == "7"
    # Of a copy of the cookie, whatever else comes with it.
    assert read_claims(claims | {"tokens": {}}, day).login == ada.login
    for other in ({"nonce": "m"}, {"iat": 1_000_001}, {"sub": "8"}):
        assert read_claims(claims | other, day).login != ada.login


def test_who_logged_in_a_working_day_ago_has_to_do_so_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claims = {"is_logged_in": True, "sub": "7", "iat": 1_000_000}
    monkeypatch.setattr("session.user.login", lambda: read_login(COMPLETE))
    monkeypatch.setattr("session.user.st.user", User(claims))
    for since, there in ((12 * 3600 - 1, True), (12 * 3600, False)):
        monkeypatch.setattr("time.time", lambda since=since: 1_000_000 + since)
        assert (person() is not None) is there


class User(dict[str, object]):
    is_logged_in = True
    to_dict = dict.copy


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_without_a_login_this_machine_is_served(address: str) -> None:
    check_address(address, read_login({}))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.7", "", None])
def test_without_a_login_nobody_else_is(address: str | None) -> None:
    with pytest.raises(ConfigError, match="DASHBOARD_OIDC_CLIENT_ID"):
        check_address(address, read_login({}))
    check_address(address, read_login(COMPLETE))


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        (["officer", "other"], {"officer"}),
        ("Officer, analyst", {"officer", "analyst"}),
        ({"officer": True}, set()),
        (None, set()),
        ([7], set()),
    ],
)
def test_roles_are_read_from_any_usual_claim(claim: object, roles: set[str]) -> None:
    assert read_roles(claim) == roles
