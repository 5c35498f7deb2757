"""Learn which term a cash loan has from what it costs; rewrites `loan_terms.json`.

    python -m training.features.applicant.learn_terms STORE [STORE ...]

Each STORE is a folder that `python -m training features` has written. The application
does not say over how many months the loan runs. Earlier cash loans do, in
CNT_PAYMENT, and the lender's prices leave few choices: a table of yearly rates and
monthly insurance premiums, each for a few terms. Boosted trees learn the term from the
earlier loans, then one small tree learns from them what they say of every cash loan of
the applications, so that the rule fits into SQL. No outcome is looked at.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from training.features.applicant.terms import SPLITS, TABLE
from training.features.build import FeatureStore
from training.files import literal

log = logging.getLogger(__name__)
TERMS = (6, 12, 18, 24, 30, 36, 42, 48, 54, 60)
LEAVES = 200
CASH = """NAME_CONTRACT_TYPE = 'Cash loans' AND AMT_CREDIT > 0 AND AMT_ANNUITY > 0
    AND AMT_GOODS_PRICE > 0"""


def learn(earlier: pd.DataFrame, loans: pd.DataFrame) -> DecisionTreeClassifier:
    """A tree over `SPLITS`, learnt as the module says; logs how often each is right."""
    teacher = LGBMClassifier(
        n_estimators=150,
        learning_rate=0.08,
        min_child_samples=10,
        max_bin=500,
        random_state=1,
        n_jobs=1,
        verbose=-1,
    )
    known, groups = earlier["CNT_PAYMENT"].astype(int), earlier["SK_ID_CURR"]
    held_out = cross_val_predict(
        teacher, _hints(earlier), known, groups=groups, cv=GroupKFold(4)
    )
    log.info(
        "earlier loans of clients held out: %.4f right", (held_out == known).mean()
    )
    teacher.fit(_hints(earlier), known)
    chances = np.asarray(teacher.predict_proba(_hints(loans)))
    labels, sure = teacher.classes_[chances.argmax(axis=1)], chances.max(axis=1)
    tree = DecisionTreeClassifier(
        max_leaf_nodes=LEAVES, min_samples_leaf=10, random_state=0
    )
    third = (loans["SK_ID_CURR"] % 3 == 0).to_numpy()
    rest = tree.fit(loans[SPLITS][~third], labels[~third], sample_weight=sure[~third])
    agreed = (rest.predict(loans[SPLITS][third]) == labels[third]).mean()
    log.info("small tree on loans held out: agrees on %.4f", agreed)
    return tree.fit(loans[SPLITS], labels, sample_weight=sure)


def _hints(loans: pd.DataFrame) -> np.ndarray:
    """The loan's ratios and amount, and its rate under each possible term."""
    rates = [_rate(loans["CREDIT_TO_ANNUITY"].to_numpy(), term) for term in TERMS]
    return np.column_stack([loans[SPLITS], *rates])


def _rate(credit_to_annuity: np.ndarray, term: int) -> np.ndarray:
    """Monthly rate at which `term` repayments pay the loan off, by bisection."""
    low = np.full(len(credit_to_annuity), -0.02)
    high = np.full(len(credit_to_annuity), 0.3)
    for _ in range(50):
        middle = (low + high) / 2
        paid = -np.expm1(-term * np.log1p(middle)) / middle
        high = np.where(paid < credit_to_annuity, middle, high)
        low = np.where(paid < credit_to_annuity, low, middle)
    return np.asarray((low + high) / 2)


def nested(tree: DecisionTreeClassifier, node: int = 0) -> object:
    """A split is [column, threshold, at or below, above].

    A leaf has the shares of its terms, the largest first.
    """
    inside = tree.tree_
    if inside.children_left[node] == -1:
        shares = inside.value[node][0] / inside.value[node][0].sum()
        ranked = sorted(zip(-shares, map(int, tree.classes_), strict=True))
        return {str(term): round(-share, 3) for share, term in ranked if share < -0.01}
    below, above = (
        nested(tree, child[node])
        for child in (inside.children_left, inside.children_right)
    )
    column = SPLITS[inside.feature[node]]
    return [column, round(float(inside.threshold[node]), 4), below, above]


def _read(wanted: str, columns: str, paths: list[Path]) -> pd.DataFrame:
    files = ", ".join(map(literal, paths))
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT DISTINCT SK_ID_CURR, {columns}, AMT_CREDIT,"
            " AMT_CREDIT / AMT_ANNUITY AS CREDIT_TO_ANNUITY,"
            " AMT_CREDIT / AMT_GOODS_PRICE AS CREDIT_TO_GOODS"
            f" FROM read_parquet([{files}], union_by_name = true)"
            f" WHERE {wanted} AND {CASH} ORDER BY ALL"
        ).df()


def main(folders: list[str]) -> None:
    stores = [FeatureStore(Path(folder)) for folder in folders]
    paths = [store.raw("previous_application") for store in stores]
    earlier = _read(
        f"CNT_PAYMENT IN {TERMS}",
        "SK_ID_PREV, CNT_PAYMENT",
        [path for path in paths if path.exists()],
    )
    loans = _read("true", "AMT_ANNUITY", [store.application for store in stores])
    log.info("%d earlier cash loans, %d applications", len(earlier), len(loans))
    TABLE.write_text(json.dumps(nested(learn(earlier, loans))) + "\n")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
