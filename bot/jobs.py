"""What is done again and again beside the conversations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.writer import WriterClosedError

log = logging.getLogger("sparwijzer.jobs")


async def forever(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Do a job now and every so many seconds; a database that is away is waited for."""
    while True:
        try:
            await job()
        except (SQLAlchemyError, WriterClosedError) as error:
            log.warning("could not be done now: %s", type(error).__name__)
        await asyncio.sleep(seconds)
