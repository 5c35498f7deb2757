"""What the name of a column or a value says, in the languages that lenders write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from training.tables.lender_file import NAME

# Over the words of a name, in lower case and without accents: _number_of_loans_.
PATTERNS = {
    "key": "id|key|cle|no|num|nr|numero|number|dossier|ref|reference|contract|contrat|"
    "client|customer|application|member|vertrag|antrag",
    "target": "target|default|defaulted|bad|impayes?|defaut|creditability|outcome|"
    "loan_status|charged_off|delinquen(t|cy)|seriousdlqin2yrs|ausfall|good_bad|"
    "credit_risk|repaid|paid_back|rembourse",
    "repaid": "creditability|repaid|paid|paid_back|rembourse|good|solvent|solvable",
    "amount": "(credit|loan|pret|kredit|requested|demande|funded|amt)_(amount|amt|amnt|"
    "montant|betrag|sum|credit)|(amount|amt|amnt|montant|betrag|somme)_((of|du|de|the)_"
    ")*(credit|loan|pret|kredit|demande|requested)|principal|kredit|"
    "(?<=^_)(amount|montant|betrag|loan|pret)(?=_$)",
    "instalment": "annuity|mensualites?|echeance|instal?lment|monthly_payment|"
    "monatsrate",
    "instalments": "duration|duree|term|laufzeit|maturity|(nb|nombre|number|cnt|num)_"
    r"(of_|de_|d_)?(instal\w*|echeances|mensualites|payments)",
    "goods_price": "goods_price|purchase_price|prix_(du_)?(bien|vehicule|achat)|"
    "kaufpreis",
    "birth": r"birth\w*|dob|naissance|nee?_le|ne_e_le|geburt\w*",
    "gender": "sex|gender|sexe|genre|civilite|geschlecht|anrede",
    "family": "marital|matrimoniale?|family_status|familiale|personal_status|"
    "civil_status|etat_civil|familienstand|married|marie",
    "origin": r"nationalit[ye]|ethnic\w*|race|religion|foreign\w*|etranger|origine|"
    "staatsangehorigkeit|auslander|disability|handicap|health|sante",
    "others": r"social_circle|spouse|conjointe?|partner|neighbou?r|voisin|friends?|"
    "relatives",
    "later": r"recover\w*|recouvr\w*|collection|charge_?off|written_off|last_pymnt\w*|"
    r"total_(re)?pa?y\w*|out_prncp\w*|settlement|hardship|loss|perte|closed|cloture|"
    "contentieux",
    "asked": "application|applied|request|requested|demande|depose|deposee|depot|"
    "antrag|submitted|created|issue_d|saisie|signature",
    "currency": "amount|amt|amnt|montant|income|revenus?|salary|salaire|balance|solde|"
    "price|prix|eur|usd|euros?|betrag|loan|pret|inc|mensualite|loyer|rent|charges|"
    "einkommen|gehalt|debt|dette|limit|annuity|payment|paiement",
    "days": "days?|jours?|tage|dpd",
    "months": "months?|mois|monate?|mths",
    "years": "years?|ans|annees|jahre|age|alter|anciennete",
    "none": r"percent\w*|pct|rate|taux",
    "count": "count|cnt|nb|nombre|number|anzahl|num|children|enfants|kinder",
}
# Of values: a default, whatever the column is called; and yes.
BAD = (
    r"bad|default\w*|charged_off\w*|impaye\w*|(en_)?defaut|late\w*|non_rembourse\w*|"
    r"unpaid|not_repaid|schlecht|ausfall\w*|delinquent|mauvais"
)
YES = "1|yes|y|oui|o|ja|j|true"
GENDER = r"(?i)(male|female|m|f|h|homme|femme|mann|frau|man|woman|mr|mrs|ms)\b"
# What YAML takes for something else, and what the layout calls so.
WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
RESERVED = {"target", "history", "application", "row_number", *WORDS}


def plain(header: str) -> str:
    """In lower case and ASCII: "Montant demandé (€)" is montant_demande."""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", header.replace("%", " percent"))
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.decode().lower()).strip("_")


def says(header: str, what: str) -> bool:
    """Whether a header has words for one of `PATTERNS`."""
    return re.search(f"_({PATTERNS[what]})_", f"_{plain(header)}_") is not None


def name_of(header: str, taken: Collection[str] = ()) -> str:
    """A name for a column or table: the header where it is one."""
    name = header
    if not re.fullmatch(NAME, name) or name.lower() in RESERVED:
        name = plain(header)[:60].strip("_") or "column"
        if not name[0].isalpha() or name in RESERVED:
            name = f"c_{name}"
    known, first = {one.lower() for one in taken}, name[:60]
    numbered = (f"{first}_{count}" for count in range(2, len(known) + 3))
    return next(one for one in (name, *numbered) if one.lower() not in known)


def label_of(header: str) -> str:
    """A header as people read it, without the unit in brackets."""
    words = re.sub(r"\s[(\[].*?[)\]]|[_\s]+", " ", header).strip(" :?") or header
    words = words.lower() if words.isupper() else words
    return words[:1].upper() + words[1:]
