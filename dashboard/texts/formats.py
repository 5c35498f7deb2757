"""Numbers, durations, amounts and moments as an officer reads them, by locale."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    is_currency,
)
from babel.units import format_unit

from api_client.cache import current_model
from api_client.meaning import Descriptor, Value
from config import settings
from session.language import _, locale, timezone

BIRTH, DATE = "birth", "date"
# As ISO 4217 has it.
NO_CURRENCY = "XXX"
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
MAX_DECIMALS = 6
FEW_DAYS = 60


def not_given() -> str:
    return _("not given")


def percent(share: float, decimals: int = 1) -> str:
    """0.0413 is "4.1%"."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_percent(share, pattern + percent_sign(), locale=locale())


def percent_sign() -> str:
    return str(Locale.parse(locale()).percent_formats[None].pattern).lstrip("#,0")


def decimal_and_group() -> str:
    """The two signs that a locale sets in a number, as Plotly takes them."""
    signs = Locale.parse(locale()).number_symbols["latn"]
    return str(signs["decimal"] + signs["group"])


def percents_apart(first: float, second: float) -> tuple[str, str]:
    """Both shares in %, with as many decimals as show which one is larger."""
    for decimals in range(1, MAX_DECIMALS):
        texts = percent(first, decimals), percent(second, decimals)
        if texts[0] != texts[1] or first == second:
            return texts
    return percent(first, MAX_DECIMALS), percent(second, MAX_DECIMALS)


def amount(number: float) -> str:
    """In the lender's currency, with cents only where there are any: "€406,597.50"."""
    pattern = Locale.parse(locale()).currency_formats["standard"].pattern
    if float(number).is_integer():
        pattern = pattern.replace(".00", "")
    return format_currency(
        number,
        currency(),
        pattern,
        locale=locale(),
        currency_digits=False,
    )


def bare_amount(number: float) -> str:
    """As `amount`, without the currency: "406,597.50"."""
    return decimal(number, 0 if float(number).is_integer() else 2)


def currency_sign() -> str:
    return str(get_currency_symbol(currency(), locale=locale()))


def currency() -> str:
    """The one that is set, or the one in which the lender keeps its amounts."""
    code = settings().currency or current_model().currency
    # What the API says is a text like any other, and may be no currency's code.
    return code if is_currency(code) else NO_CURRENCY


def decimal(number: float, decimals: int) -> str:
    """With exactly so many decimals: "0.497"."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(number, pattern, locale=locale())


def plain(number: float) -> str:
    """At most three significant decimals, no needless zeros: "0.631", "12"."""
    if float(number).is_integer() or abs(number) >= 1000:
        return decimal(number, 0)
    if abs(number) >= 1:
        return decimal(number, 2)
    return format_decimal(float(f"{number:.3g}"), "0.######", locale=locale())


def exact(number: float) -> str:
    """As a rule has it: no digit is left out."""
    return format_decimal(number, "#,##0.############", locale=locale())


def exact_percent(share: float) -> str:
    pattern = f"#,##0.##########{percent_sign()}"
    return format_percent(share, pattern, locale=locale())


def whole(number: int) -> str:
    return decimal(number, 0)


def duration(days: float) -> str:
    """A positive number of days in the two largest units: "3 years 2 months"."""
    rounded = round(days)
    if rounded < FEW_DAYS:
        return _unit(round(days, 1), "day")
    years, rest = divmod(round(rounded / DAYS_PER_MONTH), 12)
    parts = [_unit(years, "year")] if years else []
    parts += [_unit(rest, "month")] if rest or not years else []
    return " ".join(parts)


def days(number: float) -> str:
    """Exactly so many: "400 days"."""
    return _unit(number, "day")


def days_from_application(days: float) -> str:
    """Days counted from the application, negative before it, in words."""
    if days == 0:
        return _("on the day")
    if days < 0:
        return _("{duration} ago", duration=duration(-days))
    return _("{duration} after", duration=duration(days))


def age(days: float) -> str:
    """Days since birth, counted from the application: -13500 is "36 years"."""
    return _unit(int(abs(days) / DAYS_PER_YEAR), "year")


def years(days: float) -> str:
    """Days since birth to a tenth of a year: 6570 is "18 years"."""
    return _unit(round(days / DAYS_PER_YEAR, 1), "year")


def value_text(value: Value, what: Descriptor) -> str:
    """A value of a column or feature, with its unit."""
    if value is None or value == "" or value in what.missing:
        return not_given()
    if what.unit == "flag":
        return _flag(value)
    if isinstance(value, str):
        return what.word(value)
    return _days(value, what.role) if what.unit == "days" else _number(value, what.unit)


def _days(days: float, role: str) -> str:
    if role == BIRTH:
        return age(days)
    if role == DATE or days < 0:
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
        counted = _unit(round(abs(number), 1), unit.rstrip("s"))
        return _("{duration} ago", duration=counted) if number < 0 else counted
    return plain(number)


def _flag(value: Value) -> str:
    if isinstance(value, float) and 0 < value < 1:
        return percent(value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    if text.upper() in {"1", "Y", "TRUE", "YES"}:
        return _("Yes")
    return _("No") if text.upper() in {"0", "N", "FALSE", "NO"} else text


def moment(at: datetime) -> str:
    """By the clock of whoever looks; by UTC, and so named, where that is not known."""
    zone = timezone()
    pattern = "d MMM y, HH:mm" + (" 'UTC'" if zone == UTC else "")
    return format_datetime(at, pattern, tzinfo=zone, locale=locale())


def clock(at: datetime) -> str:
    """What is soon: the time alone, as `moment` has it."""
    zone = timezone()
    pattern = "HH:mm" + (" 'UTC'" if zone == UTC else "")
    return format_datetime(at, pattern, tzinfo=zone, locale=locale())


def day(at: datetime) -> str:
    return format_datetime(at, "d MMM y", tzinfo=timezone(), locale=locale())


def calendar_day(text: str) -> str:
    """A day as the API writes it, 2027-01-31; another text stays as it is."""
    try:
        return format_date(date.fromisoformat(text), "d MMM y", locale=locale())
    except ValueError:
        return text


def today() -> date:
    """Where whoever looks is."""
    return datetime.now(timezone()).date()


def ago(elapsed: timedelta) -> str:
    """How long ago, roughly: "just now", "3 minutes ago", "2 days ago"."""
    if elapsed < timedelta(minutes=1):
        return _("just now")
    return format_timedelta(-elapsed, add_direction=True, locale=locale())


def _unit(number: float, unit: str) -> str:
    shown = int(number) if float(number).is_integer() else number
    return format_unit(shown, f"duration-{unit}", locale=locale())
