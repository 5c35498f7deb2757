"""The reason catalogue: what an applicant is told, per group of features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One reason: a group of features and the sentence for each direction.

    A sentence is said to the applicant's face and holds whatever the feature inside
    the group, missing values included.
    """

    code: str
    group: str
    label_en: str
    label_fr: str
    raises_risk_en: str
    raises_risk_fr: str
    lowers_risk_en: str
    lowers_risk_fr: str

    def to_json(self) -> dict[str, object]:
        """Return the reason as an entry of `reasons.json`."""
        return {
            "code": self.code,
            "group": self.group,
            "labels": {"en": self.label_en, "fr": self.label_fr},
            "raises_risk": {"en": self.raises_risk_en, "fr": self.raises_risk_fr},
            "lowers_risk": {"en": self.lowers_risk_en, "fr": self.lowers_risk_fr},
        }


def _reason(
    code: str,
    group: str,
    labels: tuple[str, str],
    subject_en: str,
    subject_fr: str,
) -> Reason:
    return Reason(
        code,
        group,
        *labels,
        raises_risk_en=f"{subject_en} speaks for a higher risk.",
        raises_risk_fr=f"{subject_fr} plaide pour un risque plus élevé.",
        lowers_risk_en=f"{subject_en} speaks for a lower risk.",
        lowers_risk_fr=f"{subject_fr} plaide pour un risque plus faible.",
    )


REASONS: tuple[Reason, ...] = (
    _reason(
        "R01",
        "EXTERNAL_SCORES",
        ("Scores from outside agencies", "Scores d'organismes externes"),
        "What we know of your scores at outside agencies",
        "Ce que nous savons de vos scores externes",
    ),
    _reason(
        "R02",
        "LOAN_AMOUNT",
        ("Amount of the loan", "Montant du prêt"),
        "The amount of this loan, or the price of what it pays for,",
        "Le montant de ce prêt, ou le prix du bien financé,",
    ),
    _reason(
        "R03",
        "REPAYMENT_BURDEN",
        ("Weight of the repayments", "Poids des remboursements"),
        "The weight of this loan's repayments on your budget",
        "Le poids des remboursements de ce prêt dans votre budget",
    ),
    _reason(
        "R04",
        "INCOME",
        ("Income", "Revenus"),
        "What we know about your income",
        "Ce que nous savons de vos revenus",
    ),
    _reason(
        "R05",
        "EMPLOYMENT",
        ("Employment", "Emploi"),
        "What we know about your work",
        "Ce que nous savons de votre emploi",
    ),
    _reason(
        "R06",
        "AGE",
        ("Age", "Âge"),
        "Your age at the time of the application",
        "Votre âge au moment de la demande",
    ),
    _reason(
        "R07",
        "FAMILY",
        ("Family", "Foyer"),
        "What we know about the people in your family",
        "Ce que nous savons de la composition de votre foyer",
    ),
    _reason(
        "R08",
        "HOUSING",
        ("Housing", "Logement"),
        "What we know about your home and its building",
        "Ce que nous savons de votre logement et de son immeuble",
    ),
    _reason(
        "R09",
        "REGION",
        ("Region", "Région"),
        "What we know about the places where you live or work",
        "Ce que nous savons de vos lieux de vie et de travail",
    ),
    _reason(
        "R10",
        "CONTACT",
        ("Contact details", "Coordonnées"),
        "What we know about your contact details",
        "Ce que nous savons de vos coordonnées",
    ),
    _reason(
        "R11",
        "DOCUMENTS",
        ("Documents", "Documents"),
        "What we know about your papers, handed in or not,",
        "Ce que nous savons de vos papiers, fournis ou non,",
    ),
    _reason(
        "R12",
        "EDUCATION",
        ("Education", "Études"),
        "What we know about your education",
        "Ce que nous savons de votre niveau d'études",
    ),
    _reason(
        "R13",
        "ASSETS",
        ("Possessions", "Biens possédés"),
        "What we know about what you own",
        "Ce que nous savons des biens que vous possédez",
    ),
    _reason(
        "R14",
        "APPLICATION_CONTEXT",
        ("Circumstances of the application", "Circonstances de la demande"),
        "The way you applied, or the type of loan you chose,",
        "La façon dont vous avez fait la demande, ou le type de prêt choisi,",
    ),
    _reason(
        "R15",
        "SOCIAL_CIRCLE",
        ("People around you", "Entourage"),
        "What we know about payments by people around you",
        "Ce que nous savons des paiements de votre entourage",
    ),
    _reason(
        "R16",
        "BUREAU_CREDITS",
        ("Credits at other lenders", "Crédits auprès d'autres prêteurs"),
        "What we know about your credits at other lenders",
        "Ce que nous savons de vos crédits auprès d'autres prêteurs",
    ),
    _reason(
        "R17",
        "BUREAU_DEBT",
        ("Debts at other lenders", "Dettes auprès d'autres prêteurs"),
        "What we know about what you owe other lenders",
        "Ce que nous savons de vos dettes auprès d'autres prêteurs",
    ),
    _reason(
        "R18",
        "BUREAU_ARREARS",
        ("Arrears at other lenders", "Retards auprès d'autres prêteurs"),
        "What we know about how you pay other lenders",
        "Ce que nous savons de vos paiements à d'autres prêteurs",
    ),
    _reason(
        "R19",
        "BUREAU_ENQUIRIES",
        ("Enquiries into the credit file", "Consultations du dossier de crédit"),
        "What we know about enquiries into your credit file",
        "Ce que nous savons des consultations de votre dossier de crédit",
    ),
    _reason(
        "R20",
        "PREVIOUS_APPLICATIONS",
        ("Earlier applications here", "Demandes antérieures chez nous"),
        "What we know about your earlier applications here",
        "Ce que nous savons de vos demandes antérieures chez nous",
    ),
    _reason(
        "R21",
        "PREVIOUS_REFUSALS",
        ("Earlier refusals here", "Refus antérieurs chez nous"),
        "The outcome of your earlier applications here, if any,",
        "L'issue de vos demandes antérieures chez nous, s'il y en a,",
    ),
    _reason(
        "R22",
        "PREVIOUS_TERMS",
        ("Terms of earlier loans here", "Conditions des prêts antérieurs chez nous"),
        "What we know about the terms of your earlier loans here",
        "Ce que nous savons des conditions de vos prêts antérieurs",
    ),
    _reason(
        "R23",
        "POS_LOANS",
        ("Consumer loans here", "Crédits à la consommation chez nous"),
        "What we know about the course of your consumer loans here",
        "Ce que nous savons de vos crédits à la consommation chez nous",
    ),
    _reason(
        "R24",
        "INSTALMENT_PUNCTUALITY",
        ("Punctual repayment here", "Ponctualité des remboursements chez nous"),
        "What we know about how you repay loans here",
        "Ce que nous savons de vos remboursements chez nous",
    ),
    _reason(
        "R25",
        "CARD_USE",
        ("Use of our credit card", "Utilisation de notre carte de crédit"),
        "What we know about your use of our credit card",
        "Ce que nous savons de votre usage de notre carte de crédit",
    ),
    _reason(
        "R26",
        "PROTECTED",
        ("Gender and family status", "Sexe et situation familiale"),
        "Your gender or family status",
        "Votre sexe ou votre situation familiale",
    ),
    _reason(
        "R27",
        "LOAN_TERMS",
        ("Length and price of the loan", "Durée et prix du prêt"),
        "The length of this loan, its interest or its insurance",
        "La durée de ce prêt, ses intérêts ou son assurance",
    ),
)
BY_GROUP: dict[str, Reason] = {reason.group: reason for reason in REASONS}


def to_json(reasons: Iterable[Reason] = REASONS) -> dict[str, object]:
    """Return the content of the bundle's `reasons.json`."""
    return {"reasons": [reason.to_json() for reason in reasons]}
