"""What the name of a column or a value says, in the languages that lenders write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from training.tables.lender_file import NAME

# Over the words of a name, in lower case and without accents: _number_of_loans_.
PATTERNS = {
    "key": "id|key|cle|no|num|nr|numero|number|dossier|ref|reference|contract|contrat|"
    "client|customer|application|member",
    "target": "target|default(ed)?|bad|impayes?|defaut|creditability|outcome|good_bad|"
    "loan_status|charged_off|delinquen(t|cy)|credit_risk|repaid|paid_back|rembourse|"
    "seriousdlqin2yrs",
    "repaid": "creditability|repaid|paid|paid_back|rembourse|good|solvent|solvable",
    "amount": "(credit|loan|pret|requested|demande|funded|amt)_(am(oun|n)?t|montant|"
    "sum|credit)|(am(oun|n)?t|montant|somme)_((of|du|de|the)_)*(credit|loan|pret|demande|"
    "requested)|principal|(?<=^_)(amount|montant|loan|pret)(?=_$)",
    "instalment": "annuity|mensualites?|echeance|instal?lment|monthly_payment",
    "instalments": "duration|duree|term|maturity|(nb|nombre|number|cnt|num)_"
    r"(of_|de_|d_)?(instal\w*|echeances|mensualites|payments)",
    "goods_price": "goods_price|purchase_price|prix_(du_)?(bien|vehicule|achat)",
    "birth": r"birth\w*|dob|naissance|nee?_le|ne_e_le",
    "gender": "sexe?|gender|genre|civilite",
    "family": "marital|matrimoniale?|family_status|familiale|personal_status|"
    "civil_status|etat_civil|married|marie",
    "origin": r"nationalit[ye]|ethnic\w*|race|religion|foreign\w*|etranger|origine|"
    "disability|handicap|health|sante",
    "others": "social_circle|spouse|conjointe?|partner|neighbou?r|voisin|friends?",
    "later": r"recover\w*|recouvr\w*|collection|charge_?off|written_off|last_pymnt\w*|"
    r"total_(re)?pa?y\w*|out_prncp\w*|settlement|hardship|loss|perte|closed|cloture",
    "asked": "application|applied|request(ed)?|demande|deposee?|depot|submitted|"
    "created|issue_d|saisie|signature",
    "currency": "am(oun|n)?t|montant|income|revenus?|salary|salaire|balance|solde|"
    "price|prix|eur|usd|euros?|loan|pret|inc|mensualite|loyer|rent|charges|debt|dette|limit|"
    "annuity|payment|paiement",
    "days": "days?|jours?|dpd",
    "months": "months?|mois|mths",
    "years": "years?|ans|annees|age|anciennete",
    "none": r"percent\w*|pct|rate|taux",
    "count": "count|cnt|nb|nombre|number|num|children|enfants",
}
# Of values: a default, whatever the column is called; yes; and at the start, a sex.
BAD = r"bad|default\w*|charged_off\w*|impaye\w*|(en_)?defaut|late\w*|non_rembourse\w*|"
BAD += "unpaid|not_repaid|delinquent|mauvais"
YES = "1|yes|y|oui|o|true"
GENDER = r"(?i)(male|female|m|f|h|homme|femme|man|woman|mr|mrs|ms)\b"
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
    words = re.sub(r"[_\s]+", " ", header).strip(" :?") or header
    words = words.lower() if words.isupper() else words
    return words[:1].upper() + words[1:]
