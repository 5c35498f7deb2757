"""Against the champion, on the same clients: the gate that promotion adds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from training.evaluation.trained_model import TrainedModel
from training.evaluation.uncertainty import paired_bootstrap
from training.gates.gate import Gate
from training.language import _, figure
from training.tables.layout import TARGET

# Where a run keeps its out-of-fold decisions.
FOLDER, FILE = "validation", "out_of_fold.parquet"
# Whose row it is, by a pseudonym.
CLIENT = "client"


def write_out_of_fold(folder: Path, trained: TrainedModel, clients: np.ndarray) -> None:
    """What each labelled client's decision cost, by the model that did not see it.

    `clients`: their pseudonyms, in whose order the rows are.
    """
    data, chosen = trained.data, trained.chosen
    rows = pd.DataFrame(
        {
            CLIENT: clients,
            TARGET: data.target.astype(np.int8),
            "probability": chosen.probability,
            "cost": chosen.cost,
        }
    )
    rows = rows.sort_values(CLIENT, ignore_index=True)
    rows.to_parquet(folder / FILE, index=False, compression="zstd")


def cost_of_champion(challenger: pd.DataFrame, champion: pd.DataFrame | None) -> Gate:
    """The challenger's decisions must not surely cost more than the champion's.

    Frames as written by `write_out_of_fold`; None when there is no champion yet.
    """
    name = "cost_of_champion"
    if champion is None:
        return Gate(name, None, 0.0, True, _("There is no champion yet."))
    same = [*challenger.columns[:2]]  # clients and outcomes
    if not challenger[same].equals(champion.reindex(columns=same)):
        reason = _(
            "Not comparable: the champion was validated on other clients ({clients};"
            " here {here}).",
            clients=figure(len(champion), ",d"),
            here=figure(len(challenger), ",d"),
        )
        return Gate(name, None, 0.0, True, reason)
    difference = paired_bootstrap((challenger["cost"] - champion["cost"]).to_numpy())
    return Gate(
        name,
        difference.low,
        0.0,
        difference.low <= 0.0,
        _(
            "Business score less the champion's on the same {clients} clients:"
            " {difference}, 95 % within {low} and {high}. Fails when all of the"
            " interval is above 0.",
            clients=figure(len(champion), ",d"),
            difference=figure(difference.value, "+.4f"),
            low=figure(difference.low, "+.4f"),
            high=figure(difference.high, "+.4f"),
        ),
    )
