"""One row per application, which is one per client."""

from __future__ import annotations

from training.tables.kinds import (
    ACCOMPANIED,
    HOUR,
    WEEKDAY,
    amount,
    category,
    count,
    flag,
    identifier,
    past_day,
    people,
    planned_day,
    score,
    share,
)
from training.tables.schema import Column, Table, Type, Unit

_BIRTH = (-45000, 0)  # the oldest person on record lived 44,724 days

_BUILDING = (
    ("APARTMENTS", "Flats in the building", "Appartements de l'immeuble"),
    ("BASEMENTAREA", "Basement area", "Surface du sous-sol"),
    ("YEARS_BEGINEXPLUATATION", "Time in use", "Ancienneté d'usage"),
    ("YEARS_BUILD", "Age of the building", "Âge de l'immeuble"),
    ("COMMONAREA", "Shared area", "Parties communes"),
    ("ELEVATORS", "Lifts", "Ascenseurs"),
    ("ENTRANCES", "Entrances", "Entrées"),
    ("FLOORSMAX", "Highest number of floors", "Nombre maximal d'étages"),
    ("FLOORSMIN", "Lowest number of floors", "Nombre minimal d'étages"),
    ("LANDAREA", "Area of the plot", "Surface du terrain"),
    ("LIVINGAPARTMENTS", "Flats lived in", "Appartements habités"),
    ("LIVINGAREA", "Living area", "Surface habitable"),
    ("NONLIVINGAPARTMENTS", "Flats not lived in", "Appartements non habités"),
    ("NONLIVINGAREA", "Area not lived in", "Surface non habitable"),
)
_STATISTICS = (
    ("AVG", "average", "moyenne"),
    ("MODE", "most frequent", "valeur la plus fréquente"),
    ("MEDI", "middle value", "valeur médiane"),
)
_ENQUIRIES = (
    ("HOUR", "last hour", "dernière heure", "the hour before the application"),
    ("DAY", "last day", "dernier jour", "the day before, its last hour left out"),
    ("WEEK", "last week", "dernière semaine", "the week before, its last day left out"),
    ("MON", "last month", "dernier mois", "the month before, its last week left out"),
    ("QRT", "last quarter", "dernier trimestre", "3 months before, the last left out"),
    ("YEAR", "last year", "dernière année", "the year before, last 3 months left out"),
)

TARGET = flag(
    "TARGET",
    "Payment difficulties",
    "Difficultés de paiement",
    "1 when the client fell behind on an early instalment, else 0.",
)

TABLE = Table(
    "application",
    columns=(
        identifier(
            "SK_ID_CURR",
            "Client number",
            "Numéro de client",
            "Number of the client and of this application.",
        ),
        category(
            "NAME_CONTRACT_TYPE",
            "Type of loan",
            "Type de prêt",
            "Cash loan or revolving credit.",
            nullable=False,
        ),
        category(
            "CODE_GENDER", "Gender", "Sexe", "F or M; XNA where it was not recorded."
        ),
        category(
            "FLAG_OWN_CAR",
            "Owns a car",
            "Possède une voiture",
            "Y when the client owns a car, else N.",
            nullable=False,
        ),
        category(
            "FLAG_OWN_REALTY",
            "Owns a house or flat",
            "Propriétaire d'un logement",
            "Y when the client owns a house or a flat, else N.",
            nullable=False,
        ),
        people(
            "CNT_CHILDREN",
            "Number of children",
            "Nombre d'enfants",
            "How many children the client has.",
            type=Type.INTEGER,
            nullable=False,
        ),
        amount(
            "AMT_INCOME_TOTAL",
            "Annual income",
            "Revenu annuel",
            "Income that the client declares for a year.",
            nullable=False,
        ),
        amount(
            "AMT_CREDIT",
            "Loan amount",
            "Montant du prêt",
            "Amount to be lent.",
            nullable=False,
        ),
        amount(
            "AMT_ANNUITY",
            "Regular repayment",
            "Montant de l'échéance",
            "Amount of each regular repayment of the loan.",
        ),
        amount(
            "AMT_GOODS_PRICE",
            "Price of the goods",
            "Prix du bien financé",
            "Price of what a consumer loan pays for.",
        ),
        ACCOMPANIED,
        category(
            "NAME_INCOME_TYPE",
            "Source of income",
            "Source de revenus",
            "Where the income comes from: work, pension, business.",
            nullable=False,
        ),
        category(
            "NAME_EDUCATION_TYPE",
            "Level of education",
            "Niveau d'études",
            "Highest level of education reached.",
            nullable=False,
        ),
        category(
            "NAME_FAMILY_STATUS",
            "Family status",
            "Situation familiale",
            'Married, single, widowed and so on; "Unknown" occurs.',
        ),
        category(
            "NAME_HOUSING_TYPE",
            "Type of housing",
            "Type de logement",
            "Own home, rented flat, with parents and so on.",
            nullable=False,
        ),
        share(
            "REGION_POPULATION_RELATIVE",
            "Population of the region",
            "Population de la région",
            "Population of the region of residence, scaled: larger is more populous.",
        ),
        past_day(
            "DAYS_BIRTH",
            "Date of birth",
            "Date de naissance",
            "Birth, in days before the application (negative).",
            type=Type.INTEGER,
            nullable=False,
            bounds=_BIRTH,
        ),
        planned_day(
            "DAYS_EMPLOYED",
            "Start of current job",
            "Début de l'emploi actuel",
            "Start of the current job, in days before the application; 365243: no job.",
            type=Type.INTEGER,
        ),
        past_day(
            "DAYS_REGISTRATION",
            "Last change of registration",
            "Dernier changement d'inscription",
            "Last change of the client's registration, in days before the application.",
        ),
        past_day(
            "DAYS_ID_PUBLISH",
            "Last change of identity document",
            "Dernier changement de pièce d'identité",
            "Last change of the identity document, in days before the application.",
            type=Type.INTEGER,
        ),
        Column(
            "OWN_CAR_AGE",
            Type.NUMBER,
            "Age of the car",
            "Âge de la voiture",
            "Age of the client's car in years.",
            Unit.YEARS,
            bounds=(0, 200),
        ),
        flag(
            "FLAG_MOBIL",
            "Mobile phone given",
            "Téléphone mobile fourni",
            "1 when a mobile number was given.",
        ),
        flag(
            "FLAG_EMP_PHONE",
            "Employer's phone given",
            "Téléphone de l'employeur fourni",
            "1 when the employer's number was given.",
        ),
        flag(
            "FLAG_WORK_PHONE",
            "Work phone given",
            "Téléphone professionnel fourni",
            "1 when a number at work was given (a home phone in Kaggle's words).",
        ),
        flag(
            "FLAG_CONT_MOBILE",
            "Mobile phone reachable",
            "Téléphone mobile joignable",
            "1 when the client could be reached on the mobile number.",
        ),
        flag(
            "FLAG_PHONE",
            "Home phone given",
            "Téléphone fixe fourni",
            "1 when a home number was given.",
        ),
        flag(
            "FLAG_EMAIL",
            "E-mail given",
            "Adresse e-mail fournie",
            "1 when an e-mail address was given.",
        ),
        category(
            "OCCUPATION_TYPE",
            "Occupation",
            "Profession",
            "What the client does for a living.",
        ),
        people(
            "CNT_FAM_MEMBERS",
            "People in the family",
            "Personnes dans le foyer",
            "How many people the family has, the client included.",
        ),
        Column(
            "REGION_RATING_CLIENT",
            Type.INTEGER,
            "Rating of the region",
            "Note de la région",
            "The lender's rating of the region of residence, 1 to 3.",
            bounds=(1, 3),
        ),
        Column(
            "REGION_RATING_CLIENT_W_CITY",
            Type.INTEGER,
            "Rating of the region and city",
            "Note de la région et de la ville",
            "The lender's rating of region and city, 1 to 3; one real row holds -1.",
            bounds=(-1, 3),
        ),
        WEEKDAY,
        HOUR,
        flag(
            "REG_REGION_NOT_LIVE_REGION",
            "Registered and lives in different regions",
            "Inscription et domicile dans deux régions",
            "1 when the registered and contact addresses lie in different regions.",
        ),
        flag(
            "REG_REGION_NOT_WORK_REGION",
            "Registered and works in different regions",
            "Inscription et travail dans deux régions",
            "1 when the registered and work addresses lie in different regions.",
        ),
        flag(
            "LIVE_REGION_NOT_WORK_REGION",
            "Lives and works in different regions",
            "Domicile et travail dans deux régions",
            "1 when the contact and work addresses lie in different regions.",
        ),
        flag(
            "REG_CITY_NOT_LIVE_CITY",
            "Registered and lives in different cities",
            "Inscription et domicile dans deux villes",
            "1 when the registered and contact addresses lie in different cities.",
        ),
        flag(
            "REG_CITY_NOT_WORK_CITY",
            "Registered and works in different cities",
            "Inscription et travail dans deux villes",
            "1 when the registered and work addresses lie in different cities.",
        ),
        flag(
            "LIVE_CITY_NOT_WORK_CITY",
            "Lives and works in different cities",
            "Domicile et travail dans deux villes",
            "1 when the contact and work addresses lie in different cities.",
        ),
        category(
            "ORGANIZATION_TYPE",
            "Type of employer",
            "Type d'employeur",
            "Kind of organisation the client works for; XNA without a job.",
        ),
        score(
            "EXT_SOURCE_1",
            "Outside score 1",
            "Score externe 1",
            "First score from an outside source, scaled to 0-1; higher is safer.",
        ),
        score(
            "EXT_SOURCE_2",
            "Outside score 2",
            "Score externe 2",
            "Second score from an outside source, scaled to 0-1; higher is safer.",
        ),
        score(
            "EXT_SOURCE_3",
            "Outside score 3",
            "Score externe 3",
            "Third score from an outside source, scaled to 0-1; higher is safer.",
        ),
        *(
            score(
                f"{part}_{suffix}",
                f"{en}, {which_en}",
                f"{fr}, {which_fr}",
                "Fact about the building the client lives in, scaled to 0-1.",
            )
            for suffix, which_en, which_fr in _STATISTICS
            for part, en, fr in _BUILDING
        ),
        category(
            "FONDKAPREMONT_MODE",
            "Repair fund of the building",
            "Fonds de travaux de l'immeuble",
            "Which account pays for major repairs of the building.",
        ),
        category(
            "HOUSETYPE_MODE",
            "Type of building",
            "Type d'immeuble",
            "Block of flats, terraced house or specific housing.",
        ),
        score(
            "TOTALAREA_MODE",
            "Total area of the building",
            "Surface totale de l'immeuble",
            "Whole area of the building, scaled to 0-1.",
        ),
        category(
            "WALLSMATERIAL_MODE",
            "Material of the walls",
            "Matériau des murs",
            "What the walls of the building are made of.",
        ),
        category(
            "EMERGENCYSTATE_MODE",
            "Building in a dangerous state",
            "Immeuble en état de péril",
            "Yes when the building is in a state of emergency, else No.",
        ),
        count(
            "OBS_30_CNT_SOCIAL_CIRCLE",
            "Acquaintances watched for 30-day arrears",
            "Proches suivis pour retard de 30 jours",
            "People around the client who could be seen 30 days past due.",
        ),
        count(
            "DEF_30_CNT_SOCIAL_CIRCLE",
            "Acquaintances with 30-day arrears",
            "Proches en retard de 30 jours",
            "People around the client who fell 30 days past due.",
        ),
        count(
            "OBS_60_CNT_SOCIAL_CIRCLE",
            "Acquaintances watched for 60-day arrears",
            "Proches suivis pour retard de 60 jours",
            "People around the client who could be seen 60 days past due.",
        ),
        count(
            "DEF_60_CNT_SOCIAL_CIRCLE",
            "Acquaintances with 60-day arrears",
            "Proches en retard de 60 jours",
            "People around the client who fell 60 days past due.",
        ),
        past_day(
            "DAYS_LAST_PHONE_CHANGE",
            "Last change of phone",
            "Dernier changement de téléphone",
            "Last change of phone, in days before the application.",
        ),
        *(
            flag(
                f"FLAG_DOCUMENT_{number}",
                f"Document {number} handed in",
                f"Document {number} fourni",
                f"1 when document {number}, of a kind not told, was handed in.",
            )
            for number in range(2, 22)
        ),
        *(
            count(
                f"AMT_REQ_CREDIT_BUREAU_{period}",
                f"Credit file enquiries, {en}",
                f"Consultations du dossier de crédit, {fr}",
                f"Enquiries at the bureau about the client in {meaning}.",
            )
            for period, en, fr, meaning in _ENQUIRIES
        ),
    ),
    key=("SK_ID_CURR",),
)
