"""The keys that a settings file may hold: what each means, and how its value is read. One table for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from logitcheck.declarations import DeclaredInput, DeclaredOutput
from logitcheck.report import Severity
from logitcheck.settings import patterns, selectors
from logitcheck.settings.patterns import Pattern
from logitcheck.settings.places import Place
from logitcheck.settings.selectors import Ignored, Selector
from logitcheck.settings.settings import FileIgnores

_OUTPUTS = ", ".join(each.value for each in DeclaredOutput)
_INPUTS = ", ".join(each.value for each in DeclaredInput)


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key. field: of `Settings`. read: gives its value, or raises SettingsError. meaning, example: for people."""

    field: str
    read: Callable[[object, Place, str], object]
    meaning: str
    example: str


def _boolean(raw: object, place: Place, key: str) -> bool:
    return raw if isinstance(raw, bool) else _wrong(raw, place, key, "true or false")


def _texts(raw: object, place: Place, key: str) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        _wrong(raw, place, key, "a list of texts")
    return raw


def _selectors(raw: object, place: Place, key: str) -> tuple[Selector, ...]:
    return tuple(selector(text, place) for text in _texts(raw, place, key))


def _some_selectors(raw: object, place: Place, key: str) -> tuple[Selector, ...]:
    return _selectors(raw, place, key) or _wrong(raw, place, key, "the rules that are asked, at least one")


def selector(written: str, place: Place) -> Selector:
    """Read one selector of rules.

    Raises SettingsError if it names none.
    """
    found = selectors.read(written)
    if found is None:
        raise place.error(written, unknown_rule(written))
    return found


def unknown_rule(written: str) -> str:
    """Say that there is no such rule, and what may have been meant."""
    close = selectors.similar(written)
    guess = f" Did you mean {', '.join(close)}?" if close else ""
    return f"there is no rule {written!r}.{guess} `logitcheck rules` lists all of them."


def _ignored(raw: object, place: Place, key: str) -> tuple[Ignored, ...]:
    """Read a list of selectors, or a table of them with a reason each."""
    if not isinstance(raw, dict):
        if not isinstance(raw, list):
            _wrong(raw, place, key, "a list of rules, or a table with a reason for each rule")
        return tuple(Ignored(selector) for selector in _selectors(raw, place, key))
    inner = place.inside(key)
    return tuple(Ignored(selector(written, inner), _reason(reason, inner, written)) for written, reason in raw.items())


def _reason(raw: object, place: Place, key: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise place.error(key, f"{key} should be followed by the reason, a text, found {_kind(raw)}.")
    return raw


def _file_ignores(raw: object, place: Place, key: str) -> tuple[FileIgnores, ...]:
    inner = place.inside(key)
    return tuple(
        FileIgnores(pattern=_pattern(pattern, inner), rules=_ignored(rules, inner, pattern))
        for pattern, rules in _table(raw, place, key).items()
    )


def _patterns(raw: object, place: Place, key: str) -> tuple[Pattern, ...]:
    return tuple(_pattern(text, place) for text in _texts(raw, place, key))


def _pattern(text: str, place: Place) -> Pattern:
    if not patterns.is_pattern(text):
        raise place.error(text, f"{text!r} is no pattern of paths, such as 'legacy/**' or '*.h5'.")
    return Pattern(text, place.source.parent.absolute())


def _severity(raw: object, place: Place, key: str) -> Severity:
    return Severity(_one_of([each.value for each in Severity], raw, place, key))


def _path(raw: object, place: Place, key: str) -> object:
    if not isinstance(raw, str) or not raw:
        _wrong(raw, place, key, "a path")
    return place.source.parent / raw


def _declared(kinds: type[DeclaredOutput | DeclaredInput]) -> Callable[[object, Place, str], object]:
    allowed = [each.value for each in kinds]

    def read(raw: object, place: Place, key: str) -> object:
        inner = place.inside(key)
        return {name: kinds(_one_of(allowed, said, inner, name)) for name, said in _table(raw, place, key).items()}

    return read


def _table(raw: object, place: Place, key: str) -> Mapping[str, object]:
    return raw if isinstance(raw, dict) else _wrong(raw, place, key, "a table")


def _one_of(allowed: list[str], raw: object, place: Place, key: str) -> str:
    if isinstance(raw, str) and raw in allowed:
        return raw
    listing = ", ".join(map(repr, allowed))
    raise place.error(key, f"{key} should be one of {listing}, found {_kind(raw)}.")


def _wrong(raw: object, place: Place, key: str, expected: str) -> NoReturn:
    raise place.error(key, f"{key} should be {expected}, found {_kind(raw)}.")


def _kind(raw: object) -> str:
    """Write a value as its author would know it."""
    match raw:
        case bool():
            return str(raw).lower()
        case str() | int() | float():
            return repr(raw)
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"a {type(raw).__name__}"


KEYS: Mapping[str, Key] = {
    "select": Key(
        field="select",
        read=_some_selectors,
        meaning="The rules that are asked: codes, groups (LC1), names or ALL.",
        example='["LC1", "LC2"]',
    ),
    "extend-select": Key(
        field="extend_select",
        read=_selectors,
        meaning="Further rules that are asked.",
        example='["LC401"]',
    ),
    "ignore": Key(
        field="ignore",
        read=_ignored,
        meaning="Rules that are kept quiet: a list, or a table with the reason for each, which reports show.",
        example='{ LC108 = "scores are ranked, not calibrated" }',
    ),
    "per-file-ignores": Key(
        field="per_file_ignores",
        read=_file_ignores,
        meaning="Rules that are kept quiet in the files that a pattern means, with or without a reason.",
        example='{ "legacy/*.h5" = { LC102 = "never trained again" } }',
    ),
    "exclude": Key(
        field="exclude",
        read=_patterns,
        meaning="What a search of a folder passes over: patterns, relative to the folder of the settings file.",
        example='["checkpoints", "data/**/*.h5"]',
    ),
    "force-exclude": Key(
        field="force_exclude",
        read=_boolean,
        meaning="Whether `exclude` also goes for paths that are given one by one, as pre-commit gives them.",
        example="true",
    ),
    "fail-on": Key(
        field="fail_on",
        read=_severity,
        meaning="The mildest severity that makes the exit status 1: error, warning or info.",
        example='"error"',
    ),
    "strict": Key(
        field="strict",
        read=_boolean,
        meaning="Whether an undetermined model makes the exit status 1, too.",
        example="true",
    ),
    "baseline": Key(
        field="baseline",
        read=_path,
        meaning="The file of known findings, relative to the settings file; `--write-baseline` makes it.",
        example='"logitcheck-baseline.json"',
    ),
    "layers": Key(
        field="layers",
        read=_declared(DeclaredOutput),
        meaning=f"What custom layers put out, by class: {_OUTPUTS}.",
        example='{ "pkg>MySoftmax" = "probabilities" }',
    ),
    "losses": Key(
        field="losses",
        read=_declared(DeclaredInput),
        meaning=f"What custom losses expect, by name: {_INPUTS}.",
        example='{ my_ce = "logits" }',
    ),
}
"""Every key of `[tool.logitcheck]` in pyproject.toml, and of logitcheck.toml at its top level."""
