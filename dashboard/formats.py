"""Numbers, durations, amounts and moments as an officer reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

from answers import Value

NOT_GIVEN = "not given"
NO_VALUE = {"", "XNA", "XAP"}
NO_DAYS = 365243
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
MAX_DECIMALS = 6


def percent(share: float, decimals: int = 1) -> str:
    """0.0413 is "4.1 %"."""
    return f"{100 * share:.{decimals}f} %"


def percents_apart(first: float, second: float) -> tuple[str, str]:
    """Both shares in %, with as many decimals as show which one is larger."""
    for decimals in range(1, MAX_DECIMALS):
        texts = percent(first, decimals), percent(second, decimals)
        if texts[0] != texts[1] or first == second:
            return texts
    return percent(first, MAX_DECIMALS), percent(second, MAX_DECIMALS)


def amount(number: float) -> str:
    """Grouped in thousands, with cents only where there are any: "406,597.50"."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"


def plain(number: float) -> str:
    """At most three significant decimals, no needless zeros: "0.631", "12"."""
    if float(number).is_integer() or abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:,.3g}" if abs(number) < 1 else f"{number:,.2f}"


def duration(days: float) -> str:
    """A positive number of days in the two largest units: "3 years 2 months"."""
    whole = round(days)
    if whole < 60:
        return _counted(whole, "day") if days == whole else f"{days:.1f} days"
    months = round(whole / DAYS_PER_MONTH)
    years, rest = divmod(months, 12)
    if not years:
        return _counted(months, "month")
    return _counted(years, "year") + (f" {_counted(rest, 'month')}" if rest else "")


def days_from_application(days: float) -> str:
    """Days counted from the application, negative before it, in words."""
    if days == 0:
        return "on the day"
    return f"{duration(abs(days))} {'ago' if days < 0 else 'after'}"


def age(days: float) -> str:
    """Days since birth, counted from the application: -13500 is "36 years old"."""
    return f"{int(abs(days) / DAYS_PER_YEAR)} years old"


def value_text(value: Value, unit: str, name: str = "") -> str:
    """A fact with its unit, for the column or feature `name`."""
    if value is None or (isinstance(value, str) and value.strip() in NO_VALUE):
        return NOT_GIVEN
    if unit == "flag" or isinstance(value, bool):
        return _flag(value)
    if isinstance(value, str):
        return value
    return _days(value, name) if unit == "days" else _number(value, unit)


def _days(days: float, name: str) -> str:
    if days == NO_DAYS:
        return NOT_GIVEN
    if name == "DAYS_BIRTH":
        return age(days)
    if name.startswith("DAYS_") or days < 0:
        return days_from_application(days)
    return duration(days)


def _number(number: float, unit: str) -> str:
    if unit == "currency":
        return amount(number)
    if unit == "share":
        return percent(number)
    if unit == "hour":
        return f"{int(number):02d}:00"
    if unit in {"years", "months"}:
        shown = f"{number:.0f}" if float(number).is_integer() else f"{number:.1f}"
        return f"{shown} {unit.rstrip('s') if shown == '1' else unit}"
    return plain(number)


def _flag(value: Value) -> str:
    words = {"1": "Yes", "Y": "Yes", "TRUE": "Yes", "YES": "Yes"}
    words |= {"0": "No", "N": "No", "FALSE": "No", "NO": "No"}
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, float) and 0 < value < 1:
        return percent(value)
    return words.get(text.upper(), text)


def moment(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M} {at.tzname() or ''}".strip()


def ago(elapsed: timedelta) -> str:
    """How long ago, roughly: "just now", "3 minutes ago", "2 days ago"."""
    minutes = int(elapsed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{_counted(minutes, 'minute')} ago"
    if minutes < 48 * 60:
        return f"{_counted(minutes // 60, 'hour')} ago"
    return f"{_counted(minutes // (24 * 60), 'day')} ago"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
