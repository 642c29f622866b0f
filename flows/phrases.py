"""The texts of the product that the code says: content has each of them, and no others."""

from typing import Final

PHRASES: Final = frozenset(
    {
        "contact.advice-only",
        "button.why", "notice.too-fast", "notice.wrong-code", "invite.title", "invite.text",
        "notice.sent-media", "notice.sent-edited", "notice.sent-forwarded", "notice.sent-location",
        "privacy.title", "privacy.kept", "privacy.1", "privacy.2", "privacy.3", "privacy.4",
        "web.403-title", "web.403", "web.404-title", "web.404", "web.413-title", "web.413",
        "notice.welcome", "notice.stale-button", "notice.use-buttons", "notice.too-long", "notice.empty",
        "notice.unknown-command", "notice.nothing-before", "notice.nothing-open", "notice.advice-too-early",
        "notice.paused", "notice.step-done", "notice.erased", "erase.title", "erase.text", "erase.0",
        "erase.1", "erased.title", "erased.text", "erased.0", "restart.title", "restart.text", "restart.0",
        "restart.1", "button.danger", "button.back", "button.review", "button.advise-now", "button.help",
        "button.pause", "button.erase", "button.done", "button.done-count", "button.none", "button.unknown",
        "button.skip", "button.marks", "button.remove", "button.back-to-lists", "button.other-questions",
        "button.keep-region", "button.still-open", "button.give-advice", "button.go-on", "button.step-done",
        "button.to-question", "noticed.seen", "noticed.heard", "noticed.read", "mark.now", "review.signals",
        "watch.threat", "watch.hurt", "watch.tonight", "call.others-first", "call.names-need-consent",
        "advice.title", "advice.close", "advice.step-1", "advice.step-2", "advice.step-3", "advice.step-4",
        "advice.step-5", "advice.can-wait", "wait.until", "wait.watch", "advice.call-now",
        "advice.call-later", "advice.organisations", "advice.do", "advice.do_not", "advice.questions",
        "advice.menu", "advice.helps", "advice.hinders", "advice.reasons", "advice.tally", "advice.form",
        "advice.open", "advice.sharper", "advice.about", "advice.proposal", "advice.version", "why.rule",
        "why.rule-facts", "contact.unverified", "open.always", "open.until", "open.from", "open.closed-day",
        "open.ended", "open.assumed", "level.geen", "level.zacht", "level.duidelijk",
        "level.sterk", "tally.dimension", "tally.child", "strength.vulnerability", "strength.soft",
        "strength.clear", "strength.injury", "strength.severe", "emergency.title", "emergency.call",
        "emergency.others", "topic.gesprek", "topic.signalen", "topic.contacten", "topic.marks", "topic.tips",
        "topic.regions", "topic.closing-days", "help.title", "help.text", "help.is", "help.is-not",
        "help.keeps", "help.typing",
    }
)  # fmt: skip
