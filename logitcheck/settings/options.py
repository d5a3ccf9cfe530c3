"""Settings that are given on the command line or in the environment, read as those of a file are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from logitcheck.errors import SettingsError
from logitcheck.settings import keys, patterns, selectors
from logitcheck.settings.patterns import Pattern
from logitcheck.settings.selectors import Selector


def selectors_of(option: str, given: Sequence[str]) -> tuple[Selector, ...]:
    """Read selectors of rules, several of them in one text with commas.

    Raises SettingsError if there is no such rule; `option` names it in the message.
    """
    found = tuple(_selector(option, word) for text in given for word in text.split(",") if word.strip())
    if given and not found:
        raise SettingsError(f"{option}: no rule is named, as by an unset shell variable.")
    return found


def _selector(option: str, word: str) -> Selector:
    found = selectors.read(word)
    if found is None:
        raise SettingsError(f"{option}: {keys.unknown_rule(word)}")
    return found


def patterns_of(option: str, given: Iterable[str]) -> tuple[Pattern, ...]:
    """Read patterns of paths, which are relative to the current folder.

    Raises SettingsError for a text that is none.
    """
    here = Path.cwd()
    wrong = next((text for text in given if not patterns.is_pattern(text)), None)
    if wrong is not None:
        raise SettingsError(f"{option}: {wrong!r} is no pattern of paths, such as 'legacy/**' or '*.h5'.")
    return tuple(Pattern(text, here) for text in given)
