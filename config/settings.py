"""The settings, from the environment, a `.env` file or a folder of secrets; the environment wins (docs/settings.md)."""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.errors import SparwijzerError

PREFIX = "SPARWIJZER_"
KEY_BYTES = 32


class SettingsError(SparwijzerError):
    """A setting is wrong; the text names it."""


class Settings(BaseSettings):
    """Everything that can be set. Fields are the variables without their prefix, in lower case."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    database_url: str | None = None
    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    content_dir: Path | None = None
    secret_key: SecretStr | None = None
    retention_hours: Annotated[float, Field(gt=0)] = 24
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias=AliasChoices(f"{PREFIX}LOG_LEVEL", "log_level")
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy URL, the embedded database in the data folder when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'sparwijzer.db'}"


def read_settings(**given: Any) -> Settings:
    """Return the settings. Raises: SettingsError, one line that names the variable that is wrong."""
    folder = os.environ.get(f"{PREFIX}SECRETS_DIR")
    try:
        return Settings(_secrets_dir=folder, **given)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith(PREFIX) else PREFIX + name
        raise SettingsError(f"{name}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None


def read_key(settings: Settings) -> bytes:
    """Return the key that encrypts what is stored; made once, in the data folder, for its owner alone.

    Raises: SettingsError when the data folder cannot be written or the key is too short.
    """
    if settings.secret_key is not None:
        key = settings.secret_key.get_secret_value().encode()
        if len(key) < KEY_BYTES // 2:
            raise SettingsError(f"{PREFIX}SECRET_KEY: is too short; use at least {KEY_BYTES // 2} characters")
        return key
    path = settings.data_dir / "secret.key"
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
