"""The routes of the web chat. A form is one event; then the browser goes to the screen, so a reload repeats nothing."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from aiohttp import web

from bot.channels.web.forms import read_form
from bot.channels.web.pages import HERE, Pages
from flows.catalogue import Catalogue
from flows.consult import Turn
from flows.events import Commanded, Event, Start
from flows.facts import UNKNOWN
from flows.messages import Notice
from flows.presentation import emergency_page, topic_page, topics
from flows.screens import facts_of

SESSION: Final = "sparwijzer"
REGION: Final = "sparwijzer_regio"
A_YEAR: Final = 365 * 24 * 3600
LARGEST_FORM: Final = 64 * 1024
BESIDE: Final = frozenset({"wis", "help", "start", "nood", "contact", "privacy", "waarom"})
"""Commands whose answer is no screen of the consult: it is shown at once."""
CHAT: Final = "/gesprek"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Consults(Protocol):
    """What the web chat needs of the service; calls do not block."""

    async def handle(self, address: str, event: Event, at: datetime) -> Turn:
        """Apply one event."""
        ...

    async def screen(self, address: str, at: datetime) -> Turn | None:
        """Return what is on the screen, None when no consult is open."""
        ...


class WebChat:
    """The handlers of the web chat."""

    def __init__(
        self,
        catalogue: Catalogue,
        consults: Consults,
        pages: Pages,
        csrf: Callable[[str], str],
        clock: Callable[[], datetime],
        keep_for: int,
    ) -> None:
        self._catalogue = catalogue
        self._consults = consults
        self._pages = pages
        self._csrf = csrf
        self._clock = clock
        self._keep_for = keep_for

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/", self.start)
        app.router.add_post("/begin", self.begin)
        app.router.add_get(CHAT, self.consult)
        app.router.add_post(CHAT, self.answer)
        app.router.add_get("/nood", self.emergency)
        app.router.add_get("/uitleg", self.topics)
        app.router.add_get("/uitleg/{topic}", self.topic)
        app.router.add_static("/static", HERE / "static")

    async def start(self, request: web.Request) -> web.Response:
        """The first page; it makes a session, so that beginning is protected like every form."""
        session = _session(request)
        turn = await self._consults.screen(session, self._clock()) if session else None
        session = session or secrets.token_urlsafe(32)
        response = _html(self._pages.start(turn is not None, self._csrf(session)))
        self._keep(request, response, session)
        return response

    async def begin(self, request: web.Request) -> web.Response:
        """Begin a consult, with the region the user kept on this device."""
        session = _session(request)
        form = await request.post()
        self._protect(session, form.get("csrf"))
        known = await self._consults.screen(session, self._clock()) is not None
        event = Commanded("opnieuw") if known else Start(request.cookies.get(REGION))
        turn = await self._consults.handle(session, event, self._clock())
        return _see_other(CHAT) if turn.state is not None else self._drawn(request, session, turn)

    async def consult(self, request: web.Request) -> web.Response:
        """The question that is asked now."""
        session = _session(request)
        turn = await self._consults.screen(session, self._clock()) if session else None
        if turn is None:
            return _see_other("/")
        return self._drawn(request, session, turn)

    async def answer(self, request: web.Request) -> web.Response:
        """One event of the consult."""
        session = _session(request)
        form = await request.post()
        self._protect(session, form.get("csrf"))

        def field(name: str) -> str:
            value = form.get(name, "")
            return value if isinstance(value, str) else ""

        event = read_form(
            field("question"), field("page"), bool(field("ticking")),
            (value for value in form.getall("t", []) if isinstance(value, str)), field("a"), field("text"),
        )  # fmt: skip
        turn = await self._consults.handle(session, event, self._clock())
        if turn.erased:
            response = self._drawn(request, session, turn)
            response.del_cookie(SESSION, path="/")
            response.del_cookie(REGION, path="/")
            return response
        if turn.state is None or "too-fast" in (reply.id for reply in turn.replies if isinstance(reply, Notice)):
            return self._drawn(request, session, turn)
        if isinstance(event, Commanded) and event.name in BESIDE:
            return self._drawn(request, session, turn)
        response = _see_other(CHAT)
        self._keep_region(request, response, turn)
        return response

    async def emergency(self, _request: web.Request) -> web.Response:
        """What to do in danger; needs no consult."""
        return _html(self._pages.page(emergency_page(self._catalogue, self._clock())))

    async def topics(self, _request: web.Request) -> web.Response:
        """The subjects one can read about."""
        texts = [self._catalogue.say(f"help.{key}") for key in ("is", "is-not", "keeps")]
        return _html(self._pages.topics(dict(topics(self._catalogue)), texts))

    async def topic(self, request: web.Request) -> web.Response:
        """One subject."""
        key = request.match_info["topic"]
        if key not in topics(self._catalogue):
            raise web.HTTPNotFound
        return _html(self._pages.page(topic_page(self._catalogue, key)))

    @web.middleware
    async def frame(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Put the headers on every answer, and words a person understands on every refusal."""
        try:
            response = await handler(request)
        except web.HTTPNotFound:
            response = self._message(404)
        except web.HTTPRequestEntityTooLarge:
            response = self._message(413)
        except web.HTTPForbidden:
            response = self._message(403)
        except web.HTTPMethodNotAllowed:
            response = self._message(405)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "public, max-age=3600")
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _message(self, status: int) -> web.Response:
        key = status if status in (403, 404, 413) else 404
        return _html(
            self._pages.message(self._catalogue.say(f"web.{key}-title"), self._catalogue.say(f"web.{key}")),
            status,
        )

    def _drawn(self, request: web.Request, session: str, turn: Turn) -> web.Response:
        response = _html(self._pages.consult(turn.replies, self._csrf(session)))
        if turn.state is not None:
            self._keep(request, response, session)
            self._keep_region(request, response, turn)
        return response

    def _protect(self, session: str, token: object) -> None:
        if (
            not session
            or not isinstance(token, str)
            or not hmac.compare_digest(token.encode(), self._csrf(session).encode())
        ):
            raise web.HTTPForbidden

    def _keep(self, request: web.Request, response: web.Response, session: str) -> None:
        response.set_cookie(
            SESSION,
            session,
            max_age=self._keep_for,
            httponly=True,
            samesite="Lax",
            path="/",
            secure=request.secure,
        )

    def _keep_region(self, request: web.Request, response: web.Response, turn: Turn) -> None:
        """Keep the region on this device, and only there, when the user wishes."""
        if turn.state is None:
            return
        facts, _ = facts_of(self._catalogue, turn.state)
        if turn.state.keep_region and facts.region != UNKNOWN:
            response.set_cookie(
                REGION,
                facts.region,
                max_age=A_YEAR,
                httponly=True,
                samesite="Lax",
                path="/",
                secure=request.secure,
            )
        elif REGION in request.cookies and not turn.state.keep_region and "region" in turn.state.answers:
            response.del_cookie(REGION, path="/")


def _session(request: web.Request) -> str:
    """The session of this browser; what does not look like one of ours is none."""
    value = request.cookies.get(SESSION, "")
    return value if 40 <= len(value) <= 64 and value.isascii() else ""


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _see_other(where: str) -> web.Response:
    return web.Response(status=303, headers={"Location": where})
