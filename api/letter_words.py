"""What the letter to an applicant says, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Words:
    """The sentences of one language; those with braces are filled in."""

    months: tuple[str, ...]
    day: str
    subject: str
    draft: str
    not_reviewed: str
    client: str
    greeting: str
    granted: str
    refused: str
    by_model: str
    by_person: str
    overridden: str
    reasons: Mapping[str, str]
    weighed: str
    data: str
    sources: Mapping[str, str]
    change: str
    changes: tuple[str, ...]
    rights: str
    right: tuple[str, ...]
    contact: str
    no_contact: str
    closing: str
    reference: str

    def date(self, moment: datetime) -> str:
        month = self.months[moment.month - 1]
        return self.day.format(day=moment.day, month=month, year=moment.year)


ENGLISH = Words(
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{day} {month} {year}",
    subject="Our decision on your loan application",
    draft="DRAFT",
    not_reviewed="No person has reviewed this decision yet: not to be handed out.",
    client="Client number: {client}",
    greeting="Dear applicant,",
    granted="We are glad to tell you that your loan application was accepted.",
    refused="We are sorry to tell you that your loan application was refused.",
    by_model=(
        "This decision rests on an automated assessment: a statistical model estimates "
        "the risk that a loan is not paid back, and grants it below a fixed limit."
    ),
    by_person=(
        "A person reviewed the automated assessment of your application on {date}, and "
        "came to this decision."
    ),
    overridden="The automated assessment alone had come to the other result.",
    reasons={
        "refused": "The main reasons",
        "granted": "What spoke for you",
    },
    weighed="What the automated assessment weighed most",
    data="What was used",
    sources={
        "application": "what you told us in your application, and the scores of "
        "outside agencies that came with it;",
        "bureau": "the credit bureau's records of your loans with other lenders;",
        "previous_application": "your earlier applications to us;",
        "repayments": "how your earlier loans and cards with us were paid back.",
    },
    change="What could change the decision",
    changes=(
        "a smaller loan, or a larger down payment;",
        "another instalment: a longer or a shorter time to pay back;",
        "a lower price of the goods that the loan pays for.",
    ),
    rights="Your rights",
    right=(
        "to have a person review this decision;",
        "to give your point of view, and to add or correct information;",
        "to contest the decision, and to learn more about how it was made.",
    ),
    contact="To use them, contact us, with the reference below:\n{contact}",
    no_contact=(
        "To use them, ask the adviser who handled your application, with the reference "
        "below."
    ),
    closing="Yours faithfully,",
    reference="Reference: {prediction} - model {model}, version {version}",
)

FRENCH = Words(
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    day="{day} {month} {year}",
    subject="Notre décision sur votre demande de prêt",
    draft="PROJET",
    not_reviewed="Personne n'a encore revu cette décision : à ne pas remettre.",
    client="Numéro de client : {client}",
    greeting="Madame, Monsieur,",
    granted="Nous avons le plaisir de vous annoncer que votre demande de prêt est "
    "acceptée.",
    refused="Nous avons le regret de vous annoncer que votre demande de prêt est "
    "refusée.",
    by_model=(
        "Cette décision repose sur une évaluation automatisée : un modèle statistique "
        "estime le risque qu'un prêt ne soit pas remboursé, et l'accorde en dessous "
        "d'une limite fixée."
    ),
    by_person=(
        "Une personne a revu l'évaluation automatisée de votre demande le {date}, et a "
        "pris cette décision."
    ),
    overridden="L'évaluation automatisée seule avait conduit au résultat contraire.",
    reasons={
        "refused": "Les raisons principales",
        "granted": "Ce qui a joué en votre faveur",
    },
    weighed="Ce qui a le plus compté dans l'évaluation automatisée",
    data="Ce qui a été utilisé",
    sources={
        "application": "ce que vous avez déclaré dans votre demande, et les scores "
        "d'organismes externes qui l'accompagnaient ;",
        "bureau": "les informations de la centrale de crédit sur vos prêts chez "
        "d'autres prêteurs ;",
        "previous_application": "vos demandes précédentes chez nous ;",
        "repayments": "le remboursement de vos prêts et cartes précédents chez nous.",
    },
    change="Ce qui pourrait changer la décision",
    changes=(
        "un prêt plus petit, ou un apport plus grand ;",
        "une autre mensualité : une durée plus longue ou plus courte ;",
        "un prix plus bas du bien que le prêt finance.",
    ),
    rights="Vos droits",
    right=(
        "faire réexaminer cette décision par une personne ;",
        "donner votre point de vue, compléter ou corriger des informations ;",
        "contester la décision, et en savoir plus sur la façon dont elle a été prise.",
    ),
    contact="Pour les exercer, contactez-nous, avec la référence ci-dessous :\n"
    "{contact}",
    no_contact=(
        "Pour les exercer, adressez-vous au conseiller qui a traité votre demande, "
        "avec la référence ci-dessous."
    ),
    closing="Veuillez agréer, Madame, Monsieur, nos salutations distinguées.",
    reference="Référence : {prediction} - modèle {model}, version {version}",
)

WORDS = {"en": ENGLISH, "fr": FRENCH}
