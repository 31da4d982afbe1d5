"""The envelope that every catalog file has: apiVersion, kind, metadata, spec.

Comes in: the spec model of a kind. Goes out: the document model of that kind.
Never here: any field of a spec.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import Field

from pkgplan.model.catalog.fields import CatalogModel, Key, Name

API_VERSION = "pkgplan/v1"

Spec = TypeVar("Spec", bound=CatalogModel)


class Metadata(CatalogModel):
    """Who and what a declaration is; never sent to Metronome."""

    key: Key = Field(
        description="The name by which the rest of the catalog refers to this declaration. Lower-case "
        "letters, digits and single hyphens, at most 48 characters. Renaming it makes it "
        "another declaration.",
        examples=["starter"],
    )
    description: str | None = Field(
        default=None,
        description="One or two sentences for the people who read the catalog. Changing it makes no new "
        "version.",
        examples=["Standard Starter Plan pricing as of October 1, 2025"],
    )
    owner: Name | None = Field(
        default=None,
        description="The team or person to ask about this declaration.",
        examples=["growth"],
    )
    labels: dict[Name, str] = Field(
        default_factory=dict,
        description="Free text by name, for sorting and searching. Changing labels makes no new version.",
        examples=[{"segment": "self-serve"}],
    )


class Document(CatalogModel, Generic[Spec]):
    """One catalog file."""

    api_version: Literal["pkgplan/v1"] = Field(
        alias="apiVersion",
        description="The version of the catalog language that the file is written in.",
        examples=["pkgplan/v1"],
    )
    kind: str = Field(description="What the file declares.", examples=["Package"])
    metadata: Metadata = Field(
        description="The key of the declaration, and notes for people.",
        examples=[{"key": "starter", "owner": "growth"}],
    )
    spec: Spec
