"""Settings, from environment variables with the prefix WEB_."""

from functools import lru_cache

from pydantic import Field, HttpUrl, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WEB_", frozen=True)

    host: str = "0.0.0.0"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: PostgresDsn | None = None
    database_pool_size: int = Field(default=5, ge=1, le=100)
    #: Key of the tokens that may upload; uploads are refused without one.
    secret: SecretStr | None = Field(default=None, min_length=32)
    token_days: int = Field(default=30, ge=1)
    #: Where warnings are posted as JSON.
    webhook: HttpUrl | None = None
    webhook_timeout: float = Field(default=5.0, gt=0)
    max_upload_bytes: int = Field(default=10_000_000, gt=0)
    summary_cache_seconds: int = Field(default=60, ge=0)
    log_json: bool = True

    @property
    def sqlalchemy_url(self) -> str:
        """The address with the driver's name in it, as SQLAlchemy wants it."""
        if self.database_url is None:
            raise RuntimeError("WEB_DATABASE_URL is not set")
        _, rest = str(self.database_url).split("://", 1)
        return f"postgresql+psycopg://{rest}"


@lru_cache
def settings() -> Settings:
    return Settings()
