"""The vignettes get the advice they should get, from a file and through the conversation itself."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.advice import decide
from flows.answers import read_answers
from flows.catalogue import Catalogue
from flows.facts import Facts
from tests.talk import Talk

OWN = Path(__file__).parent.parent / "vignettes"
SHARED = Path(__file__).parents[3] / "shared" / "examples"
FILES = sorted({file.name: file for folder in (SHARED, OWN) for file in folder.glob("*.yaml")}.values())
MOST_TAPS = 25


def read(file: Path) -> dict[str, Any]:
    vignette: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return vignette


def facts_in(catalogue: Catalogue, vignette: dict[str, Any]) -> Facts:
    return next(read_answers(catalogue, yaml.safe_dump(vignette["answers"]))).facts


def moments(vignette: dict[str, Any]) -> dict[str, list[str]]:
    return vignette["contacts_start_with"] or {"2026-11-24T10:00:00+01:00": []}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("way", ["file", "conversation"])
def test_a_vignette_gets_its_advice_at_both_moments(catalogue: Catalogue, file: Path, way: str) -> None:
    vignette = read(file)
    facts = facts_in(catalogue, vignette)
    for moment, first in moments(vignette).items():
        at = datetime.fromisoformat(moment)
        advice = decide(catalogue, facts, at) if way == "file" else Talk(catalogue, at).tell(facts).advice
        found = advice.as_json()
        assert {key: found[key] for key in vignette["expected"]} == vignette["expected"]
        assert [contact["id"] for contact in found["contacts"]][: len(first)] == first


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_vignette_takes_few_taps(catalogue: Catalogue, file: Path) -> None:
    talk = Talk(catalogue).tell(facts_in(catalogue, read(file)))
    print(f"{file.stem}: {talk.taps} taps")
    assert talk.taps <= MOST_TAPS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_advice_can_be_had_in_five_taps(catalogue: Catalogue, file: Path) -> None:
    facts = facts_in(catalogue, read(file))
    talk = Talk(catalogue).choose("danger", facts.danger).choose("age", facts.age).press("/advies")
    assert talk.taps <= 5
    assert talk.advice.contacts
    assert any(section.id == "open" for section in talk.pages[0].sections), "it says which answers would sharpen it"
