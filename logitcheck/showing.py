"""Shows what a run would go by: the settings of each path, and the inputs it stands for. Nothing is inspected."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from logitcheck import checking
from logitcheck.errors import SettingsError
from logitcheck.report import Severity
from logitcheck.reporter.escaping import printable
from logitcheck.run import ExitCode
from logitcheck.settings import Overrides, Plan, Settings
from logitcheck.settings.keys import KEYS
from logitcheck.settings.patterns import Pattern
from logitcheck.settings.selectors import Ignored
from logitcheck.settings.settings import FileIgnores
from logitcheck.streams import complain, write_out


def show(paths: Sequence[str], overrides: Overrides, *, settings: bool, files: bool) -> ExitCode:
    """Write settings, files or both to standard output."""
    try:
        plan = Plan(overrides)
        lines = [*(_settings_of(paths, plan) if settings else ()), *(_files_of(paths, plan) if files else ())]
    except SettingsError as error:
        complain(str(error))
        return ExitCode.UNREADABLE
    text = "".join(f"{printable(line)}\n" for line in lines)
    return ExitCode.CLEAN if write_out(lambda: sys.stdout.write(text), "the list") else ExitCode.UNREADABLE


def _files_of(paths: Sequence[str], plan: Plan) -> Iterator[str]:
    for each in checking.gather(paths, plan):
        for item in each.items:
            yield item if isinstance(item, str) else item.path


def _settings_of(paths: Sequence[str], plan: Plan) -> Iterator[str]:
    """Write the settings that hold for each path, as a settings file would have them; the same ones once."""
    held: dict[str, list[str]] = {}
    for path in paths:
        inside = os.path.join(path, "model") if os.path.isdir(path) else path  # noqa: PTH112, PTH118  kept as given
        held.setdefault("\n".join(_lines(plan.of(inside))), []).append(path)
    for text, sharing in held.items():
        yield f"# {', '.join(sharing)}"
        yield from text.splitlines()


def _lines(settings: Settings) -> Iterator[str]:
    yield f"# from {settings.source}" if settings.source is not None else "# no settings file: defaults"
    for name, key in KEYS.items():
        written = _written(getattr(settings, key.field))
        if written is not None:
            yield f"{name} = {written}"


def _written(value: object) -> str | None:
    """Write a setting as TOML; None for one that says nothing."""
    if value is None or value == () or value == {}:  # noqa: PLR1714  a dict is in no set
        return None
    match value:
        case bool():
            return str(value).lower()
        case tuple() if all(isinstance(each, FileIgnores) for each in value):
            return _table((each.pattern.text, _rules(each.rules)) for each in value)
        case tuple() if all(isinstance(each, Ignored) for each in value):
            return _rules(value)
        case tuple():
            return _list(each.text if isinstance(each, Pattern) else each.written for each in value)
        case Mapping():
            return _table((str(name), _text(said.value)) for name, said in value.items())
        case Severity():
            return _text(value.value)
        case _:
            return _text(str(value))


def _rules(rules: tuple[Ignored, ...]) -> str:
    if all(each.reason is None for each in rules):
        return _list(each.selector.written for each in rules)
    return _table((each.selector.written, _text(each.reason or "")) for each in rules)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _table(items: Iterable[tuple[str, str]]) -> str:
    return "{ " + ", ".join(f"{_text(name)} = {said}" for name, said in items) + " }"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
