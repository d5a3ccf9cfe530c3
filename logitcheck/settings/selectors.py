"""How settings name rules: `ALL`, a group (`LC1`), a code (`LC101`) or a name (`probabilities-as-logits`).

Where several of them cover one rule, the one that says it most exactly decides; between two that are as exact, what is
ignored is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_EVERY = "ALL"
_GROUP = re.compile(r"LC\d{0,2}")


@dataclass(frozen=True, slots=True)
class Selector:
    """One or several rules. prefix: of their codes, empty for every rule. written: as the user wrote it."""

    prefix: str
    written: str

    def covers(self, code: str) -> bool:
        """Whether the rule with this code is meant."""
        return code.startswith(self.prefix)

    @property
    def exactness(self) -> int:
        """How exactly it says which rules are meant: larger for fewer rules."""
        return len(self.prefix)


def read(written: str) -> Selector | None:
    """Read a selector; None if there is no such rule or group."""
    word = written.strip().upper()
    if word == _EVERY:
        return Selector("", written)
    from logitcheck.rules import catalogue, lookup

    if _GROUP.fullmatch(word):
        return Selector(word, written) if any(rule.code.startswith(word) for rule in catalogue.ALL) else None
    rule = lookup.find(written)
    return None if rule is None else Selector(rule.code, written)


def similar(written: str) -> list[str]:
    """Give what may have been meant by a selector that is none."""
    from logitcheck.rules import lookup

    return lookup.similar(written)


def most_exact(selectors: Iterable[Selector], code: str) -> Selector | None:
    """Give the selector that says most exactly that the rule with this code is meant; None if none does."""
    return max((each for each in selectors if each.covers(code)), key=lambda each: each.exactness, default=None)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Rules to keep quiet, and the reason that was given for it, if any."""

    selector: Selector
    reason: str | None = None


def most_exact_of(ignored: Iterable[Ignored], code: str) -> Ignored | None:
    """Give what says most exactly that the rule with this code is to be quiet; None if nothing does."""
    meant = (each for each in ignored if each.selector.covers(code))
    return max(meant, key=lambda each: each.selector.exactness, default=None)
