"""Logs hold no content, no user and no token."""

import logging
import re

from config.settings import Settings

TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{4,}")
CHATTY = ("alembic", "telegram", "httpx", "httpcore", "aiohttp.access", "sqlalchemy", "asyncio")
"""Libraries that log addresses or what they send: only their warnings are kept."""


class _NoToken(logging.Filter):
    """Takes the token out of whatever is logged, whoever logs it."""

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = text.replace(self._token, "<token>") if self._token else text
        record.msg, record.args = TOKEN.sub("<token>", clean), ()
        if record.exc_info:
            # A traceback may quote what somebody typed; its kind says enough.
            kind = record.exc_info[0]
            record.msg, record.exc_info, record.exc_text = f"{record.msg} ({kind.__name__ if kind else ''})", None, None
        return True


def set_up_logging(settings: Settings) -> None:
    """Log to standard error."""
    handler = logging.StreamHandler()
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else None
    handler.addFilter(_NoToken(token))
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", handlers=[handler]
    )
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
