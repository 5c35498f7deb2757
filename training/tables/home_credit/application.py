"""One row per application, which is one per client."""

from __future__ import annotations

from dataclasses import replace

from training.language import _
from training.tables.home_credit import words
from training.tables.home_credit.kinds import (
    ACCOMPANIED,
    HOUR,
    WEEKDAY,
    amount,
    category,
    client_number,
    count,
    flag,
    past_day,
    people,
    planned_day,
    score,
    share,
)
from training.tables.schema import (
    Column,
    Origin,
    Role,
    Table,
    Term,
    Type,
    Unit,
    Use,
)

# In the order in which they are read.
SECTIONS = (
    LOAN := _("The loan asked for"),
    PERSON := _("The client"),
    WORK := _("Work and income"),
    HOME := _("Home and car"),
    SCORES := _("Scores from outside"),
    ENQUIRIES := _("Credit bureau enquiries"),
    ACQUAINTANCES := _("People around the client"),
    CONTACT := _("Contact and papers"),
    PLACE := _("Where the client lives and works"),
    DOCUMENTS := _("Documents handed in"),
    BUILDING := _("The building the client lives in"),
)

_BIRTH = (-45000, 0)  # the oldest person on record lived 44,724 days

_BUILDING = (
    ("APARTMENTS", _("Flats in the building")),
    ("BASEMENTAREA", _("Basement area")),
    ("YEARS_BEGINEXPLUATATION", _("Time in use")),
    ("YEARS_BUILD", _("Age of the building")),
    ("COMMONAREA", _("Shared area")),
    ("ELEVATORS", _("Lifts")),
    ("ENTRANCES", _("Entrances")),
    ("FLOORSMAX", _("Highest number of floors")),
    ("FLOORSMIN", _("Lowest number of floors")),
    ("LANDAREA", _("Area of the plot")),
    ("LIVINGAPARTMENTS", _("Flats lived in")),
    ("LIVINGAREA", _("Living area")),
    ("NONLIVINGAPARTMENTS", _("Flats not lived in")),
    ("NONLIVINGAREA", _("Area not lived in")),
)
_STATISTICS = (
    ("AVG", _("average")),
    ("MODE", _("most frequent")),
    ("MEDI", _("middle value")),
)
_ENQUIRIES = (
    ("HOUR", _("Credit file enquiries, last hour"), "the hour before the application"),
    (
        "DAY",
        _("Credit file enquiries, last day"),
        "the day before, its last hour left out",
    ),
    (
        "WEEK",
        _("Credit file enquiries, last week"),
        "the week before, its last day left out",
    ),
    (
        "MON",
        _("Credit file enquiries, last month"),
        "the month before, its last week left out",
    ),
    (
        "QRT",
        _("Credit file enquiries, last quarter"),
        "3 months before, the last left out",
    ),
    (
        "YEAR",
        _("Credit file enquiries, last year"),
        "the year before, last 3 months left out",
    ),
)

TARGET = flag(
    "TARGET",
    _("Payment difficulties"),
    "1 when the client fell behind on an early instalment, else 0.",
)

TABLE = Table(
    "application",
    columns=(
        client_number(
            "SK_ID_CURR",
            _("Client number"),
            "Number of the client and of this application.",
        ),
        category(
            "NAME_CONTRACT_TYPE",
            _("Type of loan"),
            "Cash loan or revolving credit.",
            nullable=False,
            role=Role.PRODUCT,
            section=LOAN,
            words=words.LOAN_TYPES,
        ),
        category(
            "CODE_GENDER",
            _("Gender"),
            "F or M; XNA where it was not recorded.",
            section=PERSON,
            words=words.GENDERS,
        ),
        category(
            "FLAG_OWN_CAR",
            _("Owns a car"),
            "Y when the client owns a car, else N.",
            nullable=False,
            section=HOME,
            words=words.Y_OR_N,
        ),
        category(
            "FLAG_OWN_REALTY",
            _("Owns a house or flat"),
            "Y when the client owns a house or a flat, else N.",
            nullable=False,
            section=HOME,
            words=words.Y_OR_N,
        ),
        people(
            "CNT_CHILDREN",
            _("Number of children"),
            "How many children the client has.",
            type=Type.INTEGER,
            nullable=False,
            section=PERSON,
        ),
        amount(
            "AMT_INCOME_TOTAL",
            _("Income as declared"),
            "Income that the client declares; of which period is not told.",
            nullable=False,
            role=Role.INCOME,
            section=WORK,
        ),
        amount(
            "AMT_CREDIT",
            _("Loan amount"),
            "Amount to be lent.",
            nullable=False,
            role=Role.AMOUNT,
            term=Term((0.3, 1.3), 1.0),
            section=LOAN,
        ),
        amount(
            "AMT_ANNUITY",
            _("Instalment"),
            "Amount of each instalment of the loan.",
            role=Role.INSTALMENT,
            section=LOAN,
        ),
        Column(
            "CNT_PAYMENT",
            Type.INTEGER,
            _("Number of instalments"),
            "How many monthly repayments there are.",
            Unit.MONTHS,
            bounds=(1, 600),
            role=Role.INSTALMENTS,
            term=Term((0.1, 10.0), 0.5),
            section=LOAN,
            use=Use.NONE,
            optional=True,
        ),
        amount(
            "AMT_GOODS_PRICE",
            _("Price of the goods"),
            "Price of what a consumer loan pays for.",
            role=Role.GOODS_PRICE,
            term=Term((0.5, 1.0), 0.5),
            section=LOAN,
        ),
        replace(ACCOMPANIED, section=LOAN),
        category(
            "NAME_INCOME_TYPE",
            _("Source of income"),
            "Where the income comes from: work, pension, business.",
            nullable=False,
            section=WORK,
            words=words.INCOMES,
        ),
        category(
            "NAME_EDUCATION_TYPE",
            _("Level of education"),
            "Highest level of education reached.",
            nullable=False,
            section=PERSON,
            words=words.EDUCATION,
        ),
        category(
            "NAME_FAMILY_STATUS",
            _("Family status"),
            'Married, single, widowed and so on; "Unknown" occurs.',
            section=PERSON,
            words=words.FAMILY,
        ),
        category(
            "NAME_HOUSING_TYPE",
            _("Type of housing"),
            "Own home, rented flat, with parents and so on.",
            nullable=False,
            section=HOME,
            words=words.HOUSING,
        ),
        share(
            "REGION_POPULATION_RELATIVE",
            _("Population of the region"),
            "Population of the region of residence, scaled: larger is more populous.",
            section=PLACE,
        ),
        past_day(
            "DAYS_BIRTH",
            _("Age"),
            "Birth, in days before the application (negative).",
            type=Type.INTEGER,
            nullable=False,
            bounds=_BIRTH,
            role=Role.BIRTH,
            section=PERSON,
        ),
        planned_day(
            "DAYS_EMPLOYED",
            _("Start of current job"),
            "Start of the current job, in days before the application; 365243: no job.",
            type=Type.INTEGER,
            section=WORK,
        ),
        past_day(
            "DAYS_REGISTRATION",
            _("Last change of registration"),
            "Last change of the client's registration, in days before the application.",
            section=CONTACT,
        ),
        past_day(
            "DAYS_ID_PUBLISH",
            _("Last change of identity document"),
            "Last change of the identity document, in days before the application.",
            type=Type.INTEGER,
            section=CONTACT,
        ),
        Column(
            "OWN_CAR_AGE",
            Type.NUMBER,
            _("Age of the car"),
            "Age of the client's car in years.",
            Unit.YEARS,
            bounds=(0, 200),
            section=HOME,
        ),
        flag(
            "FLAG_MOBIL",
            _("Mobile phone given"),
            "1 when a mobile number was given.",
            section=CONTACT,
        ),
        flag(
            "FLAG_EMP_PHONE",
            _("Employer's phone given"),
            "1 when the employer's number was given.",
            section=CONTACT,
        ),
        flag(
            "FLAG_WORK_PHONE",
            _("Work phone given"),
            "1 when a number at work was given (a home phone in Kaggle's words).",
            section=CONTACT,
        ),
        flag(
            "FLAG_CONT_MOBILE",
            _("Mobile phone reachable"),
            "1 when the client could be reached on the mobile number.",
            section=CONTACT,
        ),
        flag(
            "FLAG_PHONE",
            _("Home phone given"),
            "1 when a home number was given.",
            section=CONTACT,
        ),
        flag(
            "FLAG_EMAIL",
            _("E-mail given"),
            "1 when an e-mail address was given.",
            section=CONTACT,
        ),
        category(
            "OCCUPATION_TYPE",
            _("Occupation"),
            "What the client does for a living.",
            section=WORK,
            words=words.OCCUPATIONS,
        ),
        people(
            "CNT_FAM_MEMBERS",
            _("People in the family"),
            "How many people the family has, the client included.",
            section=PERSON,
        ),
        Column(
            "REGION_RATING_CLIENT",
            Type.INTEGER,
            _("Rating of the region"),
            "The lender's rating of the region of residence, 1 to 3.",
            bounds=(1, 3),
            section=PLACE,
        ),
        Column(
            "REGION_RATING_CLIENT_W_CITY",
            Type.INTEGER,
            _("Rating of the region and city"),
            "The lender's rating of region and city, 1 to 3; one real row holds -1.",
            bounds=(-1, 3),
            section=PLACE,
        ),
        replace(WEEKDAY, section=LOAN),
        replace(HOUR, section=LOAN),
        flag(
            "REG_REGION_NOT_LIVE_REGION",
            _("Registered and lives in different regions"),
            "1 when the registered and contact addresses lie in different regions.",
            section=PLACE,
        ),
        flag(
            "REG_REGION_NOT_WORK_REGION",
            _("Registered and works in different regions"),
            "1 when the registered and work addresses lie in different regions.",
            section=PLACE,
        ),
        flag(
            "LIVE_REGION_NOT_WORK_REGION",
            _("Lives and works in different regions"),
            "1 when the contact and work addresses lie in different regions.",
            section=PLACE,
        ),
        flag(
            "REG_CITY_NOT_LIVE_CITY",
            _("Registered and lives in different cities"),
            "1 when the registered and contact addresses lie in different cities.",
            section=PLACE,
        ),
        flag(
            "REG_CITY_NOT_WORK_CITY",
            _("Registered and works in different cities"),
            "1 when the registered and work addresses lie in different cities.",
            section=PLACE,
        ),
        flag(
            "LIVE_CITY_NOT_WORK_CITY",
            _("Lives and works in different cities"),
            "1 when the contact and work addresses lie in different cities.",
            section=PLACE,
        ),
        category(
            "ORGANIZATION_TYPE",
            _("Type of employer"),
            "Kind of organisation the client works for; XNA without a job.",
            section=WORK,
            words=words.EMPLOYERS,
        ),
        score(
            "EXT_SOURCE_1",
            _("Outside score 1"),
            "First score from an outside source, scaled to 0-1; higher is safer.",
            section=SCORES,
            lowers_risk=True,
        ),
        score(
            "EXT_SOURCE_2",
            _("Outside score 2"),
            "Second score from an outside source, scaled to 0-1; higher is safer.",
            section=SCORES,
            lowers_risk=True,
        ),
        score(
            "EXT_SOURCE_3",
            _("Outside score 3"),
            "Third score from an outside source, scaled to 0-1; higher is safer.",
            section=SCORES,
            lowers_risk=True,
        ),
        *(
            score(
                f"{part}_{suffix}",
                _("{fact}, {statistic}", fact=fact, statistic=statistic),
                "Fact about the building the client lives in, scaled to 0-1.",
                section=BUILDING,
            )
            for suffix, statistic in _STATISTICS
            for part, fact in _BUILDING
        ),
        category(
            "FONDKAPREMONT_MODE",
            _("Repair fund of the building"),
            "Which account pays for major repairs of the building.",
            section=BUILDING,
            words=words.FUNDS,
        ),
        category(
            "HOUSETYPE_MODE",
            _("Type of building"),
            "Block of flats, terraced house or specific housing.",
            section=BUILDING,
            words=words.HOUSES,
        ),
        score(
            "TOTALAREA_MODE",
            _("Total area of the building"),
            "Whole area of the building, scaled to 0-1.",
            section=BUILDING,
        ),
        category(
            "WALLSMATERIAL_MODE",
            _("Material of the walls"),
            "What the walls of the building are made of.",
            section=BUILDING,
            words=words.WALLS,
        ),
        category(
            "EMERGENCYSTATE_MODE",
            _("Building in a dangerous state"),
            "Yes when the building is in a state of emergency, else No.",
            section=BUILDING,
            words=words.YES_OR_NO,
        ),
        count(
            "OBS_30_CNT_SOCIAL_CIRCLE",
            _("Acquaintances watched for 30-day arrears"),
            "People around the client who could be seen 30 days past due.",
            section=ACQUAINTANCES,
        ),
        count(
            "DEF_30_CNT_SOCIAL_CIRCLE",
            _("Acquaintances with 30-day arrears"),
            "People around the client who fell 30 days past due.",
            section=ACQUAINTANCES,
        ),
        count(
            "OBS_60_CNT_SOCIAL_CIRCLE",
            _("Acquaintances watched for 60-day arrears"),
            "People around the client who could be seen 60 days past due.",
            section=ACQUAINTANCES,
        ),
        count(
            "DEF_60_CNT_SOCIAL_CIRCLE",
            _("Acquaintances with 60-day arrears"),
            "People around the client who fell 60 days past due.",
            section=ACQUAINTANCES,
        ),
        past_day(
            "DAYS_LAST_PHONE_CHANGE",
            _("Last change of phone"),
            "Last change of phone, in days before the application.",
            section=CONTACT,
        ),
        *(
            flag(
                f"FLAG_DOCUMENT_{number}",
                _("Document {number} handed in", number=number),
                f"1 when document {number}, of a kind not told, was handed in.",
                section=DOCUMENTS,
            )
            for number in range(2, 22)
        ),
        *(
            count(
                f"AMT_REQ_CREDIT_BUREAU_{period}",
                labels,
                f"Enquiries at the bureau about the client in {meaning}.",
                section=ENQUIRIES,
                raises_risk=True,
            )
            for period, labels, meaning in _ENQUIRIES
        ),
    ),
    origin=Origin.APPLICATION,
    key=("SK_ID_CURR",),
    sections=SECTIONS,
)
