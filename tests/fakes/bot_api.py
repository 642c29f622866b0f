"""A Bot API server for tests: real semantics, people who write and press, faults, checked shapes."""

from tests.fakes.botapi.chats import SentFile, Shown
from tests.fakes.botapi.faults import Fault, Faults
from tests.fakes.botapi.keyboards import Button
from tests.fakes.botapi.log import Entry
from tests.fakes.botapi.people import Deed, Group, Person
from tests.fakes.botapi.schema import UncheckedRequestsWarning, find_schema
from tests.fakes.botapi.server import FakeBotApi, ShapeError

__all__ = [
    "Button",
    "Deed",
    "Entry",
    "FakeBotApi",
    "Fault",
    "Faults",
    "Group",
    "Person",
    "SentFile",
    "ShapeError",
    "Shown",
    "UncheckedRequestsWarning",
    "find_schema",
]
