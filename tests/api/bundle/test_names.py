"""Whatever a lender calls its tables and columns, their roles say what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from api.bundle.read import read_bundle
from api.features import clients_file
from api.features.online import Applicant
from api.scoring.champion import Champion, load
from api.scoring.request_forms import read_form

OTHER = {
    "SK_ID_CURR": "CUSTOMER",
    "SK_ID_BUREAU": "CREDIT_NO",
    "AMT_CREDIT": "LOAN_SUM",
    "AMT_ANNUITY": "RATE",
    "bureau": "credits",
}


def test_a_lenders_own_names_give_the_same_numbers(
    world: Any, conftest: Any, tmp_path: Path
) -> None:
    bundle, clients = conftest.lend(world, tmp_path, OTHER)
    ours, theirs = (load(read_bundle(one), 1) for one in (world.bundle, bundle))
    with clients_file.opened(clients, theirs.manifest) as file:
        assert file.clients == 500
        assert next(file.chunks(1))[0]["client_id"] == 100001
    assert [one.name for one in theirs.loan.values()] == ["LOAN_SUM", "RATE"]
    assert theirs.negotiable == ours.negotiable
    known = max(world.raw.values(), key=lambda one: len(one.bureau))
    body = {
        "application": known.application,
        "bureau": known.bureau,
        "bureau_balance": known.bureau_balance,
    }
    theirs_body = json.loads(conftest.renamed(json.dumps(body), OTHER))
    numbers = vector(theirs, theirs_body)
    np.testing.assert_array_equal(numbers, vector(ours, body))


def vector(champion: Champion, body: Any) -> Any:
    form = read_form(champion.columns, champion.manifest.key_type, body)
    assert form.client_id == body["application"][champion.manifest.client_key]
    assert form.application is not None and form.records is not None
    return champion.online.compute([Applicant(form.application, form.records)])
