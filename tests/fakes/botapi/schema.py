"""Whether requests, updates and results have the shape that the Bot API says.

The Bot API as data lies beside the project (../shared/telegram/api.json). Where it does not, what is emitted
is held against the typed models of a second library, aiogram, and requests go unchecked, with a warning.
"""

import functools
import importlib
import json
import re
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Check = Callable[[Any, str, list[str]], None]
"""Appends a line for each thing that is wrong with a value at a place."""

_ROOT = Path(__file__).resolve().parents[3]
_CONSTANT = re.compile(r'(?:always|must be) ["“]?(\w+)["”]?$')
_INTEGER = re.compile(r"-?\d+")
_ONE_ACTION = frozenset({"text", "style", "icon_custom_emoji_id"})


class UncheckedRequestsWarning(UserWarning):
    """Requests of the bot were not checked against the Bot API."""


def find_schema() -> Path | None:
    """The Bot API as data, if it lies beside the project."""
    path = _ROOT.parent / "shared" / "telegram" / "api.json"
    return path if path.is_file() else None


def checker(path: Path | None) -> "SchemaChecker | ModelChecker | None":
    """The strictest check that can be made here."""
    if path is not None:
        return _compiled(path)
    models = _models()
    left_out = "requests of the bot are NOT checked: ../shared/telegram/api.json is not there"
    if models is None:
        left_out += "; nor is what the server emits, as aiogram is not installed"
    warnings.warn(left_out, UncheckedRequestsWarning, stacklevel=3)
    return models


class SchemaChecker:
    """Checks against the Bot API as data; each method gives one line for each thing that is wrong.

    Checks of a type are compiled when it is first met, and kept.
    """

    def __init__(self, api: Json) -> None:
        self._types: Json = api["types"]
        self._methods: Json = api["methods"]
        self._checks: dict[str, Check] = {}
        self._parameters: dict[str, dict[str, tuple[bool, list[str], Check]]] = {}
        self._update = self._check_of("Update")

    def request(self, method: str, values: Json, uploads: Collection[str], *, form: bool) -> list[str]:
        parameters = self._parameters_of(method)
        if parameters is None:
            return [f"{method}: no such method"]
        attached = {
            value.removeprefix("attach://")
            for value in values.values()
            if isinstance(value, str) and value.startswith("attach://")
        }
        wrong = [f"{method}.{name}: file for no parameter" for name in uploads if name not in {*parameters, *attached}]
        for name, value in values.items():
            if name not in parameters:
                wrong.append(f"{method}.{name}: unknown parameter")
                continue
            _, types, check = parameters[name]
            if isinstance(value, str) and "String" not in types:
                value = _read(value, types, form=form)
            check(value, f"{method}.{name}", wrong)
        for name, (required, _, _) in parameters.items():
            if required and name not in values and name not in uploads:
                wrong.append(f"{method}.{name}: required parameter missing")
        return wrong

    def update(self, update: Json) -> list[str]:
        wrong: list[str] = []
        self._update(update, "Update", wrong)
        if len(update) != 2:
            wrong.append("Update: must have exactly one field beside update_id")
        return wrong

    def result(self, method: str, value: Any) -> list[str]:
        wrong: list[str] = []
        if method in self._methods:
            self._any_of(self._methods[method]["returns"])(value, f"{method} result", wrong)
        return wrong

    def _parameters_of(self, method: str) -> dict[str, tuple[bool, list[str], Check]] | None:
        if method not in self._parameters:
            if method not in self._methods:
                return None
            self._parameters[method] = {
                field["name"]: (field["required"], field["types"], self._any_of(field["types"]))
                for field in self._methods[method].get("fields", [])
            }
        return self._parameters[method]

    def _check_of(self, name: str) -> Check:
        check = self._checks.get(name)
        if check is None:
            if name.startswith("Array of "):
                check = _array(self._check_of(name.removeprefix("Array of ")))
            elif name in _PLAIN:
                check = _PLAIN[name]
            else:
                # Types contain themselves; the name is bound before its fields are looked at.
                self._checks[name] = lambda value, at, wrong: self._checks[name](value, at, wrong)
                description = self._types[name]
                if "subtypes" in description:
                    check = self._any_of(description["subtypes"])
                else:
                    check = self._object(name, description.get("fields", []))
            self._checks[name] = check
        return check

    def _any_of(self, names: list[str]) -> Check:
        checks = [self._check_of(name) for name in names]
        if len(checks) == 1:
            return checks[0]

        def check(value: Any, at: str, wrong: list[str]) -> None:
            fewest: list[str] | None = None
            for one in checks:
                found: list[str] = []
                one(value, at, found)
                if not found:
                    return
                if fewest is None or len(found) < len(fewest):
                    fewest = found
            wrong.append(f"{at}: fits none of {', '.join(names)}; closest: {'; '.join(fewest or ())}")

        return check

    def _object(self, name: str, fields: list[Json]) -> Check:
        checks = {field["name"]: self._any_of(field["types"]) for field in fields}
        required = frozenset(field["name"] for field in fields if field["required"])
        constants = {}
        for field in fields:
            constant = _CONSTANT.search(field["description"])
            if constant is not None and field["types"] == ["String"]:
                constants[field["name"]] = constant.group(1)
        one_action = name == "InlineKeyboardButton"

        def check(value: Any, at: str, wrong: list[str]) -> None:
            if type(value) is not dict:
                wrong.append(f"{at}: {name} expected, {type(value).__name__} found")
                return
            for key, part in value.items():
                part_check = checks.get(key)
                if part_check is None:
                    wrong.append(f"{at}.{key}: {name} has no such field")
                else:
                    part_check(part, f"{at}.{key}", wrong)
            if not required <= value.keys():
                missing = ", ".join(sorted(required - value.keys()))
                wrong.append(f"{at}: {name} lacks {missing}")
            for key, constant in constants.items():
                if value.get(key) != constant:
                    wrong.append(f"{at}.{key}: must be {constant!r}")
            if one_action and len(value.keys() - _ONE_ACTION) != 1:
                wrong.append(f"{at}: a button must have exactly one action")

        return check


def _exactly(expected: type, name: str) -> Check:
    def check(value: Any, at: str, wrong: list[str]) -> None:
        if type(value) is not expected:
            wrong.append(f"{at}: {name} expected, {type(value).__name__} found")

    return check


def _float(value: Any, at: str, wrong: list[str]) -> None:
    if type(value) not in (int, float):
        wrong.append(f"{at}: Float expected, {type(value).__name__} found")


def _file(value: Any, at: str, wrong: list[str]) -> None:
    if not (isinstance(value, str) and value.startswith("attach://")):
        wrong.append(f"{at}: a file, or attach:// with its name, expected")


_PLAIN: dict[str, Check] = {
    "Integer": _exactly(int, "Integer"),
    "String": _exactly(str, "String"),
    "Boolean": _exactly(bool, "Boolean"),
    "Float": _float,
    "InputFile": _file,
}


def _array(check_item: Check) -> Check:
    def check(value: Any, at: str, wrong: list[str]) -> None:
        if type(value) is not list:
            wrong.append(f"{at}: Array expected, {type(value).__name__} found")
            return
        for item in value:
            check_item(item, f"{at}[]", wrong)

    return check


def _read(value: str, types: list[str], *, form: bool) -> Any:
    """A string where no string belongs, as what it stands for; the string itself where it stands for nothing.

    In a form everything is a string; in a JSON body only an object or array may come as one.
    """
    if form:
        if "Integer" in types and _INTEGER.fullmatch(value):
            return int(value)
        if "Boolean" in types and value in ("true", "false"):
            return value == "true"
        if "Float" in types:
            try:
                return float(value)
            except ValueError:
                return value
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


_RETURNS = {
    "getMe": "User",
    "sendMessage": "Message",
    "sendDocument": "Message",
    "sendPhoto": "Message",
    "editMessageText": "Message",
    "editMessageReplyMarkup": "Message",
    "getWebhookInfo": "WebhookInfo",
    "getChat": "ChatFullInfo",
    "getMyCommands": "BotCommand",
    "getMyDescription": "BotDescription",
    "getMyShortDescription": "BotShortDescription",
}


class ModelChecker:
    """Checks what is emitted against the typed models of aiogram; knows nothing of requests."""

    def __init__(self, types: Any) -> None:
        self._types = types

    def update(self, update: Json) -> list[str]:
        return self._fits("Update", update, "Update")

    def result(self, method: str, value: Any) -> list[str]:
        name = _RETURNS.get(method)
        at = f"{method} result"
        if method == "getUpdates":
            return []  # each was checked when it was made
        if name is None:
            return [] if value is True else [f"{at}: True expected"]
        values = value if method == "getMyCommands" else [value]
        return [line for one in values for line in self._fits(name, one, at)]

    def _fits(self, name: str, value: Any, at: str) -> list[str]:
        try:
            model = getattr(self._types, name).model_validate(value)
        except ValueError as error:
            return [f"{at}: {error}"]
        wrong: list[str] = []
        _unknown_fields(model, at, wrong)
        return wrong


def _unknown_fields(model: Any, at: str, wrong: list[str]) -> None:
    """The models take fields they do not know without a word; this names them."""
    if isinstance(model, list):
        for item in model:
            _unknown_fields(item, f"{at}[]", wrong)
    elif hasattr(model, "model_extra"):
        kind = type(model).__name__
        wrong += [f"{at}.{name}: {kind} has no such field" for name in model.model_extra or ()]
        for name in model.model_fields_set:
            _unknown_fields(getattr(model, name, None), f"{at}.{name}", wrong)


@functools.cache
def _compiled(path: Path) -> SchemaChecker:
    return SchemaChecker(json.loads(path.read_text(encoding="utf-8")))


@functools.cache
def _models() -> ModelChecker | None:
    try:
        return ModelChecker(importlib.import_module("aiogram.types"))
    except ImportError:
        return None
