"""What every section of the configuration has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the file: only the keys declared, and read-only once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
