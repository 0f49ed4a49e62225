"""What kept views look like from outside."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from serving.api.account_query import AccountFilter

NAME_LENGTH = 80
SCHEMAS: dict[str, Any] = AccountFilter.model_json_schema()["properties"]
NUMBERS = {
    name
    for name, schema in SCHEMAS.items()
    if any(each.get("type") in ("integer", "number") for each in schema.get("anyOf", [schema]))
}
"""Parts of a question that are numbers. In an address all is text; in a body a number is one."""


class ViewIn(BaseModel):
    """A view as somebody wants it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=NAME_LENGTH,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="What it is called; one's views have different names.",
        examples=["Renewals at risk"],
    )
    query: AccountFilter = Field(
        description="The question, as /v1/accounts takes it; without cursor.",
        examples=[{"band": ["red", "yellow"], "sort": "arr"}],
    )

    @field_validator("query", mode="before")
    @classmethod
    def _with_numbers(cls, given: Any) -> Any:
        """Refuse text and truth where a number belongs.

        Raises:
            ValueError: there is some.
        """
        wrong = [] if not isinstance(given, dict) else [
            name for name in sorted(NUMBERS & given.keys())
            if isinstance(given[name], str | bool)
        ]  # fmt: skip
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: a number belongs here, without quotes")
        return given


class ViewOut(BaseModel):
    """A kept view."""

    view_id: str = Field(
        description="Names it for good.", examples=["0f4c6f7c2f7b4b6fb7a1c1a1c9f3d2e1"]
    )
    name: str = Field(description="What it is called.", examples=["Renewals at risk"])
    query: dict[str, Any] = Field(
        description="The question, as /v1/accounts takes it; what is not said is the default. That"
        " of a view kept on the console's page is as the address of the page says it.",
        examples=[{"band": ["red", "yellow"], "sort": "arr"}],
    )
    version: int = Field(description="Grows with each change; its ETag.", examples=[1])
    created_at: datetime = Field(
        description="When it was made, UTC.", examples=["2026-07-01T08:00:00Z"]
    )
    updated_at: datetime = Field(
        description="When it was last changed, UTC.", examples=["2026-07-01T08:00:00Z"]
    )


class ViewsOut(BaseModel):
    """All of one's views."""

    items: list[ViewOut] = Field(description="By name.")
