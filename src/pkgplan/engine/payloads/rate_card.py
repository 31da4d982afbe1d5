"""The bodies of calls about rate cards.

Comes in and goes out: see the package. Never here: rates (`rate.py`).
Source: SDK types `rate_card_{create,update,list,retrieve,archive}_params`; the OpenAPI description closes the
body of list alone.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, StrictStr

from pkgplan.engine.fields import Body, ClosedBody, CustomFields, EntityId, Positive
from pkgplan.engine.payloads.package import Windows
from pkgplan.model.units import USD_CREDIT_TYPE_ID


class Conversion(Body):
    """`CreditTypeConversionInput`: what a custom unit is worth."""

    custom_credit_type_id: EntityId
    fiat_per_custom_credit: Positive


class RateCardCreate(Body):
    """`CreateRateCardPayload`."""

    name: StrictStr
    description: StrictStr | None = None
    aliases: Windows = Field(default_factory=list)
    fiat_credit_type_id: EntityId = USD_CREDIT_TYPE_ID
    credit_type_conversions: list[Conversion] = Field(default_factory=list)
    custom_fields: CustomFields = Field(default_factory=dict)


class RateCardUpdate(Body):
    """`UpdateRateCardPayload`, with the conversions that only the SDK has; what is left out stays."""

    rate_card_id: EntityId
    name: StrictStr | None = None
    description: StrictStr | None = None
    aliases: Windows | None = None
    add_credit_type_conversions: list[Conversion] = Field(default_factory=list)


class RateCardId(Body):
    """The rate card to read or to archive."""

    id: EntityId


class RateCardList(ClosedBody):
    """The empty body of a list call."""

    MAY_BE_ABSENT: ClassVar[bool] = True
