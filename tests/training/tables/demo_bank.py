"""A small French lender: its `lender.yaml` and its files, as it would write them."""

from __future__ import annotations

from pathlib import Path

from training.tables.layout import Layout
from training.tables.schema import Use

LENDER = r"""version: 1
lender: Banque de démonstration
language: fr
applications:
  file: demandes
  later: demandes 2026
  csv: {delimiter: ";", decimal: ",", encoding: cp1252, dates: "%d/%m/%Y"}
  key: dossier
  date: deposee_le
  target: {column: "Impayé ?", default: [oui, contentieux], known_after: 365}
  columns:
    dossier: {label: Numéro de dossier, type: text}
    deposee_le: {from: Déposée le, type: date}
    montant:
      from: "Montant demandé (€)"
      label: Montant demandé
      type: number
      unit: currency
      bounds: [0, 1000000]
      as: AMT_CREDIT
      is: amount
      negotiable: {from: 0.3, to: 1.0}
      group: LOAN
    select: {from: né le, type: date, is: birth}
    sexe:
      from: situation et sexe
      pattern: "^(\\pL+)"
      type: category
      categories: {homme: Homme, femme: Femme}
      use: protected
      gender: true
    situation:
      from: situation et sexe
      pattern: ": (.+)$"
      type: category
      use: protected
      input_because: Le ménage partage les charges.
    anciennete: {type: integer, unit: months, missing: [999, n/a], lowers_risk: true}
    produit: {type: category, categories: [=1+1, "01", no]}
    suivi: {type: integer, use: after_decision}
histories:
  paiements:
    file: paiements
    of: credits
    key: numero
    day: paye_le
    windows: [365, 90]
    columns:
      numero: {type: integer}
      paye_le: {type: date}
      paye: {type: number, unit: currency}
  credits:
    file: crédits
    key: no_dossier
    group: CREDITS
    columns:
      no_dossier: {type: text}
      numero: {from: "n°", type: integer}
      etat: {type: category, categories: [ouvert, clos]}
groups:
  LOAN: {label: Le prêt, against: Le prêt pèse contre., for: Il aide., unknown: Rien.}
"""
APPLICATIONS = (
    "dossier;Déposée le;Montant demandé (€);né le;situation et sexe;anciennete;produit;"
    "suivi;Impayé ?\n"
    "A1;01/02/2024;1\u00a0234,5;01/02/1990;femme : mariée;999;=1+1;3;oui\n"
    " b2;31/01/2024;7;;homme : seul;n/a;01;;non\n"
    "C3;01/03/2024;0,25;02/03/2024;autre;12,0;no;0;\n"
    'D4;29/02/2024;"1e3";;;;;2;contentieux\n'
)
LATER = (
    "dossier;Déposée le;Montant demandé (€);né le;situation et sexe;anciennete;produit;"
    "suivi\n"
    "Z9;05/01/2026;50 000;;;;;\n"
)
CREDITS = "no_dossier,n°,etat\nA1,1,ouvert\nZ9,2,clos\nQ0,3,ouvert\n"
PAYMENTS = (
    "numero,paye_le,paye\n1,2024-01-31,5.5\n1,2024-02-02,6\n2,2025-12-31,\n"
    "3,2024-01-01,7\n"
)


def write(folder: Path, lender: str = LENDER) -> Path:
    """The whole lender in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lender.yaml").write_text(lender, encoding="utf-8")
    (folder / "demandes.csv").write_bytes(APPLICATIONS.encode("cp1252"))
    (folder / "demandes 2026.csv").write_bytes(LATER.encode("cp1252"))
    (folder / "crédits.csv").write_text(CREDITS, encoding="utf-8")
    (folder / "paiements.csv").write_text(PAYMENTS, encoding="utf-8")
    return folder


def with_changes(*changes: tuple[str, str], text: str = LENDER) -> str:
    """The text with each change made once, where it is found first."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def of_use(layout: Layout, use: Use) -> tuple[str, ...]:
    """The names of the application's columns that are of this use."""
    return tuple(column.name for column in layout.application if column.use is use)
