"""Who is known: by an import, or as an application that was entered here.

The one way to both, whatever the lender's keys are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.errors import NotPrepared
from api.features.columns import Row
from api.features.row_checks import unknown_categories
from api.schemas.client_keys import ClientKey, is_draft
from api.scoring.applicants.drafts import client_of
from api.store.database import Database
from api.store.people import clients, drafts, imports
from api.store.people.clients import Client

if TYPE_CHECKING:
    from api.scoring.champion import Champion


def find(
    champion: Champion, database: Database, ids: Sequence[ClientKey]
) -> dict[ClientKey | None, Client]:
    """Those of these clients that are known, by id.

    Raises NotPrepared when no import fits the bundle.
    """
    imported = [one for one in ids if not is_draft(one)]
    entered = [str(one) for one in ids if is_draft(one)]
    feature_set = champion.manifest.feature_set
    known = clients.find(database, feature_set, imported) if imported else {}
    if len(known) < len({*imported}) and imports.lacking(database, feature_set):
        raise feature_set_problem()
    if entered:
        of_key = drafts.find(database, entered).items()
        known |= {key: client_of(champion, draft) for key, draft in of_key}
    return known


def unknown(champion: Champion, client: Client, changes: Row) -> list[str]:
    """Columns whose category counts as missing, as the model does not know it.

    Of the application with these changes; also as it was entered here, if it was.
    """
    application = {**client.application, **changes}
    given = client.entered.unknown if client.entered else ()
    return [
        *unknown_categories(champion.categories, application),
        *(name for name in given if name not in changes),
    ]


def feature_set_problem() -> NotPrepared:
    """What is said when clients and bundle come from different exports."""
    return NotPrepared(
        "the imported clients have other features than the bundle: "
        "run python -m flask --app api clients import"
    )
