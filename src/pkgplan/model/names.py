"""Names with structure: package keys, version references, uniqueness keys; and the nearest of several names.

Comes in: strings that people or the API wrote. Goes out: typed values and their one spelling.
Never here: knowledge of what the names stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

from pkgplan.model.appearance import apart, taken_for

if TYPE_CHECKING:
    from collections.abc import Iterable

# Lengths add up so that a uniqueness key never exceeds the 128 characters of the API:
# "pkgplan:" 8 + namespace 24 + ":" + environment 24 + ":" + key 48 + "@" + 4 digits + ":" + 16 = 128.
KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)"
MAX_KEY = 48
MAX_NAMESPACE = 24
MAX_ENVIRONMENT = 24
MAX_UNIQUENESS_KEY = 128
DIGEST_CHARACTERS = 16
WHERE_IDS_BELONG = "ids belong into environments/<environment>.lock.json, under the names that a catalog has"

_REF = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)@([1-9][0-9]{0,8})")
_UNIQUENESS_KEY = re.compile(r"pkgplan:([a-z0-9-]+):([a-z0-9-]+):([a-z0-9-]+)@([1-9][0-9]*):([0-9a-f]{16})")
_REMOTE_PREFIX = "package:"
_LONGEST_WORD = 100
_CLOSE = 0.8
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class PackageRef:
    """One emitted version of a package: `starter@2`."""

    key: str
    version: int

    def __str__(self) -> str:
        return f"{self.key}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> PackageRef:
        """Read `key@N`; raises ValueError for anything else."""
        match = _REF.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" is not a package version like "starter@2"')
        return cls(match[1], int(match[2]))


@dataclass(frozen=True, slots=True, order=True)
class ForeignRef:
    """A package that pkgplan did not make, by its id: it has no key and no version."""

    package_id: str

    def __str__(self) -> str:
        return self.package_id


Holder = PackageRef | ForeignRef


def holder_order(holder: Holder) -> tuple[str, int]:
    """Who comes first where a list names several holders: versions by key and number, foreign packages by id."""
    return (holder.key, holder.version) if isinstance(holder, PackageRef) else (holder.package_id, 0)


def parse_holder(text: str) -> Holder:
    """The inverse of `str`: what is no version is the id of a foreign package; raises ValueError for no text."""
    try:
        return PackageRef.parse(text)
    except ValueError:
        if not text:
            raise
        return ForeignRef(text)


@dataclass(frozen=True, slots=True)
class UniquenessKey:
    """The deterministic name of one create call, so that repeating the call cannot repeat the work.

    Source: `uniqueness_key` of POST /v1/packages/create, 1 to 128 characters, never released.
    """

    namespace: str
    environment: str
    ref: PackageRef
    digest16: str

    @classmethod
    def of(cls, namespace: str, environment: str, ref: PackageRef, digest: str) -> UniquenessKey:
        """The key for emitting `ref` with this content digest (`sha256:...`)."""
        return cls(namespace, environment, ref, digest.removeprefix("sha256:")[:DIGEST_CHARACTERS])

    def __str__(self) -> str:
        return f"pkgplan:{self.namespace}:{self.environment}:{self.ref}:{self.digest16}"

    @classmethod
    def parse(cls, text: str) -> UniquenessKey | None:
        """Read a key as sent or as read back (`package:` in front); None if it is not one of ours."""
        match = _UNIQUENESS_KEY.fullmatch(text.removeprefix(_REMOTE_PREFIX))
        if match is None:
            return None
        return cls(match[1], match[2], PackageRef(match[3], int(match[4])), match[5])


def looks_like_id(text: str) -> bool:
    """Whether a text is an id of Metronome's, which a catalog never holds."""
    return _ID.fullmatch(text) is not None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if one is close enough to say so.

    A name that is known is the nearest one itself; next comes one that looks the same, then a misspelling.
    """
    candidates = sorted(known)
    if name in candidates:
        return name
    folded = {_folded(candidate): candidate for candidate in reversed(candidates)}
    wanted = _folded(name)
    if wanted in folded:
        return folded[wanted]
    found = get_close_matches(wanted, folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def misspells(text: str, choice: str) -> bool:
    """Whether a text is one of a few words misspelt, and says nothing else: `unpinned` and `bimonthly` say more."""
    spelt, meant = _folded(text), _folded(choice)
    if spelt == meant:
        return True
    is_close = len(text) <= _LONGEST_WORD and SequenceMatcher(None, spelt, meant).ratio() >= _CLOSE
    return is_close and spelt[:1] == meant[:1] and not re.search("[0-9]", spelt)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint sentence with the nearest name, or with the few names there are, or nothing."""
    names = sorted(known)
    close = nearest(name, names)
    if close is not None:
        written, given = apart(close, name)
        unseen = "" if written == close else f" It is written {written}, and this is {given}"
        return f'did you mean "{close}"?{unseen}'
    if 0 < len(names) <= 8:
        return "known: " + ", ".join(names)
    return ""


def _folded(name: str) -> str:
    return taken_for(name).replace("_", "-")
