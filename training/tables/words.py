"""The words of the application's categories, in English and French."""

from __future__ import annotations

LOAN_TYPES = {
    "Cash loans": ("Cash loan", "Prêt personnel"),
    "Revolving loans": ("Revolving credit", "Crédit renouvelable"),
}
GENDERS = {
    "F": ("Woman", "Femme"),
    "M": ("Man", "Homme"),
}
COMPANY = {
    "Children": ("Children", "Enfants"),
    "Family": ("Family", "Famille"),
    "Group of people": ("Group of people", "Groupe de personnes"),
    "Other_A": ("Other, A", "Autre, A"),
    "Other_B": ("Other, B", "Autre, B"),
    "Spouse, partner": ("Spouse or partner", "Conjoint ou partenaire"),
    "Unaccompanied": ("Unaccompanied", "Seul"),
}
INCOMES = {
    "Commercial associate": ("Commercial associate", "Associé commercial"),
    "Businessman": ("Business owner", "Chef d'entreprise"),
    "Maternity leave": ("Maternity leave", "Congé maternité"),
    "Student": ("Student", "Étudiant"),
    "Unemployed": ("Unemployed", "Sans emploi"),
    "Pensioner": ("Pensioner", "Retraité"),
    "State servant": ("Civil servant", "Fonctionnaire"),
    "Working": ("Employed", "Salarié"),
}
EDUCATION = {
    "Academic degree": ("Academic degree", "Diplôme universitaire de recherche"),
    "Higher education": ("Higher education", "Études supérieures"),
    "Incomplete higher": (
        "Higher education, not finished",
        "Études supérieures inachevées",
    ),
    "Lower secondary": ("Lower secondary school", "Collège"),
    "Secondary / secondary special": ("Secondary school", "Lycée"),
}
FAMILY = {
    "Civil marriage": ("Civil partnership", "Union civile"),
    "Married": ("Married", "Marié"),
    "Separated": ("Separated", "Séparé"),
    "Single / not married": ("Single", "Célibataire"),
    "Widow": ("Widowed", "Veuf"),
}
HOUSING = {
    "Co-op apartment": ("Cooperative flat", "Logement coopératif"),
    "House / apartment": ("House or flat", "Maison ou appartement"),
    "Municipal apartment": ("Municipal flat", "Logement municipal"),
    "Office apartment": ("Flat provided by the employer", "Logement de fonction"),
    "Rented apartment": ("Rented flat", "Logement loué"),
    "With parents": ("With parents", "Chez les parents"),
}
OCCUPATIONS = {
    "Accountants": ("Accounting", "Comptabilité"),
    "Cleaning staff": ("Cleaning staff", "Agent d'entretien"),
    "Cooking staff": ("Kitchen staff", "Personnel de cuisine"),
    "Core staff": ("Core staff", "Personnel courant"),
    "Drivers": ("Driver", "Chauffeur"),
    "HR staff": ("Human resources", "Ressources humaines"),
    "High skill tech staff": (
        "Highly skilled technical staff",
        "Technicien hautement qualifié",
    ),
    "IT staff": ("Information technology staff", "Informaticien"),
    "Laborers": ("Labourer", "Ouvrier"),
    "Low-skill Laborers": ("Unskilled labourer", "Ouvrier non qualifié"),
    "Managers": ("Manager", "Cadre"),
    "Medicine staff": ("Medical staff", "Personnel médical"),
    "Private service staff": ("Personal services", "Services à la personne"),
    "Realty agents": ("Estate agent", "Agent immobilier"),
    "Sales staff": ("Sales staff", "Vendeur"),
    "Secretaries": ("Secretary", "Secrétaire"),
    "Security staff": ("Security staff", "Agent de sécurité"),
    "Waiters/barmen staff": ("Waiting and bar staff", "Serveur ou barman"),
}
WEEKDAYS = {
    "MONDAY": ("Monday", "Lundi"),
    "TUESDAY": ("Tuesday", "Mardi"),
    "WEDNESDAY": ("Wednesday", "Mercredi"),
    "THURSDAY": ("Thursday", "Jeudi"),
    "FRIDAY": ("Friday", "Vendredi"),
    "SATURDAY": ("Saturday", "Samedi"),
    "SUNDAY": ("Sunday", "Dimanche"),
}
# How many there are of each: "Trade: type 1" to "Trade: type 7".
_NUMBERED = (
    ("Business Entity Type", 3, "Company", "Entreprise"),
    ("Industry: type", 13, "Industry", "Industrie"),
    ("Trade: type", 7, "Trade", "Commerce"),
    ("Transport: type", 4, "Transport", "Transport"),
)
EMPLOYERS = {
    "Advertising": ("Advertising", "Publicité"),
    "Agriculture": ("Agriculture", "Agriculture"),
    "Bank": ("Bank", "Banque"),
    "Cleaning": ("Cleaning", "Nettoyage"),
    "Construction": ("Construction", "Construction"),
    "Culture": ("Culture", "Culture"),
    "Electricity": ("Electricity", "Électricité"),
    "Emergency": ("Emergency services", "Services d'urgence"),
    "Government": ("Government", "Administration"),
    "Hotel": ("Hotel", "Hôtellerie"),
    "Housing": ("Housing", "Habitat"),
    "Insurance": ("Insurance", "Assurance"),
    "Kindergarten": ("Nursery school", "École maternelle"),
    "Legal Services": ("Legal services", "Services juridiques"),
    "Medicine": ("Medicine", "Médecine"),
    "Military": ("Armed forces", "Armée"),
    "Mobile": ("Mobile telephony", "Téléphonie mobile"),
    "Other": ("Other", "Autre"),
    "Police": ("Police", "Police"),
    "Postal": ("Postal services", "Services postaux"),
    "Realtor": ("Estate agency", "Agence immobilière"),
    "Religion": ("Religion", "Religion"),
    "Restaurant": ("Restaurant", "Restauration"),
    "School": ("School", "École"),
    "Security": ("Security", "Sécurité"),
    "Security Ministries": ("Security ministries", "Ministères de sécurité"),
    "Self-employed": ("Self-employed", "Indépendant"),
    "Services": ("Services", "Services"),
    "Telecom": ("Telecommunications", "Télécommunications"),
    "University": ("University", "Université"),
    **{
        f"{value} {n}": (f"{en}, type {n}", f"{fr}, type {n}")
        for value, most, en, fr in _NUMBERED
        for n in range(1, most + 1)
    },
}
FUNDS = {
    "not specified": ("Not specified", "Non précisé"),
    "org spec account": (
        "Special account of the organisation",
        "Compte spécial de l'organisme",
    ),
    "reg oper account": (
        "Account of the regional operator",
        "Compte de l'opérateur régional",
    ),
    "reg oper spec account": (
        "Special account of the regional operator",
        "Compte spécial de l'opérateur régional",
    ),
}
HOUSES = {
    "block of flats": ("Block of flats", "Immeuble d'appartements"),
    "specific housing": ("Special housing", "Logement particulier"),
    "terraced house": ("Terraced house", "Maison mitoyenne"),
}
WALLS = {
    "Block": ("Blocks", "Blocs"),
    "Mixed": ("Mixed", "Mixte"),
    "Monolithic": ("Cast concrete", "Béton coulé"),
    "Others": ("Other", "Autre"),
    "Panel": ("Panels", "Panneaux"),
    "Stone, brick": ("Stone or brick", "Pierre ou brique"),
    "Wooden": ("Wood", "Bois"),
}
YES_OR_NO = {"Y": ("Yes", "Oui"), "N": ("No", "Non")}
YES_OR_NO |= {"Yes": ("Yes", "Oui"), "No": ("No", "Non")}
