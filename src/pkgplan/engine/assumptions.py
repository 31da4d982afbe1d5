"""What the vendor does not document, each as a named setting of the engine with the reading that we chose.

Comes in: readings by name. Goes out: one frozen value that every call can ask.
Never here: behaviour; each setting says in its question what depends on it, and is read where that happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args, get_type_hints

from pkgplan.model.names import did_you_mean
from pkgplan.model.timeline import SAFEST, TakeoverRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Status = Literal["400", "404"]


class Setting(NamedTuple):
    """One setting as people read it."""

    name: str
    value: str
    default: str
    choices: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The engine's readings; `takeover` has those that planner and engine share."""

    takeover: TakeoverRule = SAFEST
    alias_instant: Literal["contract-start", "now"] = field(
        default="contract-start",
        metadata={"question": "Which instant decides which package or rate card an alias stands for?"},
    )
    alias_miss_status: Status = field(
        default="400", metadata={"question": "What does provisioning answer if nobody is behind the alias?"}
    )
    archived_alias: Literal["nobody", "package"] = field(
        default="nobody",
        metadata={
            "question": "Whom does an alias of an archived package stand for, until another package takes it?"
        },
    )
    archived_package_status: Status = field(
        default="400", metadata={"question": "What does provisioning an archived package answer?"}
    )
    provider_mismatch_status: Status = field(
        default="400",
        metadata={
            "question": "What does provisioning answer if not exactly one billing provider configuration matches?"
        },
    )
    term_after_contract_end: Literal["capped", "kept"] = field(
        default="capped",
        metadata={"question": "What becomes of a term whose dates reach beyond the end of the contract?"},
    )
    terms_after_shortening: Literal["truncated", "restored"] = field(
        default="truncated",
        metadata={
            "question": "What of a term was cut when its contract was shortened, once it is lengthened again?"
        },
    )
    weekly_anchor: Literal["contract-start", "first-of-month"] = field(
        default="contract-start",
        metadata={"question": "Where do weekly usage statements begin under FIRST_OF_MONTH?"},
    )
    quarter_anchor: Literal["next-month", "calendar"] = field(
        default="next-month",
        metadata={
            "question": "Where do quarters and years of usage statements begin under FIRST_OF_MONTH: with the first"
            " month, or as in every calendar?"
        },
    )
    long_subscription_anchor: Literal["statements", "own-start"] = field(
        default="statements",
        metadata={
            "question": "Where do periods of a subscription begin that are longer than those of usage statements?"
        },
    )
    rollover_base: Literal["active", "all-segments"] = field(
        default="active",
        metadata={
            "question": "Is the rollover fraction of the active segments of a balance or of all that it ever had, as"
            " far as so much is left?"
        },
    )
    equal_priorities: Literal["first", "last"] = field(
        default="first",
        metadata={"question": "Which of several overrides with the same explicit priority counts?"},
    )
    pass_down_keys: Literal["both", "package"] = field(
        default="both",
        metadata={
            "question": "Must a custom field key of a package's term be registered for the contract's term, too?"
        },
    )

    def settings(self) -> Iterator[Setting]:
        """Every setting, those of aliases first."""
        for question, (default, choices, text) in _QUESTIONS.items():
            yield Setting(question, self._value(question), default, choices, text)

    def _value(self, name: str) -> str:
        return self.takeover.readings()[name] if name in TAKEOVER else cast("str", getattr(self, name))

    @classmethod
    def of(cls, readings: Mapping[str, str]) -> Assumptions:
        """The assumptions with these readings; raises ValueError for a name or a value that is none."""
        for name, value in readings.items():
            if name not in _QUESTIONS:
                raise ValueError(
                    f'there is no assumption "{name}"; {did_you_mean(name, _QUESTIONS)}'.rstrip("; ")
                )
            choices = _QUESTIONS[name][1]
            if value not in choices:
                raise ValueError(f'"{name}" can be {" or ".join(choices)}, not "{value}"')
        takeover = TakeoverRule.of({name: value for name, value in readings.items() if name in TAKEOVER})
        others: dict[str, Any] = {name: value for name, value in readings.items() if name not in TAKEOVER}
        return cls(takeover, **others)


TAKEOVER = {
    "later_windows": "What does a create do to windows of the alias that start later?",
    "after_bounded_end": "Who has the alias after a window with an end that was laid over a longer one?",
    "dateless_takeover": "What does a create without a start do to the windows that are there?",
    "dateless_start": "Where does a window without a start begin?",
}


def _questions() -> Iterator[tuple[str, tuple[str, tuple[str, ...], str]]]:
    for name, text in TAKEOVER.items():
        reading = getattr(SAFEST, name)
        yield name, (str(reading), tuple(str(each) for each in type(reading)), text)
    hints = get_type_hints(Assumptions)
    for each in fields(Assumptions):
        if "question" in each.metadata:
            yield (
                each.name,
                (cast("str", each.default), get_args(hints[each.name]), each.metadata["question"]),
            )


_QUESTIONS = dict(_questions())
DEFAULTS = Assumptions()
