"""What the documentation has from the program itself: sessions of a terminal, and tables of settings and variables."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main

from logitcheck.commands import app
from logitcheck.settings.keys import KEYS

ROOT = Path(__file__).parent.parent
SESSION = re.compile(
    r"(?<=```console\n)\$ logitcheck (?P<arguments>[^|\n]*)(?P<pipe> \| [^\n]*)?\n(?P<shown>(?:.*\n)*?)(?=```)"
)
PART = re.compile(r"(?<=<!-- made from the program: )(?P<name>\w+) -->\n(?:(?!<!--).*\n)*(?=<!-- end -->)")


def made_anew(text: str) -> str:
    """A page with every session and every table in it as the program makes it today."""
    return PART.sub(lambda found: f"{found['name']} -->\n\n{PARTS[found['name']]()}\n", SESSION.sub(session, text))


def session(shown: re.Match[str]) -> str:
    """Run the command that a session shows, in 80 columns, and give the session as it is now."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOGITCHECK_")}
    printed = subprocess.run(
        [sys.executable, "-m", "logitcheck", *shlex.split(shown["arguments"])],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**kept, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
    ).stdout
    pipe = shown["pipe"] or ""
    return f"$ logitcheck {shown['arguments']}{pipe}\n{_piped(printed, pipe.removeprefix(' | ')).rstrip()}\n"


def _piped(text: str, command: str) -> str:
    """Do to a text what the command behind the pipe does: the few that the pages use."""
    match shlex.split(command):
        case []:
            return text
        case ["cut", "-c", columns] if columns.startswith("-"):
            return "".join(f"{line[: int(columns[1:])]}\n" for line in text.splitlines())
        case ["head", "-n", count]:
            return "".join(text.splitlines(keepends=True)[: int(count)])
        case ["jq", path]:
            return json.dumps(_at(json.loads(text), path), indent=2, ensure_ascii=False)
        case _:
            raise ValueError(command)


def _at(value: Any, path: str) -> Any:
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        value = value[name] if name else value[int(number)]
    return value


def _keys() -> str:
    rows = (f"| `{name}` | {key.meaning} | `{key.example}` |\n" for name, key in KEYS.items())
    return "| key | meaning | example |\n|---|---|---|\n" + "".join(rows)


def _variables() -> str:
    rows = (f"| `{variable}` | {option} | {help_text} |\n" for variable, option, help_text in _options())
    return "| variable | option | what it does |\n|---|---|---|\n" + "".join(rows)


def _options() -> Iterator[tuple[str, str, str]]:
    for option in COMMANDS["check"].params:
        if option.envvar is not None:
            yield option.envvar, f"`{option.opts[0]}`", option.help


COMMANDS: Mapping[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
PARTS: Mapping[str, Callable[[], str]] = {"keys": _keys, "variables": _variables}
