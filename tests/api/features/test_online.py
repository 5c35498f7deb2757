"""An infinite history column is refused, not taken for a missing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from api.bundle.manifest import Manifest
from api.bundle.read import read_bundle
from api.errors import FeatureError
from api.features.online import Applicant, OnlineFeatures


@dataclass(frozen=True)
class Altered:
    """A bundle whose history is infinite, and that makes a finite feature of it."""

    manifest: Manifest
    texts: dict[str, str]

    def text(self, name: str) -> str:
        return self.texts[name]


def test_an_infinite_history_is_refused(world: Any) -> None:
    bundle = read_bundle(world.bundle)
    past = "CAST(b.n AS FLOAT) AS"
    made = "BUREAU_COUNT, "
    texts = {
        "history.sql": bundle.text("history.sql").replace(
            past, "CAST(CASE WHEN b.n > 0 THEN 'inf' END AS FLOAT) AS"
        ),
        "applicant.sql": bundle.text("applicant.sql").replace(
            made, "CAST(1 / BUREAU_COUNT AS FLOAT) AS BUREAU_COUNT, "
        ),
    }
    bureau = {"SK_ID_CURR": 1, "SK_ID_BUREAU": 5}
    features: Any = OnlineFeatures
    online = features(Altered(bundle.manifest, texts), 1)
    assert len(online.compute([Applicant({}, {})])) == 1
    with pytest.raises(FeatureError, match="feature BUREAU_COUNT infinite"):
        online.compute([Applicant({}, {"bureau": [bureau]})])
