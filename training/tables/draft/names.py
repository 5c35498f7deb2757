"""What the name of a column or a value says, in the languages that lenders write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from training.language import LANGUAGES

# Over the words of a name, in lower case and without accents: _number_of_loans_.
PATTERNS = {
    "key": "id|key|cle|no|num|nr|numero|number|dossier|ref|reference|contract|"
    "contrat|client|customer|application|member|vertrag|antrag",
    "target": "target|default|defaulted|bad|impaye|impayes|defaut|creditability|"
    "outcome|loan_status|charged_off|delinquent|delinquency|"
    "seriousdlqin2yrs|ausfall|good_bad|credit_risk|repaid|paid_back|"
    "rembourse",
    "target_perhaps": "class|label|risk|status|statut|y|paid|paye|resultat|result",
    "repaid": "creditability|repaid|paid|paid_back|rembourse|good|solvent|solvable",
    "amount": "(credit|loan|pret|kredit|requested|demande|funded|amt)_(amount|"
    "amt|amnt|montant|betrag|sum|credit)|(amount|amt|amnt|montant|"
    "betrag|somme)_((of|du|de|the)_)*(credit|loan|pret|kredit|demande|"
    "requested)",
    "amount_perhaps": "amount|amt|amnt|montant|betrag|kredit|loan|pret|principal",
    "instalment": "annuity|mensualite|mensualites|echeance|instalment|installment|"
    "monthly_payment|monatsrate",
    "instalments": "duration|duree|term|laufzeit|maturity|(nb|nombre|number|cnt|"
    r"num)_(of_|de_|d_)?(instal\w*|echeances|mensualites|payments)",
    "goods_price": "goods_price|purchase_price|prix_(du_)?(bien|vehicule|achat)|"
    "kaufpreis",
    "birth": "birth|birthdate|dob|naissance|ne_le|nee_le|ne_e_le|geburt|geburtsdatum",
    "gender": "sex|gender|sexe|genre|civilite|geschlecht|anrede",
    "family": "marital|matrimonial|matrimoniale|family_status|familiale|"
    "personal_status|civil_status|etat_civil|familienstand|married|"
    "marie",
    "origin": "nationality|nationalite|ethnic|ethnicity|race|religion|foreign|"
    "foreigner|etranger|origine|staatsangehorigkeit|auslander|"
    "disability|handicap|health|sante",
    "others": "social_circle|spouse|conjoint|conjointe|partner|neighbour|"
    "neighbor|voisin|friend|friends|relatives",
    "person": "name|nom|prenom|first_name|last_name|surname|email|mail|courriel|"
    "phone_number|tel|mobile|adresse|address|street|rue|iban|ssn|"
    "vorname|nachname",
    "later": r"recoveries|recovery|recouvr\w*|collection|charge_?off|"
    r"written_off|last_pymnt\w*|total_(re)?pa?y\w*|out_prncp\w*|"
    "settlement|hardship|loss|perte|closed|cloture|contentieux",
    "asked": "application|applied|request|requested|demande|depose|deposee|"
    "depot|antrag|submitted|created|issue_d|saisie|signature",
    "code": "code|zip|zipcode|postal|cp|plz|departement",
    "currency": "amount|amt|amnt|montant|income|revenu|revenus|salary|salaire|"
    "balance|solde|price|prix|eur|usd|euro|euros|betrag|loan|pret|inc|"
    "mensualite|loyer|rent|charges|einkommen|gehalt|debt|dette|limit|"
    "annuity|payment|paiement|paye_montant",
    "days": "days|day|jours|jour|tage|dpd",
    "months": "months|month|mois|monat|monate|mths|mois",
    "years": "years|year|ans|annees|jahre|age|alter|anciennete",
    "hour": "hour|heure|stunde",
    "score": "score|fico|rating",
    "count": "count|cnt|nb|nombre|number|anzahl|num|children|enfants|kinder",
    "when": "date|day|jour|datum|le|month|mois|days",
}
COMPILED = {what: re.compile(f"_({one})_") for what, one in PATTERNS.items()}
BAD = (
    r"bad|default\w*|charged.off.*|impaye\w*|defaut|en.defaut|late.*|non.rembourse\w*|"
    r"unpaid|not.repaid|schlecht|ausfall\w*|delinquent|mauvais"
)
DEFAULTED = rf"{BAD}|yes|y|oui|o|ja|j|true"
REPAID = r"no|n|non|nein|false|0|bad|impaye\w*|mauvais|schlecht"
GENDER_WORD = re.compile(
    r"(male|female|m|f|h|homme|femme|mann|frau|man|woman|mr|mrs|ms)\b", re.IGNORECASE
)
FRENCH = set(
    "montant duree pret demande demandee dossier mensualite revenu revenus sexe de du"
    " anciennete salaire logement enfants naissance impaye le la des situation banque"
    " prix numero depose deposee taux objet profession paye payee echeance".split()
)
SPELLED = {
    "€": " eur ",
    "$": " usd ",
    "%": " percent ",
    "ß": "ss",
    "œ": "oe",
    "æ": "ae",
}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RESERVED = {"target", "history", "application", "row_number"}
# Words that YAML takes for something else.
RESERVED |= {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def plain(header: str) -> str:
    """In lower case and ASCII: "Montant demandé (€)" is montant_demande_eur."""
    spelled = header
    for sign, word in SPELLED.items():
        spelled = spelled.replace(sign, word)
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", spelled)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.decode().lower()).strip("_")


def says(header: str, what: str) -> bool:
    """Whether a header has words for one of `PATTERNS`."""
    return COMPILED[what].search(f"_{plain(header)}_") is not None


def name_of(header: str, taken: Collection[str] = ()) -> str:
    """A name for a column or table: the header where it is one."""
    name = header
    if not NAME.fullmatch(name) or name.lower() in RESERVED:
        name = plain(header)[:60].strip("_") or "column"
        if not name[0].isalpha() or name in RESERVED:
            name = f"c_{name}"
    known = {one.lower() for one in taken}
    numbered = (f"{name[:60]}_{count}" for count in range(2, len(known) + 3))
    return (
        name
        if name.lower() not in known
        else next(one for one in numbered if one.lower() not in known)
    )


def label_of(header: str) -> str:
    """A header as people read it, without the unit in brackets."""
    words = re.sub(r"\s*[(\[].*?[)\]]\s*", " ", header) if " " in header else header
    words = re.sub(r"[_\s]+", " ", words).strip(" :?") or header
    if words.isupper():
        words = words.lower()
    return words[:1].upper() + words[1:]


def language_of(headers: Collection[str]) -> str:
    words = [word for header in headers for word in plain(header).split("_")]
    french = sum(word in FRENCH for word in words)
    return "fr" if french > len(headers) / 5 and "fr" in LANGUAGES else "en"
