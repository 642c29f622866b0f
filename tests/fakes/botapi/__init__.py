"""The parts of the fake Bot API server; tests import it from tests.fakes.bot_api."""
