"""The parameters of one request, read as leniently as Telegram reads them."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web

from tests.fakes.botapi.errors import bad_request

Json = dict[str, Any]

LARGEST_BODY = 51 * 2**20
"""Bytes: a file of 50 MB, which is as much as a bot may send, and its parameters."""

_INTEGER = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    mime_type: str
    content: bytes


class Arguments:
    """Parameters by name; values are strings from a form, or as JSON gives them.

    Attributes:
        values: as they came.
        uploads: files by the name of their part.
        form: whether values came as strings, in an address, a form or parts.
    """

    __slots__ = ("form", "uploads", "values")

    def __init__(self, values: Json, uploads: dict[str, Upload], *, form: bool) -> None:
        self.values = values
        self.uploads = uploads
        self.form = form

    def text(self, name: str) -> str:
        """The value as text; "" when it is not given."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The whole number at the start of the value, 0 without one; `default` when it is not given."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if type(value) is int:
            return value
        found = _INTEGER.match(str(value).strip())
        return int(found.group()) if found else 0

    def truth(self, name: str) -> bool:
        value = self.values.get(name)
        return value is True or (isinstance(value, str) and value.lower() in ("true", "yes", "1"))

    def structure(self, name: str, problem: str) -> Any:
        """The value as JSON; None when it is not given. Raises: ApiError that says `problem`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(problem) from None

    def names(self, name: str) -> list[str] | None:
        """A list of strings, such as allowed_updates; None when it is not given or is no list."""
        value = self.structure(name, f"can't parse {name} JSON object")
        return [str(one) for one in value] if isinstance(value, list) else None


async def read_arguments(request: web.BaseRequest, query: str) -> Arguments:
    """Parameters of the address and the body together. Raises: ApiError for a body that cannot be read."""
    values: Json = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    if not request.body_exists:
        return Arguments(values, {}, form=True)
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        body = (await request.read()).decode("utf-8", "replace")
        values.update(parse_qsl(body, keep_blank_values=True))
        return Arguments(values, {}, form=True)
    if kind.startswith("multipart/"):
        uploads: dict[str, Upload] = {}
        roomy = request.clone(client_max_size=LARGEST_BODY)
        await _read_parts(await roomy.multipart(), values, uploads)
        return Arguments(values, uploads, form=True)
    raw = await request.read()
    if not raw:
        return Arguments(values, {}, form=True)
    try:
        given = json.loads(raw)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(given, dict):
        raise bad_request("can't parse JSON object")
    return Arguments({**values, **given}, {}, form=False)


async def _read_parts(parts: MultipartReader, values: Json, uploads: dict[str, Upload]) -> None:
    async for part in parts:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            values[part.name] = content.decode("utf-8", "replace")
        else:
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename, mime_type, content)
