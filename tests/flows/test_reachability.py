"""Who answers at a moment: hours, closing days, both clock changes."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest

from flows.catalogue import Catalogue
from flows.catalogue.entries import Contact
from flows.reachability import AMSTERDAM, closing_days, reach


def line(**changes: object) -> Contact:
    fields = {"id": "x", "name": "X", "for": "X.", "say": "X.", "sources": ("x",), "hours": {"ma-vr": ("09:00-17:00",)}}
    return Contact.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("at", "is_open", "opens_at"),
    [
        ("2026-11-24T09:00:00+01:00", True, None),
        ("2026-11-24T08:59:59+01:00", False, "2026-11-24T09:00:00+01:00"),
        ("2026-11-24T17:00:00+01:00", False, "2026-11-25T09:00:00+01:00"),
        ("2026-11-27T17:00:00+01:00", False, "2026-11-30T09:00:00+01:00"),
        ("2026-12-24T18:00:00+01:00", False, "2026-12-28T09:00:00+01:00"),
        ("2027-03-25T18:00:00+01:00", False, "2027-03-30T09:00:00+02:00"),
        ("2026-11-24T08:00:00+00:00", True, None),
        ("2026-07-01T07:30:00+00:00", True, None),
    ],
)
def test_weekday_hours(catalogue: Catalogue, at: str, is_open: bool, opens_at: str | None) -> None:
    found = reach(catalogue, line(), datetime.fromisoformat(at))
    assert found.open == is_open
    assert (found.opens_at.isoformat() if found.opens_at else None) == opens_at


def test_a_line_over_midnight_and_a_lunch_break(catalogue: Catalogue) -> None:
    night = line(hours={"ma-zo": ("22:00-06:00",)}, closed_on_holidays=False)
    assert reach(catalogue, night, datetime.fromisoformat("2026-11-24T03:00:00+01:00")).open
    assert not reach(catalogue, night, datetime.fromisoformat("2026-11-24T06:00:00+01:00")).open
    lunch = line(hours={"ma-vr": ("13:00-17:00", "09:00-12:00")})
    closed = reach(catalogue, lunch, datetime.fromisoformat("2026-11-24T12:30:00+01:00"))
    assert closed.opens_at is not None
    assert closed.opens_at.hour == 13


def test_holiday_hours_take_the_place_of_the_week(catalogue: Catalogue) -> None:
    meld = catalogue.contacts["meld-misdaad-anoniem"]
    assert not reach(catalogue, meld, datetime.fromisoformat("2026-12-25T08:30:00+01:00")).open
    assert reach(catalogue, meld, datetime.fromisoformat("2026-12-25T16:30:00+01:00")).open


@pytest.mark.parametrize("change", ["2026-03-29T01:00:00+00:00", "2026-10-25T01:00:00+00:00"])
def test_both_clock_changes(catalogue: Catalogue, change: str) -> None:
    """An hour that is skipped or comes twice: every moment has an answer, and openings keep their time on the wall."""
    night = line(hours={"ma-zo": ("02:15-02:45",)}, closed_on_holidays=False)
    start = datetime.fromisoformat(change) - timedelta(hours=3)
    for minutes in range(0, 360, 15):
        at = start + timedelta(minutes=minutes)
        for contact in (night, line()):
            found = reach(catalogue, contact, at)
            assert found.open or (found.opens_at is not None and found.opens_at > at)


def test_a_moment_no_clock_shows_is_valid(catalogue: Catalogue) -> None:
    assert not reach(catalogue, line(), datetime.fromisoformat("2027-03-28T02:30:00+01:00")).open


def test_a_moment_without_offset_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="offset"):
        reach(catalogue, line(), datetime(2026, 11, 24, 10))  # noqa: DTZ001


def test_the_closing_days_are_the_public_holidays(catalogue: Catalogue) -> None:
    """An independent list: the package `holidays`, which omits 5 May in most years."""
    for year in range(2024, 2060):
        ours = set(closing_days(catalogue.closing_days, year))
        theirs = set(holidays.country_holidays("NL", years=year))
        assert ours - {date(year, 5, 5)} == theirs - {date(year, 5, 5)}, year
        assert date(year, 5, 5) in ours


def test_at_every_hour_somebody_answers_in_every_region(catalogue: Catalogue) -> None:
    at = datetime(2026, 12, 24, tzinfo=UTC)
    for hours in range(24 * 5):
        moment = at + timedelta(hours=hours)
        for key in ("112", "politie", "veilig-thuis"):
            assert reach(catalogue, catalogue.contacts[key], moment).open
    assert AMSTERDAM.key == "Europe/Amsterdam"
