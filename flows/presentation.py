"""Puts an advice and the knowledge of the content on pages, the same for every channel."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flows.advice import Advice, Called
from flows.catalogue import Catalogue
from flows.catalogue.entries import Contact, Guidance, Lesson, TalkQuestion
from flows.catalogue.entries import Line as Advised
from flows.messages import Choice, Line, Page, Prompt, Section
from flows.reachability import AMSTERDAM, Reach, closing_days, reach

MOST_OPEN: Final = 5
"""How many open questions an advice names."""
AT_NIGHT: Final = ("veilig-thuis", "politie")
"""Who is named beside 112 on the emergency page, when they answer."""


def advice_page(catalogue: Catalogue, advice: Advice, open_questions: Sequence[str]) -> Page:
    """Return the advice as a page: what is urgent first, what is behind it last.

    Args:
        open_questions: ids of the questions whose answers could still change it, in order.
    """
    sections = [
        *_step(catalogue, advice),
        *_contacts(catalogue, advice),
        *_lines(catalogue, advice),
        *_talk(catalogue, advice),
        *_why(catalogue, advice),
        *_tally(catalogue, advice),
        *_open(catalogue, open_questions),
        Section(
            "about",
            catalogue.say("advice.about"),
            (
                Line(catalogue.say("advice.proposal")),
                Line(catalogue.say("advice.version", version=advice.content_version)),
            ),
        ),
    ]
    return Page("advice", catalogue.say("advice.title"), tuple(sections))


def step_title(catalogue: Catalogue, advice: Advice) -> str:
    """The one next step in a few words."""
    step = advice.ruling.step
    return catalogue.say("advice.close") if step is None else catalogue.say(f"advice.step-{step}")


def _step(catalogue: Catalogue, advice: Advice) -> Iterator[Section]:
    first = advice.reasons[0]
    urgency = next(said for said in advice.reasons if said.rule == "R7")
    wait = (
        []
        if advice.ruling.close
        else [Line(urgency.text, why=_behind(catalogue, "R7", urgency.facts), sources=urgency.sources)]
    )
    if advice.until is not None:
        wait.append(Line(catalogue.say("wait.until", moment=_moment(advice.until, advice.at))))
    if advice.watch_for:
        wait.append(Line(catalogue.say("wait.watch")))
        wait += [Line(f"• {text}") for text in advice.watch_for]
    step = Section(
        "step",
        step_title(catalogue, advice),
        (Line(first.text, why=_behind(catalogue, first.rule, first.facts), sources=first.sources),),
    )
    waiting = Section("wait", catalogue.say("advice.can-wait"), tuple(wait))
    yield from (step, waiting) if wait else (step,)


def _contacts(catalogue: Catalogue, advice: Advice) -> Iterator[Section]:
    ready = [called for called in advice.contacts if called.reach.open]
    later = [called for called in advice.contacts if not called.reach.open]
    if ready:
        yield Section("call", catalogue.say("advice.call-now"), tuple(_called(catalogue, c, advice.at) for c in ready))
    if later:
        yield Section(
            "later",
            catalogue.say("advice.call-later"),
            tuple(_called(catalogue, c, advice.at) for c in later),
        )
    if advice.organisations:
        lines = tuple(_called(catalogue, called, advice.at) for called in advice.organisations)
        yield Section("organisations", catalogue.say("advice.organisations"), lines)


def _called(catalogue: Catalogue, called: Called, at: datetime) -> Line:
    contact = called.reach.contact
    text = called.say
    if contact.advice_only:
        text = f"{catalogue.say('contact.advice-only')} {text}"
    if contact.id != "112" and contact.verified is None:
        text = f"{text} {catalogue.say('contact.unverified')}"
    head = f"{contact.name} · {opening(catalogue, called.reach, at)}"
    return Line(text, why=contact.purpose, sources=contact.sources, phone=contact.phone or "", head=head)


def opening(catalogue: Catalogue, reached: Reach, at: datetime) -> str:
    """Whether a line answers, in words: "open tot 17:00", "opent maandag om 09:00 (Tweede kerstdag is dicht)"."""
    if reached.contact.round_the_clock:
        return catalogue.say("open.always")
    if reached.open and reached.until is not None:
        return catalogue.say("open.until", clock=f"{reached.until:%H:%M}")
    if reached.opens_at is None:
        return catalogue.say("open.ended")
    text = catalogue.say("open.from", moment=_moment(reached.opens_at, at))
    day = at.astimezone(AMSTERDAM).date()
    while day < reached.opens_at.date():
        closed = closing_days(catalogue.closing_days, day.year).get(day)
        if closed:
            return f"{text} ({catalogue.say('open.closed-day', day=closed)})"
        day += timedelta(days=1)
    return text


_WEEKDAYS: Final = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS: Final = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
                  "november", "december")  # fmt: skip


def _moment(moment: datetime, at: datetime) -> str:
    """A moment as one says it: "vandaag 17:00", "morgen 09:00", "maandag 09:00", "maandag 28 december 09:00"."""
    local, now = moment.astimezone(AMSTERDAM), at.astimezone(AMSTERDAM)
    clock, days = f"{local:%H:%M}", (local.date() - now.date()).days
    if clock == "00:00" and days >= 1:
        clock, days, local = "24:00", days - 1, local - timedelta(days=1)
    if days <= 1:
        return f"{'vandaag' if days <= 0 else 'morgen'} {clock}"
    weekday = _WEEKDAYS[local.weekday()]
    return f"{weekday} {clock}" if days < 7 else f"{weekday} {local.day} {_MONTHS[local.month - 1]} {clock}"


def _lines(catalogue: Catalogue, advice: Advice) -> Iterator[Section]:
    for key, lines in (("do", advice.do), ("do_not", advice.do_not)):
        if lines:
            shown = tuple(Line(s.text, why=_behind(catalogue, s.rule, ()), sources=s.sources) for s in lines)
            yield Section(key, catalogue.say(f"advice.{key}"), shown)


def _talk(catalogue: Catalogue, advice: Advice) -> Iterator[Section]:
    if advice.questions:
        yield _to_ask(catalogue, advice.questions)
    for key, entries in (("helps", advice.helps), ("hinders", advice.hinders)):
        if entries:
            yield Section(key, catalogue.say(f"advice.{key}"), tuple(_content(entries)), folded=True)


def _to_ask(catalogue: Catalogue, questions: Iterable[TalkQuestion]) -> Section:
    menu = Line(catalogue.say("advice.menu"))
    lines = (Line(question.text, why=question.why, sources=question.sources) for question in questions)
    return Section("questions", catalogue.say("advice.questions"), (menu, *lines))


def _why(catalogue: Catalogue, advice: Advice) -> Iterator[Section]:
    rest = [said for said in advice.reasons[1:] if said.rule != "R7"]
    lines = tuple(Line(s.text, why=_behind(catalogue, s.rule, s.facts), sources=s.sources) for s in rest)
    yield Section("reasons", catalogue.say("advice.reasons"), lines, folded=True)


def _behind(catalogue: Catalogue, rule: str, facts: tuple[str, ...]) -> str:
    """The rule behind a sentence, and the answers it rests on."""
    told = ", ".join(dict.fromkeys(_fact_title(catalogue, fact).lower() for fact in facts))
    return catalogue.say("why.rule-facts", rule=rule, facts=told) if told else catalogue.say("why.rule", rule=rule)


def _fact_title(catalogue: Catalogue, fact: str) -> str:
    name = fact.removeprefix("weighing.")
    for question in catalogue.questions.values():
        if question.fact == name:
            return question.title
    for key in ("now", "around"):
        option = catalogue.option(key, name)
        if option is not None:
            return option.label
    return catalogue.questions["steps" if name == "steps_done" else "signals"].title


def _tally(catalogue: Catalogue, advice: Advice) -> Iterator[Section]:
    tally = advice.tally
    lines = [Line(catalogue.say(f"level.{advice.ruling.level.name}"))]
    for entry in catalogue.form.dimensions:
        count = tally.definition[entry.id]
        lines.append(
            Line(
                catalogue.say("tally.dimension", label=entry.label, count=count),
                why=_both(entry.text, entry.note),
                sources=entry.sources,
            )
        )
    if advice.child:
        lines.append(Line(catalogue.say("tally.child"), sources=("eurotrafguid.definitie.4",)))
    yield Section("tally", catalogue.say("advice.tally"), tuple(lines), folded=True)
    labels = {mark.mark: mark.label for mark in catalogue.form.marks}
    rows: list[Line] = []
    for row in catalogue.form.rows:
        marks = tally.form[row.id] or (0,)
        signals = [
            catalogue.signals[key].label for key in advice.facts.signals if row.id in catalogue.signals[key].rows
        ]
        shown = ", ".join(f"{mark} ({labels[mark].lower()})" for mark in marks)  # type: ignore[index]
        beneath = f" {', '.join(signals)}." if signals else ""
        rows.append(Line(f"{row.label}: {shown}.{beneath}", why=_both(row.text, row.note), sources=row.sources))
    yield Section("form", catalogue.say("advice.form"), tuple(rows), folded=True)


def _both(text: str, note: str | None) -> str:
    return f"{text} {note}" if note else text


def _open(catalogue: Catalogue, questions: Sequence[str]) -> Iterator[Section]:
    if questions:
        lines = [Line(catalogue.say("advice.sharper"))]
        lines += [
            Line(f"• {catalogue.questions[key].title}", why=catalogue.questions[key].why)
            for key in questions[:MOST_OPEN]
        ]
        yield Section("open", catalogue.say("advice.open"), tuple(lines))


def emergency_page(catalogue: Catalogue, at: datetime) -> Page:
    """Return what to do in danger: 112 alone on top, then the other lines that answer now."""
    alarm = catalogue.contacts["112"]
    situation = catalogue.situations["R0.danger"]
    others = [reach(catalogue, catalogue.contacts[key], at) for key in AT_NIGHT]
    call = Line(alarm.say, why=alarm.purpose, sources=alarm.sources, phone="112")
    ready = tuple(_contact_line(other.contact, opening(catalogue, other, at)) for other in others if other.open)
    return Page(
        "emergency",
        catalogue.say("emergency.title"),
        (
            Section("112", catalogue.say("emergency.call"), (call,)),
            Section("do", catalogue.say("advice.do"), tuple(_content(situation.do))),
            Section("do_not", catalogue.say("advice.do_not"), tuple(_content(situation.do_not))),
            Section("others", catalogue.say("emergency.others"), ready),
        ),
    )


def _content(entries: Iterable[Guidance | Advised]) -> Iterator[Line]:
    """Texts of the content as they stand."""
    return (Line(entry.text, sources=entry.sources) for entry in entries)


def why_page(page: Page) -> Page:
    """Return an advice with the rule and the source behind every sentence, for channels without room to fold them."""
    sections = (
        replace(section, folded=False, lines=tuple(map(_with_source, section.lines)))
        for section in page.sections
        if section.id in ("step", "wait", "call", "later", "do", "do_not", "reasons")
    )
    return Page("why", page.title, tuple(sections))


def _with_source(line: Line) -> Line:
    source = f"[{', '.join(line.sources)}]" if line.sources else ""
    return Line(line.head or line.text, why=" ".join(part for part in (line.why, source) if part))


def contacts_page(catalogue: Catalogue, advice: Advice) -> Page:
    """Return who can be called now on what is known, and who later."""
    return Page("contact", catalogue.say("topic.contacten"), tuple(_contacts(catalogue, advice)))


def privacy_page(catalogue: Catalogue) -> Page:
    """Return what is kept, for how long, and what is not."""
    lines = tuple(Line(catalogue.say(f"privacy.{number}")) for number in range(1, 5))
    return Page("privacy", catalogue.say("privacy.title"), (Section("privacy", catalogue.say("privacy.kept"), lines),))


def topics(catalogue: Catalogue) -> Mapping[str, str]:
    """Return every subject of help with its title, in order."""
    own = {key: catalogue.say(f"topic.{key}") for key in ("gesprek", "signalen", "contacten")}
    return {**own, **{topic.id: topic.title for topic in catalogue.topics.values()}}


def help_menu(catalogue: Catalogue) -> Prompt:
    """Return what one can do and the subjects one can read about."""
    return Prompt(
        question="help",
        page="",
        stage=0,
        stages=len(catalogue.stages),
        stage_label="",
        title=catalogue.say("help.title"),
        text=catalogue.say("help.text"),
        more="",
        why="",
        choices=tuple(Choice(f"/help {key}", title) for key, title in topics(catalogue).items()),
        moves=(
            Choice("/nood", catalogue.say("button.danger")),
            Choice("/hier", catalogue.say("button.to-question")),
        ),
        notes=tuple(Line(catalogue.say(f"help.{key}")) for key in ("is", "is-not", "keeps", "typing")),
    )


def topic_page(catalogue: Catalogue, key: str) -> Page:
    """Return a subject of help. Raises: KeyError for one that is not in `topics`."""
    title = topics(catalogue)[key]
    match key:
        case "gesprek":
            return Page(key, title, tuple(_talk_sections(catalogue)))
        case "signalen":
            return Page(key, title, tuple(_signal_sections(catalogue)))
        case "contacten":
            lines = tuple(_contact_line(contact, hours(catalogue, contact)) for contact in catalogue.contacts.values())
            regions = tuple(
                Line(f"{r.label}. {r.note or ''}".strip(), sources=r.sources) for r in catalogue.regions.values()
            )
            days = tuple(Line(f"{d.label}. {d.note or ''}".strip(), why=d.basis) for d in catalogue.closing_days)
            return Page(
                key,
                title,
                (
                    Section("contacts", title, lines),
                    Section("regions", catalogue.say("topic.regions"), regions),
                    Section("closing", catalogue.say("topic.closing-days"), days),
                ),
            )
        case _:
            topic = catalogue.topics[key]
            intro = Section("intro", topic.title, (Line(topic.intro),))
            own = _marks(catalogue) if key == "formulier" else ()
            return Page(key, title, (intro, *own, *(_lesson(lesson) for lesson in topic.entries)))


def _marks(catalogue: Catalogue) -> tuple[Section, ...]:
    """The four marks of bijlage 1."""
    lines = tuple(Line(m.text, sources=m.sources, head=f"{m.mark} · {m.label}") for m in catalogue.form.marks)
    return (Section("marks", catalogue.say("topic.marks"), lines),)


def _lesson(lesson: Lesson) -> Section:
    why = f"{', '.join(lesson.pages)}, {lesson.looked_up}" if lesson.pages else ""
    return Section(lesson.id, lesson.title, (Line(lesson.text, why=why, sources=lesson.sources),))


def _talk_sections(catalogue: Catalogue) -> Iterator[Section]:
    talk = catalogue.talk
    yield Section("tips", catalogue.say("topic.tips"), tuple(_content(talk.tips)))
    yield Section("helps", catalogue.say("advice.helps"), tuple(_content(talk.helps)))
    yield Section("hinders", catalogue.say("advice.hinders"), tuple(_content(talk.hinders)))
    yield _to_ask(catalogue, talk.questions)


def _signal_sections(catalogue: Catalogue) -> Iterator[Section]:
    for theme in catalogue.themes.values():
        lines = [Line(theme.text)]
        for signal in (catalogue.signals[key] for key in catalogue.lists[theme.id]):
            weight = catalogue.say(f"strength.{signal.strength}")
            lines.append(Line(signal.text, why=weight, sources=(*signal.sources, *signal.also), head=signal.label))
        yield Section(theme.id, theme.label, tuple(lines))


def hours(catalogue: Catalogue, contact: Contact) -> str:
    """The hours of a line in words, with whether they are an assumption."""
    if contact.hours == "always":
        return catalogue.say("open.always")
    if contact.hours is None:
        return catalogue.say("open.ended")
    spans = ", ".join(f"{days} {' en '.join(spans)}" for days, spans in contact.hours.items())
    return f"{spans} ({catalogue.say('open.assumed')})" if contact.hours_from == "assumption" else spans


def _contact_line(contact: Contact, open_words: str) -> Line:
    where = " · ".join(part for part in (contact.email, contact.website, contact.address) if part)
    text = " ".join(part for part in (contact.purpose, contact.note or "", f"{where}." if where else "") if part)
    ended = contact.status == "ended"
    head = f"{contact.name} · {open_words}"
    return Line(text, why=contact.say, sources=contact.sources, phone="" if ended else contact.phone or "", head=head)
