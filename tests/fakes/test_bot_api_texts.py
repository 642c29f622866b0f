"""Formatted text over any input."""

import html

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.botapi.texts import find_entities, parse_html, trim, units

TAGS = ("b", "i", "u", "s", "code", "blockquote")
plain = st.text(st.characters(codec="utf-8"), max_size=8)
trees = st.recursive(plain, lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=3)), max_leaves=12)
Tree = str | tuple[str, list["Tree"]]


def written(tree: Tree) -> str:
    if isinstance(tree, str):
        return html.escape(tree)
    tag, inner = tree
    return f"<{tag}>{''.join(map(written, inner))}</{tag}>"


def read(tree: Tree) -> str:
    return tree if isinstance(tree, str) else "".join(map(read, tree[1]))


def tagged(tree: Tree) -> list[str]:
    """The text under each tag that has any, outer ones first."""
    if isinstance(tree, str):
        return []
    inner = [text for one in tree[1] for text in tagged(one)]
    return [read(tree), *inner] if read(tree) else inner


@given(trees)
def test_what_is_escaped_and_tagged_reads_back(tree: Tree) -> None:
    text, entities = parse_html(written(tree))
    assert text == read(tree)
    encoded = text.encode("utf-16-le")
    under = [encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in entities]
    assert sorted(under) == sorted(tagged(tree))


@given(trees, st.sampled_from(["", " ", "\n\n", "\t "]))
def test_trimming_moves_entities_along(tree: Tree, space: str) -> None:
    text, entities = trim(*parse_html(f"{space}{written(tree)}{space}"))
    assert text == text.strip()
    for entity in entities:
        assert entity["offset"] >= 0
        assert entity["length"] > 0
        assert entity["offset"] + entity["length"] <= units(text)


def test_references_are_those_that_telegram_knows() -> None:
    text, _ = parse_html("&lt;&#60;&#x3c; &quot &nbsp; &amp;lt; & &#0;")
    assert text == '<<< " &nbsp; &lt; & &#0;'


def test_commands_and_addresses_are_found_in_what_is_written() -> None:
    text = "😀 /start en /nood@sparwijzer_bot, a/b, https://a.nl/x a@b.nl +31 20 123 4567 @iemand"
    found = [
        (one["type"], text.encode("utf-16-le")[2 * one["offset"] :][: 2 * one["length"]].decode("utf-16-le"))
        for one in find_entities(text)
    ]
    assert found == [
        ("bot_command", "/start"),
        ("bot_command", "/nood@sparwijzer_bot"),
        ("url", "https://a.nl/x"),
        ("email", "a@b.nl"),
        ("phone_number", "+31 20 123 4567"),
        ("mention", "@iemand"),
    ]
