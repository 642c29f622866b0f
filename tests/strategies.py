"""Any facts and any events, for properties."""

from hypothesis import strategies as st

from flows.catalogue import Catalogue
from flows.events import Chose, Commanded, Event, Filled, Start, Typed
from flows.facts import CHOICES, STEPS, WEIGHING, YES_NO, Facts
from flows.interview import NONE

MARKS = (1, 2, 3)


def facts(catalogue: Catalogue, weighed: bool = True) -> st.SearchStrategy[Facts]:
    """Any facts an answers file may hold."""
    choices = {name: st.sampled_from(values) for name, values in CHOICES.items()}
    signals = st.dictionaries(st.sampled_from(sorted(catalogue.signals)), st.sampled_from(MARKS), max_size=5)
    return st.builds(
        Facts,
        setting=st.sampled_from((*catalogue.settings, "weet-niet")),
        region=st.sampled_from((*catalogue.regions, "weet-niet")),
        signals=signals,
        steps_done=st.frozensets(st.sampled_from(STEPS)),
        weighing=st.dictionaries(st.sampled_from(WEIGHING), st.sampled_from(YES_NO)) if weighed else st.just({}),
        **choices,
    )


def events(catalogue: Catalogue) -> st.SearchStrategy[Event]:
    """Any event: sensible, stale, forged, repeated or nonsense."""
    questions = st.sampled_from((*catalogue.questions, "onzin"))
    options = st.sampled_from(
        (
            "ja", "nee", "weet-niet", "kind", "volwassen", "twijfel", "twente", "elders", "balie", "jeugd", "klaar",
            "overslaan", "meer", "mark", "onthoud", NONE, "1", "2", "3", "4", "5", "seen", "heard", "weg", "gedaan",
            "list:papieren", "list:kaart-balie", "list:onzin", "disclosure", "leaves_soon", "children", "huiselijk",
            "anders", "safe", "threat", "seksueel", "nog-niet", "gehad", "kan-niet-veilig", "danger", "age", "signals",
            "steps", "onzin", *list(catalogue.signals)[::6],
        )
    )  # fmt: skip
    commands = st.sampled_from(
        (
            "nood",
            "112",
            "terug",
            "overzicht",
            "advies",
            "verder",
            "hier",
            "help",
            "pauze",
            "stop",
            "start",
            "opnieuw",
            "x",
        )
    )
    typed = st.one_of(
        st.sampled_from(
            ("", "nee", "ja", "1", "1,3", "1 en 2", "99", "weet niet", "klaar", "112", "/terug", "?", "\x00")
        ),
        st.text(max_size=40),
    )
    return st.one_of(
        st.builds(Chose, questions, options),
        st.builds(
            Filled,
            questions,
            st.sampled_from(("", "kaart-balie", "papieren", "gedrag")),
            st.frozensets(options),
            options,
        ),
        st.builds(Commanded, commands, st.sampled_from(("", "rechten", "gesprek", "onzin"))),
        st.builds(Typed, typed),
        st.builds(Start, st.sampled_from((None, "twente", "onzin"))),
    )
