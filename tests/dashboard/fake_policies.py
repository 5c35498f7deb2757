"""Two versions of an invented policy, and the built-in one."""

from __future__ import annotations

from typing import Any

OLD, NEW, BUILT_IN = "a" * 64, "b" * 64, "c" * 64


def policies() -> list[dict[str, Any]]:
    """Newest first; the older of the two is active."""
    return [
        summary("2", NEW),
        summary("1", OLD, active=True),
        summary("built-in", BUILT_IN) | {"added_by": None, "added_at": None},
    ]


def summary(version: str, sha256: str, active: bool = False) -> dict[str, Any]:
    return {
        "sha256": sha256,
        "version": version,
        "active": active,
        "added_by": "Ada",
        "added_at": "2026-11-20T08:00:00.000000Z",
        "activated_by": "Bo" if active else None,
        "activated_at": "2026-11-21T09:00:00.000000Z" if active else None,
    }


def policy(known: dict[str, Any]) -> dict[str, Any]:
    newer = known["sha256"] != OLD
    if known["version"] == "built-in":
        return known | {"rules": [], "document": {"nodes": [], "edges": []}}
    rules = _rules(newer)
    return known | {"rules": rules, "document": _document(newer)}


def _rules(newer: bool) -> list[dict[str, Any]]:
    burden = _rule(
        "BURDEN",
        "refer",
        ("burden", "> 0.35" if newer else "> 0.4"),
        "Instalments and rent take much of the income.",
        "Les mensualités et le loyer pèsent lourd dans les revenus.",
    )
    age = _rule(
        "AGE",
        "refuse",
        ("application.DAYS_BIRTH", "> -6574"),
        "The minimum age is not reached.",
        "L'âge minimum n'est pas atteint.",
    )
    age |= {"protected": ["application.DAYS_BIRTH"]}
    age |= {"lawful_basis": "Code civil, Article 414"}
    register = _rule(
        "REGISTER",
        "require",
        ("terms.amount", ">= 1000"),
        "The register has to be consulted.",
        "Le fichier doit être consulté.",
    )
    register |= {"evidence": "register", "within_days": 30}
    signed = _rule(
        "LARGE",
        "second_review",
        ("terms.amount", "> 200000"),
        "A second person signs large loans.",
        "Une deuxième personne signe les prêts importants.",
    )
    return [age, burden, register] if newer else [age, burden, signed]


def _rule(
    code: str, effect: str, condition: tuple[str, str], english: str, french: str
) -> dict[str, Any]:
    return {
        "code": code,
        "effect": effect,
        "text": {"en": english, "fr": french},
        "table": "rules",
        "line": 40,
        "conditions": [
            {"reads": condition[0], "test": condition[1]},
            {"reads": "decision", "test": ""},
        ],
        "facts": [condition[0]],
        "evidence": None,
        "within_days": None,
        "protected": [],
        "lawful_basis": None,
    }


def _document(newer: bool) -> dict[str, Any]:
    rent = "declared.housing + " if newer else ""
    burden = f"({rent}terms.instalment) / declared.monthly_income"
    expressions = [
        {"id": "0", "key": "version", "value": "'2'" if newer else "'1'"},
        {"id": "1", "key": "burden", "value": burden},
    ]
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "request"},
            {
                "id": "values",
                "type": "expressionNode",
                "name": "values",
                "content": {"expressions": expressions},
            },
            {
                "id": "rules",
                "type": "decisionTableNode",
                "name": "rules",
                "content": {"hitPolicy": "collect"},
            },
        ],
        "edges": [],
    }


def results(sha256: str) -> dict[str, Any]:
    found = {"decisions": 200, "recommendations": {"granted": 150, "referred": 50}}
    rule = {"code": "BURDEN", "fired": 40, "unknown": 7, "granted": 12}
    rules = [rule | {"repaid": 5, "defaulted": 2}]
    return {"sha256": sha256, "rules": rules, **found}


def trial(sha256: str) -> dict[str, Any]:
    moved = [
        {"before": "granted", "after": "granted", "decisions": 380},
        {"before": "granted", "after": "referred", "decisions": 95},
        {"before": "refused", "after": "referred", "decisions": 25},
    ]
    rules = [{"code": "BURDEN", "fired": 110, "unknown": 30, "alone": 90}]
    return {"sha256": sha256, "decisions": 500, "moved": moved, "rules": rules} | {
        "failed": 3
    }
