"""The web chat over HTTP: complete without JavaScript, protected, and nothing in the address."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.bot.conftest import SECRET

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Person:
    """Somebody with a browser without JavaScript."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self.http = http
        self.address = address
        self.html = ""

    async def get(self, path: str) -> aiohttp.ClientResponse:
        async with self.http.get(self.address + path.lstrip("/")) as response:
            self.html = await response.text()
            return response

    async def post(self, path: str, fields: list[tuple[str, str]]) -> aiohttp.ClientResponse:
        async with self.http.post(self.address + path.lstrip("/"), data=fields) as response:
            self.html = await response.text()
            return response

    def hidden(self) -> list[tuple[str, str]]:
        return re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.html)

    async def begin(self) -> None:
        await self.get("/")
        await self.post("/begin", self.hidden())

    async def press(self, action: str, *ticks: str) -> aiohttp.ClientResponse:
        assert f'value="{action}"' in self.html
        return await self.post("/gesprek", [*self.hidden(), *(("t", tick) for tick in ticks), ("a", action)])

    async def type(self, text: str) -> aiohttp.ClientResponse:
        return await self.post("/gesprek", [*self.hidden(), ("text", text), ("a", "")])


@pytest.fixture
async def person(address: str) -> AsyncIterator[Person]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Person(http, address)


async def test_the_first_page_shows_112_and_what_this_is(person: Person) -> None:
    response = await person.get("/")
    assert response.status == 200
    assert 'href="tel:112"' in person.html
    assert "geen oordeel" in person.html
    assert response.headers["Cache-Control"] == "no-store"
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_a_consult_to_its_advice(person: Person) -> None:
    await person.begin()
    for action in ("danger=nee", "age=volwassen", "setting=balie", "region=twente"):
        await person.press(action)
    await person.press("now=geen")
    await person.press("signals=list:papieren", "others-speak", "papers-handed-over")
    assert "Klaar, 2 gekozen" in person.html
    await person.press("signals=klaar", "papers-handed-over", "no-own-papers")
    await person.press("clarify=overslaan")
    await person.press("/advies")
    assert "stap 2, overleggen" in person.html
    assert "053-487 66 65" in person.html
    assert 'href="tel:0534876665"' in person.html
    assert "Waarom?" in person.html


async def test_ticks_are_not_lost_by_another_button(person: Person) -> None:
    await person.begin()
    for action in ("danger=nee", "age=volwassen", "setting=balie", "region=twente"):
        await person.press(action)
    await person.press("/overzicht", "leaves_soon")
    await person.press("/terug")
    assert re.search(r'value="leaves_soon" checked', person.html)


async def test_a_reload_repeats_nothing_and_keeps_the_notice(person: Person) -> None:
    await person.begin()
    old = person.hidden()
    await person.press("danger=nee")
    await person.post("/gesprek", [*old, ("a", "danger=ja")])
    assert "eerdere vraag" in person.html
    await person.get("/gesprek")
    assert "eerdere vraag" in person.html
    assert "jonger dan 18" in person.html


async def test_forms_are_protected(person: Person) -> None:
    await person.begin()
    response = await person.post("/gesprek", [("csrf", "0" * 32), ("a", "danger=nee")])
    assert response.status == 403
    assert "te oud" in person.html
    response = await person.post("/gesprek", [("a", "danger=nee")])
    assert response.status == 403
    await person.get("/gesprek")
    assert "Is er nu gevaar" in person.html


@pytest.mark.parametrize("text", ["nee", "2"])
async def test_typing_works(person: Person, text: str) -> None:
    await person.begin()
    await person.type(text)
    assert "jonger dan 18" in person.html


@pytest.mark.parametrize("text", ["", "🙃", "x" * 10_000, "<script>alert(1)</script>", "\u202eabc\x00", '"><b>'])
async def test_nonsense_is_answered_and_never_shown_again(person: Person, text: str) -> None:
    await person.begin()
    response = await person.type(text)
    assert response.status == 200
    assert "Is er nu gevaar" in person.html
    assert "<script>" not in person.html
    assert "<b>" not in person.html


async def test_too_much_is_refused_with_words(person: Person) -> None:
    await person.begin()
    response = await person.type("x" * 100_000)
    assert response.status == 413
    assert "te veel tekst" in person.html


@pytest.mark.parametrize("path", ["/onzin", "/uitleg/onzin"])
async def test_a_page_that_does_not_exist_shows_the_way_and_112(person: Person, path: str) -> None:
    response = await person.get(path)
    assert response.status == 404
    assert 'href="tel:112"' in person.html


async def test_without_a_session_one_begins(person: Person) -> None:
    response = await person.get("/gesprek")
    assert str(response.url).endswith("/")
    assert "Begin" in person.html


async def test_erasing_asks_first_and_then_forgets(person: Person) -> None:
    await person.begin()
    await person.press("danger=nee")
    await person.press("/wis")
    assert "niet terugdraaien" in person.html
    await person.press("/wis ja")
    assert "gewist" in person.html
    await person.get("/gesprek")
    assert "Begin" in person.html


async def test_going_on_where_one_was(person: Person) -> None:
    await person.begin()
    await person.press("danger=nee")
    await person.get("/")
    assert "Ga verder waar je was" in person.html
    await person.get("/gesprek")
    assert "jonger dan 18" in person.html


async def test_the_region_is_kept_on_the_device_when_wished(person: Person) -> None:
    await person.begin()
    for action in ("danger=nee", "age=kind", "setting=zorg", "region=onthoud", "region=twente"):
        await person.press(action)
    await person.press("/wis")
    await person.get("/")
    await person.post("/begin", person.hidden())
    for action in ("danger=nee", "age=kind", "setting=zorg"):
        await person.press(action)
    assert "Speelt een van deze dingen" in person.html


async def test_everything_to_read_opens(person: Person) -> None:
    await person.get("/uitleg")
    links = re.findall(r'href="(/uitleg/[\w-]+)"', person.html)
    assert len(links) > 10
    for link in {*links, "/nood", "/static/sparwijzer.css"}:
        response = await person.get(link)
        assert response.status == 200, link
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_health(person: Person) -> None:
    assert (await person.get("/health/live")).status == 200
    assert (await person.get("/health/ready")).status == 200
    assert SECRET.decode() not in person.html
