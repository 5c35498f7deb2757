"""What people call the application's categories."""

from __future__ import annotations

from training.language import _

LOAN_TYPES = {
    "Cash loans": _("Cash loan"),
    "Revolving loans": _("Revolving credit"),
}
GENDERS = {
    "F": _("Woman"),
    "M": _("Man"),
}
COMPANY = {
    "Children": _("Children"),
    "Family": _("Family members"),
    "Group of people": _("Group of people"),
    "Other_A": _("Other, A"),
    "Other_B": _("Other, B"),
    "Spouse, partner": _("Spouse or partner"),
    "Unaccompanied": _("Unaccompanied"),
}
INCOMES = {
    "Commercial associate": _("Commercial associate"),
    "Businessman": _("Business owner"),
    "Maternity leave": _("Maternity leave"),
    "Student": _("Student"),
    "Unemployed": _("Unemployed"),
    "Pensioner": _("Pensioner"),
    "State servant": _("Civil servant"),
    "Working": _("Employed"),
}
EDUCATION = {
    "Academic degree": _("Academic degree"),
    "Higher education": _("Higher education"),
    "Incomplete higher": _("Higher education, not finished"),
    "Lower secondary": _("Lower secondary school"),
    "Secondary / secondary special": _("Secondary school"),
}
FAMILY = {
    "Civil marriage": _("Civil partnership"),
    "Married": _("Married"),
    "Separated": _("Separated"),
    "Single / not married": _("Single"),
    "Widow": _("Widowed"),
}
HOUSING = {
    "Co-op apartment": _("Cooperative flat"),
    "House / apartment": _("House or flat"),
    "Municipal apartment": _("Municipal flat"),
    "Office apartment": _("Flat provided by the employer"),
    "Rented apartment": _("Rented flat"),
    "With parents": _("With parents"),
}
OCCUPATIONS = {
    "Accountants": _("Accounting"),
    "Cleaning staff": _("Cleaning staff"),
    "Cooking staff": _("Kitchen staff"),
    "Core staff": _("Core staff"),
    "Drivers": _("Driver"),
    "HR staff": _("Human resources"),
    "High skill tech staff": _("Highly skilled technical staff"),
    "IT staff": _("Information technology staff"),
    "Laborers": _("Labourer"),
    "Low-skill Laborers": _("Unskilled labourer"),
    "Managers": _("Manager"),
    "Medicine staff": _("Medical staff"),
    "Private service staff": _("Personal services"),
    "Realty agents": _("Estate agent"),
    "Sales staff": _("Sales staff"),
    "Secretaries": _("Secretary"),
    "Security staff": _("Security staff"),
    "Waiters/barmen staff": _("Waiting and bar staff"),
}
WEEKDAYS = {
    "MONDAY": _("Monday"),
    "TUESDAY": _("Tuesday"),
    "WEDNESDAY": _("Wednesday"),
    "THURSDAY": _("Thursday"),
    "FRIDAY": _("Friday"),
    "SATURDAY": _("Saturday"),
    "SUNDAY": _("Sunday"),
}
# How many there are of each: "Trade: type 1" to "Trade: type 7".
_NUMBERED = (
    ("Business Entity Type", 3, _("Company")),
    ("Industry: type", 13, _("Industry")),
    ("Trade: type", 7, _("Trade")),
    ("Transport: type", 4, _("Transport")),
)
EMPLOYERS = {
    "Advertising": _("Advertising"),
    "Agriculture": _("Agriculture"),
    "Bank": _("Bank"),
    "Cleaning": _("Cleaning"),
    "Construction": _("Construction"),
    "Culture": _("Culture"),
    "Electricity": _("Electricity"),
    "Emergency": _("Emergency services"),
    "Government": _("Government"),
    "Hotel": _("Hotel"),
    "Housing": _("Housing companies"),
    "Insurance": _("Insurance"),
    "Kindergarten": _("Nursery school"),
    "Legal Services": _("Legal services"),
    "Medicine": _("Medicine"),
    "Military": _("Armed forces"),
    "Mobile": _("Mobile telephony"),
    "Other": _("Other"),
    "Police": _("Police"),
    "Postal": _("Postal services"),
    "Realtor": _("Estate agency"),
    "Religion": _("Religion"),
    "Restaurant": _("Restaurant"),
    "School": _("School"),
    "Security": _("Security"),
    "Security Ministries": _("Security ministries"),
    "Self-employed": _("Self-employed"),
    "Services": _("Services"),
    "Telecom": _("Telecommunications"),
    "University": _("University"),
    **{
        f"{value} {n}": _("{employer}, type {number}", employer=employer, number=n)
        for value, most, employer in _NUMBERED
        for n in range(1, most + 1)
    },
}
FUNDS = {
    "not specified": _("Not specified"),
    "org spec account": _("Special account of the organisation"),
    "reg oper account": _("Account of the regional operator"),
    "reg oper spec account": _("Special account of the regional operator"),
}
HOUSES = {
    "block of flats": _("Block of flats"),
    "specific housing": _("Special housing"),
    "terraced house": _("Terraced house"),
}
WALLS = {
    "Block": _("Blocks"),
    "Mixed": _("Mixed"),
    "Monolithic": _("Cast concrete"),
    "Others": _("Other"),
    "Panel": _("Panels"),
    "Stone, brick": _("Stone or brick"),
    "Wooden": _("Wood"),
}
Y_OR_N = {"Y": _("Yes"), "N": _("No")}
YES_OR_NO = {"Yes": _("Yes"), "No": _("No")}
