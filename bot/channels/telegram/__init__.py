"""Telegram: updates become events, turns become messages. python-telegram-bot carries them and does nothing else."""
