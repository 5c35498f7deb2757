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
    weighs_en: str,
    weighs_fr: str,
) -> Reason:
    """The sentences of a group; `weighs_…` names what weighs, up to the verb."""
    return Reason(
        code,
        group,
        *labels,
        raises_risk_en=f"{weighs_en} against your application.",
        raises_risk_fr=f"{weighs_fr} en défaveur de votre demande.",
        lowers_risk_en=f"{weighs_en} in favour of your application.",
        lowers_risk_fr=f"{weighs_fr} en faveur de votre demande.",
    )


REASONS: tuple[Reason, ...] = (
    _reason(
        "R01",
        "EXTERNAL_SCORES",
        ("Scores from outside agencies", "Scores d'organismes externes"),
        "The scores that outside credit agencies give you, or a missing one, weigh",
        "Les scores que vous donnent des organismes externes, ou leur absence, pèsent",
    ),
    _reason(
        "R02",
        "LOAN_AMOUNT",
        ("Amount of the loan", "Montant du prêt"),
        "The amount you ask for, or the price of what it pays for, weighs",
        "Le montant que vous demandez, ou le prix du bien à financer, pèse",
    ),
    _reason(
        "R03",
        "REPAYMENT_BURDEN",
        ("Weight of the repayments", "Poids des remboursements"),
        "What you would have to repay, and over how long, weighs",
        "Ce que vous auriez à rembourser, et sur quelle durée, pèse",
    ),
    _reason(
        "R04",
        "INCOME",
        ("Income", "Revenus"),
        "The amount or the source of your income weighs",
        "Le montant ou l'origine de vos revenus pèse",
    ),
    _reason(
        "R05",
        "EMPLOYMENT",
        ("Employment", "Emploi"),
        "Your work situation (occupation, employer, time in the job) weighs",
        "Votre situation professionnelle (métier, employeur, ancienneté) pèse",
    ),
    _reason(
        "R06",
        "AGE",
        ("Age", "Âge"),
        "Your age on the day you applied weighs",
        "Votre âge au jour de la demande pèse",
    ),
    _reason(
        "R07",
        "FAMILY",
        ("Family", "Foyer"),
        "The number of people or of children in your household weighs",
        "Le nombre de personnes ou d'enfants dans votre foyer pèse",
    ),
    _reason(
        "R08",
        "HOUSING",
        ("Housing", "Logement"),
        "Your housing, or what we know of the building, weighs",
        "Votre logement, ou ce que nous savons de l'immeuble, pèse",
    ),
    _reason(
        "R09",
        "REGION",
        ("Region", "Région"),
        "The area where you live or work weighs",
        "La zone où vous habitez ou travaillez pèse",
    ),
    _reason(
        "R10",
        "CONTACT",
        ("Contact details", "Coordonnées"),
        "Your contact or identity details, or how recent they are, weigh",
        "Vos coordonnées ou votre état civil, ou leur ancienneté, pèsent",
    ),
    _reason(
        "R11",
        "DOCUMENTS",
        ("Documents", "Documents"),
        "The documents that are in your file, or are not, weigh",
        "Les documents présents ou absents de votre dossier pèsent",
    ),
    _reason(
        "R12",
        "EDUCATION",
        ("Education", "Études"),
        "Your level of education weighs",
        "Votre niveau d'études pèse",
    ),
    _reason(
        "R13",
        "ASSETS",
        ("Possessions", "Biens possédés"),
        "Owning a car or not, or the age of your car, weighs",
        "Le fait d'avoir ou non une voiture, ou son âge, pèse",
    ),
    _reason(
        "R14",
        "APPLICATION_CONTEXT",
        ("Circumstances of the application", "Circonstances de la demande"),
        "The type of loan you chose, or when or with whom you applied, weighs",
        "Le type de prêt choisi, ou le moment ou l'entourage de la demande, pèse",
    ),
    _reason(
        "R15",
        "SOCIAL_CIRCLE",
        ("People around you", "Entourage"),
        "How people around you pay, as far as we know, weighs",
        "La façon dont votre entourage paie, pour ce que nous en savons, pèse",
    ),
    _reason(
        "R16",
        "BUREAU_CREDITS",
        ("Credits at other lenders", "Crédits auprès d'autres prêteurs"),
        "The loans you have or had at other lenders, or their absence, weigh",
        "Vos prêts présents ou passés chez d'autres prêteurs, ou leur absence, pèsent",
    ),
    _reason(
        "R17",
        "BUREAU_DEBT",
        ("Debts at other lenders", "Dettes auprès d'autres prêteurs"),
        "What you owe other lenders, as far as it is on record, weighs",
        "Ce que vous devez à d'autres prêteurs, pour ce qui est déclaré, pèse",
    ),
    _reason(
        "R18",
        "BUREAU_ARREARS",
        ("Arrears at other lenders", "Retards auprès d'autres prêteurs"),
        "How you pay other lenders, as far as it is on record, weighs",
        "La façon dont vous payez d'autres prêteurs, pour ce qui est déclaré, pèse",
    ),
    _reason(
        "R19",
        "BUREAU_ENQUIRIES",
        ("Enquiries into the credit file", "Consultations du dossier de crédit"),
        "How often lenders have looked into your credit file, if known, weighs",
        "Le nombre de consultations de votre dossier de crédit, s'il est connu, pèse",
    ),
    _reason(
        "R20",
        "PREVIOUS_APPLICATIONS",
        ("Earlier applications here", "Demandes antérieures chez nous"),
        "Your earlier applications with us, or their absence, weigh",
        "Vos demandes antérieures chez nous, ou leur absence, pèsent",
    ),
    _reason(
        "R21",
        "PREVIOUS_REFUSALS",
        ("Earlier refusals here", "Refus antérieurs chez nous"),
        "How your earlier applications with us ended, if there were any, weighs",
        "L'issue de vos demandes antérieures chez nous, s'il y en a eu, pèse",
    ),
    _reason(
        "R22",
        "PREVIOUS_TERMS",
        ("Terms of earlier loans here", "Conditions des prêts antérieurs chez nous"),
        "The terms of your earlier loans with us, if there were any, weigh",
        "Les conditions de vos prêts antérieurs chez nous, s'il y en a eu, pèsent",
    ),
    _reason(
        "R23",
        "POS_LOANS",
        ("Consumer loans here", "Crédits à la consommation chez nous"),
        "Your consumer loans with us, or their absence, weigh",
        "Vos crédits à la consommation chez nous, ou leur absence, pèsent",
    ),
    _reason(
        "R24",
        "INSTALMENT_PUNCTUALITY",
        ("Punctual repayment here", "Ponctualité des remboursements chez nous"),
        "How you repaid earlier loans with us, if there were any, weighs",
        "La façon dont vous avez remboursé vos prêts chez nous, s'il y en a eu, pèse",
    ),
    _reason(
        "R25",
        "CARD_USE",
        ("Use of our credit card", "Utilisation de notre carte de crédit"),
        "How you use our credit card, or not having one, weighs",
        "Votre usage de notre carte de crédit, ou le fait de ne pas en avoir, pèse",
    ),
    _reason(
        "R26",
        "PROTECTED",
        ("Gender and family status", "Sexe et situation familiale"),
        "Your gender or your family status weighs",
        "Votre sexe ou votre situation familiale pèse",
    ),
    _reason(
        "R27",
        "LOAN_TERMS",
        ("Length and price of the loan", "Durée et prix du prêt"),
        "The length of this loan, its interest or its insurance weighs",
        "La durée de ce prêt, ses intérêts ou son assurance pèse",
    ),
)
BY_GROUP: dict[str, Reason] = {reason.group: reason for reason in REASONS}


def to_json(reasons: Iterable[Reason] = REASONS) -> dict[str, object]:
    """Return the content of the bundle's `reasons.json`."""
    return {"reasons": [reason.to_json() for reason in reasons]}
