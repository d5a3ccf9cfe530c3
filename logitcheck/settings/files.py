"""Finds the settings file of an input, upward from it, and reads it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from logitcheck.errors import SettingsError
from logitcheck.settings.settings import Settings

OWN_FILE = "logitcheck.toml"
PROJECT_FILE = "pyproject.toml"
_TABLE = ("tool", "logitcheck")
_ALIKE = b"tool.logit"
"""What a misspelt name of the table is found by."""

_LARGEST = 16 * 1024 * 1024
"""Bytes of a settings file; a pyproject.toml has a few thousand."""


def find(folder: str) -> tuple[Path, Mapping[str, object], str] | None:
    """Find the settings for what is in `folder`: there or in the nearest folder above that has some.

    Gives the file, the table of settings in it and its text. `logitcheck.toml` wins over `pyproject.toml` beside it,
    which counts only with a table `[tool.logitcheck]`.
    Raises SettingsError for a file that cannot be read.
    """
    while True:
        for name in (OWN_FILE, PROJECT_FILE):
            path = os.path.join(folder, name)  # noqa: PTH118  pathlib costs more than the rest of the search
            if os.path.isfile(path):  # noqa: PTH113  see above
                found = table_of(Path(path))
                if found is not None:
                    return Path(path), *found
            elif name == OWN_FILE and os.path.lexists(path):
                raise SettingsError(f"{path}: the settings are no file, or a link to none.")
        above = os.path.dirname(folder)  # noqa: PTH120  see above
        if above == folder:
            return None
        folder = above


def table_of(source: Path) -> tuple[Mapping[str, object], str] | None:
    """Read the table of settings of a file, and its text; None for a pyproject.toml without one."""
    is_project = source.name == PROJECT_FILE
    raw = _read(source)
    if is_project and b"logitcheck" not in raw and _ALIKE not in raw:
        return None
    import tomllib

    try:
        text = raw.decode("utf-8-sig")
        table: object = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{source}:1: the file is not UTF-8 text ({error.reason}).") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: the file is no TOML: {error}.") from error
    except RecursionError as error:
        raise SettingsError(f"{source}: the file is nested too deep to be read.") from error
    if is_project:
        tools = table.get("tool") if isinstance(table, dict) else None
        _refuse_misspelt(source, text, tools if isinstance(tools, dict) else {})
        table = tools.get("logitcheck") if isinstance(tools, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        from logitcheck.settings.places import Place

        raise Place(source, text, ("tool",)).error("logitcheck", "tool.logitcheck should be a table.")
    return table, text


def _refuse_misspelt(source: Path, text: str, tools: Mapping[str, object]) -> None:
    """Refuse a table whose name is nearly that of the settings: it would count for nothing, and nobody would know."""
    for name in tools if "logitcheck" not in tools else ():
        if name.startswith("logit"):
            from difflib import get_close_matches

            from logitcheck.settings.places import Place

            if get_close_matches(name, ["logitcheck"]):
                place = Place(source, text, ("tool", name))
                raise place.error(name, f"unknown table [tool.{name}]. Did you mean [tool.logitcheck]?")


def _read(source: Path) -> bytes:
    try:
        if not stat.S_ISREG(source.stat().st_mode):
            raise SettingsError(f"{source}: the settings are no file.")
        with source.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"{source}: the settings cannot be read: {error.strerror}.") from error
    if len(raw) > _LARGEST:
        raise SettingsError(f"{source}: the file is larger than {_LARGEST:,} bytes, which no settings are.")
    return raw


def read(source: Path, table: Mapping[str, object], text: str) -> Settings:
    """Make settings of a table.

    Raises SettingsError for a key or value that is none.
    """
    from difflib import get_close_matches

    from logitcheck.settings.keys import KEYS
    from logitcheck.settings.places import Place

    place = Place(source, text, _TABLE if source.name == PROJECT_FILE else ())
    given: dict[str, object] = {}
    for key, raw in table.items():
        if key == "tool" and not place.path:
            raise place.error(key, f"in {OWN_FILE} keys stand at the top: [layers], not [tool.logitcheck.layers].")
        if key not in KEYS:
            close = get_close_matches(key.replace("_", "-").lower(), KEYS, 1)
            guess = f" Did you mean {close[0]!r}?" if close else f" The keys are: {', '.join(KEYS)}."
            raise place.error(key, f"unknown key {key!r} in {place.title}.{guess}")
        given[KEYS[key].field] = KEYS[key].read(raw, place, key)
    return Settings(source=source, **given)  # type: ignore[arg-type]  # KEYS reads each as its field's type
