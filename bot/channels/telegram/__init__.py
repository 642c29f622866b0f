"""Telegram: updates become events, turns become messages. python-telegram-bot carries them and does nothing else."""

import os

# Waits come as timedelta, as they will by themselves in a later version.
os.environ.setdefault("PTB_TIMEDELTA", "1")
