"""Reads content files and keeps the line of everything, so that a fault is named `file:line: problem`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

# The C loader reads ten times as fast; a PyYAML without its C part reads the same.
Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

T = TypeVar("T")


@dataclass(slots=True)
class Reader:
    """Collects faults instead of stopping at the first, so that an editor sees all of them at once."""

    root: Traversable
    faults: list[str] = field(default_factory=list)
    trees: dict[str, yaml.Node] = field(default_factory=dict)
    digest: Any = field(default_factory=sha256)

    def read(self, file: str, shape: type[T]) -> T | None:
        """Return the file as `shape`, or None when it has a fault (which is then in `faults`)."""
        try:
            raw = self.root.joinpath(file).read_bytes()
        except OSError as error:
            self.fault(file, 1, f"cannot be read: {error.strerror or error}")
            return None
        self.digest.update(file.encode() + b"\0" + raw)
        try:
            loader = Loader(raw.decode("utf-8"))
            try:
                tree = loader.get_single_node()
                if tree is None:
                    self.fault(file, 1, "the file is empty")
                    return None
                self.trees[file] = tree
                duplicate = duplicate_key(tree)
                if duplicate is not None:
                    self.fault(file, duplicate.start_mark.line + 1, f"key '{duplicate.value}' stands twice")
                    return None
                data = loader.construct_document(tree)
            finally:
                loader.dispose()
        except UnicodeDecodeError as error:
            self.fault(file, raw[: error.start].count(b"\n") + 1, "is not UTF-8 text")
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.fault(file, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}")
            return None
        except yaml.YAMLError as error:
            self.fault(file, 1, f"is not YAML: {error}")
            return None
        try:
            return TypeAdapter(shape).validate_python(data)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                node, where = _follow(self.trees[file], problem["loc"])
                self.fault(file, node.start_mark.line + 1, f"{where}{_words(problem)}")
            return None

    def fault(self, file: str, line: int, problem: str) -> None:
        """Keep a fault."""
        self.faults.append(f"{file}:{line}: {problem}")

    def fault_in(self, file: str, entry: str, problem: str, value: str | None = None) -> None:
        """Keep a fault of the entry with this id, at the line of `value` in it when that stands there."""
        self.fault(file, self.line_of(file, entry, value), problem)

    def line_of(self, file: str, entry: str, value: str | None = None) -> int:
        """Return the line on which the entry with this id begins, or the one on which `value` stands in it."""
        tree = self.trees.get(file)
        if tree is None:
            return 1
        node = next(_with_id(tree, entry), tree)
        if value is not None:
            node = next(_scalars(node, value), node)
        return int(node.start_mark.line) + 1


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def duplicate_key(node: yaml.Node) -> yaml.Node | None:
    """Return the first key that stands twice in one mapping, anywhere in the document."""
    return next(_duplicate_keys(node), None)


def _duplicate_keys(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
    for child in _children(node):
        yield from _duplicate_keys(child)


def _with_id(node: yaml.Node, entry: str) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in ("id", "mark") and value.value == entry:
                yield node
    for child in _children(node):
        yield from _with_id(child, entry)


def _scalars(node: yaml.Node, value: str) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode) and value in str(node.value):
        yield node
    for child in _children(node):
        yield from _scalars(child, value)


def _follow(node: yaml.Node, path: tuple[int | str, ...]) -> tuple[yaml.Node, str]:
    """Walk down as far as the path stands in the file; what is missing is at its parent's line."""
    names: list[str] = []
    for part in path:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    found = value
                    if not isinstance(value, yaml.ScalarNode):
                        break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
        if found is not None:
            node = found
        if isinstance(part, str) and not part.startswith(("literal", "constrained", "function", "dict", "tuple")):
            names.append(part)
    return node, f"{'.'.join(names)}: " if names else ""


def _words(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return "is not a field that exists here"
    if problem["type"] == "missing":
        return "is missing"
    if problem["type"] == "string_too_long":
        return f"is longer than {problem['ctx']['max_length']} characters ({len(problem['input'])})"
    return str(problem["msg"])


def texts_of(entry: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield every user-facing text of an entry, with the name of its field, deep."""
    for name, value in entry:
        if name in {
            "text",
            "more",
            "label",
            "title",
            "intro",
            "why",
            "say",
            "purpose",
            "note",
            "watch_for",
            "because",
        }:
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str):
                    yield name, text
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, BaseModel):
                yield from texts_of(child)
