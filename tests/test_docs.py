"""The documentation is complete and its links lead somewhere: what is not documented does not exist."""

import argparse
import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import _parser
from config.settings import PREFIX, Settings
from flows.loading import LONGEST_SENTENCE, sentences

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CONTENT = ROOT / "flows" / "content"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def rows(page: Path) -> list[list[str]]:
    """The cells of every table row of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, with its full name."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield parser.prog, parser
    for group in groups:
        for command in group.choices.values():
            yield from commands(command)


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {row[0].strip("`"): row for row in rows(DOCS / "settings.md") if row[0].startswith(f"`{PREFIX}")}
    assert set(documented) == {PREFIX + name.upper() for name in Settings.model_fields} | {f"{PREFIX}SECRETS_DIR"}
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else f"`{field.default}`"
        assert documented[PREFIX + name.upper()][-1].startswith(default), name


def test_every_command_is_documented_with_its_options() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    parts = dict(re.findall(r"^## `(sparwijzer[^`]*)`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    found = dict(commands(_parser()))
    assert set(parts) == set(found)
    for name, command in found.items():
        for action in command._actions:
            if "--help" not in action.option_strings:
                for word in (*action.option_strings, action.metavar):
                    assert word is None or str(word) in parts[name], (name, word)
    for page in (DOCS / "commands.md", ROOT / "README.md"):
        for name in (*found, "--version", "--help"):
            assert name in page.read_text(encoding="utf-8"), (page.name, name)


def test_every_content_file_is_documented() -> None:
    files = {file.relative_to(CONTENT).as_posix() for file in CONTENT.rglob("*") if file.is_file()}
    documented = {row[0].strip("`") for row in rows(DOCS / "editors.md") if row[0].endswith(".yaml`")}
    assert documented == files


def test_every_library_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {str(re.match(r"[\w-]+", requirement)[0]) for requirement in wanted}  # type: ignore[index]
    documented = {
        row[0].strip("`"): row[1] for row in rows(DOCS / "adr" / "0011-libraries.md") if row[0].startswith("`")
    }
    assert set(documented) == names
    assert all(documented.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, heading = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.is_relative_to(ROOT), link
        assert there.exists(), link
        if heading:
            assert heading in anchors(there), link


def anchors(page: Path) -> set[str]:
    """The headings of a page, as a link names them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def prose(page: Path) -> Iterator[str]:
    """The paragraphs, list items, cells and headings of a page, without their marks."""
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-#|]|\d+\.) )|\n(?=\|)", page.read_text(encoding="utf-8"))
    for block in blocks:
        for cell in block.split("|") if block.startswith("|") else [block]:
            plain = re.sub(r"^\s*(?:[-#]+|\d+\.) |[*`]|\]\([^)]*\)|!?\[", "", cell)
            yield " ".join(plain.split())


def test_professionals_read_short_sentences() -> None:
    found = [sentence for block in prose(DOCS / "professionals.md") for sentence in sentences(block)]
    assert len(found) > 50
    assert [sentence for sentence in found if len(sentence.split()) > LONGEST_SENTENCE] == []
