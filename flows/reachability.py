"""Who answers at a moment. Hours are those of the content, read on the clock of Europe/Amsterdam."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from flows.catalogue import Catalogue
from flows.catalogue.entries import ClosingDay, Contact

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
DAYS: Final = ("ma", "di", "wo", "do", "vr", "za", "zo")
HORIZON: Final = 21
"""How many days ahead an opening is looked for; no run of closed days is that long."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a contact answers at a moment.

    Attributes:
        contact: the contact asked about.
        open: whether somebody answers.
        opens_at: when somebody next answers, aware, in Europe/Amsterdam; None when open now or nothing is known.
        until: until when somebody answers; None round the clock or when closed.
    """

    contact: Contact
    open: bool
    opens_at: datetime | None = None
    until: datetime | None = None


def reach(catalogue: Catalogue, contact: Contact, at: datetime) -> Reach:
    """Return whether a contact answers at `at` (aware, any zone).

    Raises: ValueError if `at` is naive.
    Source: hours in flows/content/contacts.yaml, closing days in closing_days.yaml.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs an offset")
    if contact.hours == "always":
        return Reach(contact, open=True)
    if contact.hours is None or contact.status == "ended":
        return Reach(contact, open=False)
    today = at.astimezone(AMSTERDAM).date()
    for start, end in _spans(catalogue, contact, today - timedelta(days=1)):
        if end <= at:
            continue
        if start <= at:
            return Reach(contact, open=True, until=end.astimezone(AMSTERDAM))
        return Reach(contact, open=False, opens_at=start.astimezone(AMSTERDAM))
    return Reach(contact, open=False)


def _spans(catalogue: Catalogue, contact: Contact, first: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the opening spans from a day on, as moments in UTC, in order."""
    weekly = weekly_hours(contact)
    for offset in range(HORIZON + 1):
        day = first + timedelta(days=offset)
        spans = weekly[day.weekday()]
        if contact.closed_on_holidays or contact.holiday_hours:
            closing = closing_days(catalogue.closing_days, day.year)
            if day in closing:
                spans = contact.holiday_hours
        for span in spans:
            start, end = span.split("-")
            yield _moment(day, start), _moment(day + timedelta(days=int(end <= start)), end)


def _moment(day: date, clock: str) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), AMSTERDAM).astimezone(UTC)


@lru_cache(maxsize=256)
def _weekly(hours: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, ...], ...]:
    week: list[tuple[str, ...]] = [()] * 7
    for days, spans in hours:
        first, _, last = days.partition("-")
        for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
            week[day] = tuple(sorted(spans))
    return tuple(week)


def weekly_hours(contact: Contact) -> tuple[tuple[str, ...], ...]:
    """Return the spans of each weekday, Monday first. Raises ValueError for a day that does not exist."""
    if not isinstance(contact.hours, dict):
        return ((),) * 7
    return _weekly(tuple(contact.hours.items()))


@lru_cache(maxsize=64)
def closing_days(days: tuple[ClosingDay, ...], year: int) -> Mapping[date, str]:
    """Return the closing days of a year with their Dutch names."""
    found: dict[date, str] = {}
    for entry in days:
        if not entry.closed:
            continue
        if entry.yearly is None:
            day = easter(year) + timedelta(days=entry.easter or 0)
        else:
            day = date.fromisoformat(f"{year:04}-{entry.yearly}")
            if entry.on_sunday and day.weekday() == 6:
                day = date.fromisoformat(f"{year:04}-{entry.on_sunday}")
        found[day] = entry.label
    return found
