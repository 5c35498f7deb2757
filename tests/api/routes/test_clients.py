"""Known clients, and where they stand."""

from __future__ import annotations

from typing import Any

import pytest

from api.schemas.answers import ClientAnswer, ClientPage, Distribution


def test_ids_are_found_by_their_first_digits_page_by_page(call: Any) -> None:
    found: list[int | str] = []
    cursor = ""
    for _ in range(3):
        path = f"/v1/clients?prefix=10002&limit=4{cursor}"
        page = ClientPage.model_validate(call("GET", path, "officer").json)
        assert page.total == 10
        found += [client.client_id for client in page.clients]
        cursor = f"&cursor={page.next_cursor}"
    assert page.next_cursor is None
    assert found == list(range(100020, 100030))


@pytest.mark.parametrize(
    ("prefix", "total"), [("", 500), ("1", 500), ("100001", 1), ("2", 0), ("01", 0)]
)
def test_a_prefix_is_of_digits_not_of_numbers(
    call: Any, prefix: str, total: int
) -> None:
    page = call("GET", f"/v1/clients?prefix={prefix}&limit=1", "officer").json
    assert page["total"] == total


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ("suffix=0174", [100174]),
        ("suffix=74", [100074, 100174, 100274, 100374, 100474]),
        ("prefix=1001&suffix=74", [100174]),
        ("suffix=999999999999999999", []),
    ],
)
def test_ids_are_found_by_their_last_digits(
    call: Any, digits: str, found: list[int]
) -> None:
    page = call("GET", f"/v1/clients?{digits}", "officer").json
    assert [client["client_id"] for client in page["clients"]] == found


def test_an_application_comes_with_labels_and_units(call: Any, world: Any) -> None:
    response = call("GET", "/v1/clients/100002", "officer")
    client = ClientAnswer.model_validate(response.json)
    values = {fact.name: fact.value for fact in client.application}
    assert values == world.raw[100002].application
    assert client.application[1].labels.fr == "Libellé"


@pytest.mark.parametrize("client_id", ["5", str(2**70), "abc", "-1", "1.0"])
def test_an_unknown_client_is_not_found(call: Any, client_id: str) -> None:
    assert call("GET", f"/v1/clients/{client_id}", "officer").status_code == 404


def test_a_distribution_shows_where_a_client_is(call: Any, world: Any) -> None:
    for name in ("AMT_CREDIT", "CODE_GENDER"):
        path = f"/v1/features/{name}/distribution?client_id=100002"
        found = Distribution.model_validate(call("GET", path, "officer").json)
        assert found.client is not None
        assert found.client.value == world.raw[100002].application[name]
    assert call("GET", "/v1/features/CNT_CHILDREN/distribution").status_code == 404
    path = "/v1/features/AMT_CREDIT/distribution?client_id=5"
    assert call("GET", path, "officer").status_code == 404
    assert call("GET", path, "analyst").status_code == 403
