"""The settings, from the environment, a `.env` file or a folder of secrets; the environment wins (docs/settings.md)."""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.errors import SparwijzerError

PREFIX = "SPARWIJZER_"
KEY_BYTES = 32


class SettingsError(SparwijzerError):
    """A setting is wrong; the text names it."""


TOKEN = r"^\d+:[A-Za-z0-9_-]+$"  # noqa: S105 - the shape of one
SECRET = r"^[A-Za-z0-9_-]{1,256}$"  # noqa: S105 - what Telegram takes
LONGEST_WITH_TELEGRAM = 47
"""Hours: Telegram lets a bot delete messages for 48."""


class Settings(BaseSettings):
    """Everything that can be set. Fields are the variables without their prefix, in lower case."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: str | None = None
    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    telegram_token: SecretStr | None = None
    telegram_api_base: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    access: Literal["open", "invite"] = "open"
    rate_per_minute: Annotated[int, Field(gt=0)] = 120
    secret_key: SecretStr | None = None
    new_secret_key: SecretStr | None = None
    retention_hours: Annotated[float, Field(gt=0)] = 24
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("telegram_token", "telegram_webhook_url", "telegram_webhook_secret", "database_url", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        """An empty variable, as compose files make them, is one that is not set."""
        return None if value == "" else value

    @model_validator(mode="after")
    def _telegram_fits(self) -> Self:
        if self.telegram_token is None:
            return self
        if not re.fullmatch(TOKEN, self.telegram_token.get_secret_value()):
            raise _WrongError("TELEGRAM_TOKEN", "is not a bot token; it looks like 123456:ABC-def")
        if self.retention_hours > LONGEST_WITH_TELEGRAM:
            raise _WrongError(
                "RETENTION_HOURS", f"is at most {LONGEST_WITH_TELEGRAM} with Telegram, which deletes no later"
            )
        if not self.telegram_api_base.startswith(("https://", "http://")):
            raise _WrongError("TELEGRAM_API_BASE", "is not an address such as https://api.telegram.org")
        if self.telegram_mode == "webhook":
            if self.telegram_webhook_url is None:
                raise _WrongError("TELEGRAM_WEBHOOK_URL", "is needed for the mode webhook")
            if self.telegram_webhook_secret is None:
                raise _WrongError("TELEGRAM_WEBHOOK_SECRET", "is needed for the mode webhook")
            if not re.fullmatch(SECRET, self.telegram_webhook_secret.get_secret_value()):
                raise _WrongError("TELEGRAM_WEBHOOK_SECRET", "has 1 to 256 letters, digits, _ and -")
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy URL, the embedded database in the data folder when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'sparwijzer.db'}"


class _WrongError(ValueError):
    """Settings that do not fit together; names the one to change."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{PREFIX}{name}: {problem}")


def read_settings(**given: Any) -> Settings:
    """Return the settings. Raises: SettingsError, one line that names the variable that is wrong."""
    folder = os.environ.get(f"{PREFIX}SECRETS_DIR")
    try:
        return Settings(_secrets_dir=folder, **given)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if isinstance(first.get("ctx", {}).get("error"), _WrongError):
            raise SettingsError(str(first["ctx"]["error"])) from None
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith(PREFIX) else PREFIX + name
        raise SettingsError(f"{name}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None


def key_file(settings: Settings) -> Path:
    """Where the key is kept that was made by itself."""
    return settings.data_dir / "secret.key"


def given_key(value: SecretStr, name: str) -> bytes:
    """Return a key that was given. Raises: SettingsError when it is too short."""
    key = value.get_secret_value().encode()
    if len(key) < KEY_BYTES // 2:
        raise SettingsError(f"{PREFIX}{name}: is too short; use at least {KEY_BYTES // 2} characters")
    return key


def read_key(settings: Settings) -> bytes:
    """Return the key that opens the database; made once, in the data folder, for its owner alone.

    Raises: SettingsError when the data folder cannot be written or the key is too short.
    """
    if settings.secret_key is not None:
        return given_key(settings.secret_key, "SECRET_KEY")
    return _made_once(settings, key_file(settings))


def begin_key(settings: Settings) -> bytes:
    """Make the key that the database is about to be sealed with, beside the one in use."""
    return _made_once(settings, _next_key_file(settings))


def unfinished_key(settings: Settings) -> bytes | None:
    """Return the key of a rotation that was begun, None when there is none."""
    path = _next_key_file(settings)
    return path.read_bytes().strip() if settings.secret_key is None and path.exists() else None


def finish_key(settings: Settings) -> None:
    """Take the new key into use: the database is sealed with it."""
    os.replace(_next_key_file(settings), key_file(settings))


def _next_key_file(settings: Settings) -> Path:
    return settings.data_dir / "secret.key.new"


def _made_once(settings: Settings, path: Path) -> bytes:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES))
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"{PREFIX}DATA_DIR: {path}: {error.strerror}") from None
    if len(key) < KEY_BYTES:
        raise SettingsError(f"{PREFIX}DATA_DIR: {path} holds no key; remove it only if nothing stored is needed")
    return key
