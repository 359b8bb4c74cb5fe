"""Argument types that several tools share."""

from typing import Annotated

from pydantic import Field

MAX_TEXT = 8000

Prompts = Annotated[
    list[Annotated[str, Field(max_length=MAX_TEXT)]],
    Field(min_length=1, max_length=128, description="What the user says, one conversation each; up to 128 in one call."),
]
System = Annotated[str | None, Field(max_length=MAX_TEXT, description="System prompt; null for none.")]
Samples = Annotated[int, Field(ge=1, le=64, description="Samples of each.")]
Temperature = Annotated[float, Field(ge=0, le=2, description="Sampling temperature; 0 for the likeliest.")]
MaxTokens = Annotated[int, Field(ge=1, le=400, description="Longest reply in tokens.")]
Page = Annotated[int, Field(ge=1, le=1_000_000, description="Page, from 1.")]
PageSize = Annotated[int, Field(ge=1, le=200, description="Items a page.")]
Split = Annotated[str | None, Field(description="Only this part of the data (see the data summary of the brief); null for all.")]
