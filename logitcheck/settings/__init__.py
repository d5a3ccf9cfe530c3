"""Which settings hold for which input: those of the nearest file above it, of the environment and the command line."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from logitcheck.errors import SettingsError
from logitcheck.report import Severity
from logitcheck.settings import files
from logitcheck.settings.patterns import Pattern
from logitcheck.settings.selectors import Ignored, Selector
from logitcheck.settings.settings import Settings

__all__ = ["Overrides", "Plan", "Settings"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """What the command line and the environment say, which wins over files.

    config: the settings file to take instead of searching for one. isolated: take none.
    select: replaces that of the file; extend_select, ignore and exclude add to it. The rest replaces, if given.
    """

    config: str | None = None
    isolated: bool = False
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    fail_on: Severity | None = None
    strict: bool = False
    baseline: str | None = None


NO_OVERRIDES = Overrides()


class Plan:
    """The settings of every input of one run."""

    def __init__(self, overrides: Overrides = NO_OVERRIDES) -> None:
        """Remember what wins over files.

        Raises SettingsError if that names a rule, a pattern or a file that there is not.
        """
        self._overridden = _Overridden(overrides) if overrides != NO_OVERRIDES else None
        self._isolated = overrides.isolated
        self._found: dict[str, Settings] = {}
        self._named = self._changed(_of_file(Path(overrides.config))) if overrides.config is not None else None
        self._default = self._changed(Settings())

    def of(self, path: str) -> Settings:
        """Give the settings of the file or folder at `path`: those of the folder that it is in.

        Raises SettingsError for a settings file that cannot be followed.
        """
        return self.in_folder(os.path.dirname(os.path.abspath(path)))  # noqa: PTH100, PTH120  a run on thousands of files

    def in_folder(self, folder: str) -> Settings:
        """Give the settings for what is in a folder, given as an absolute path."""
        if self._named is not None:
            return self._named
        if self._isolated:
            return self._default
        known = self._found.get(folder)
        if known is None:
            found = files.find(folder)
            known = self._default if found is None else self._changed(files.read(*found))
            self._found[folder] = known
        return known

    def _changed(self, settings: Settings) -> Settings:
        return settings if self._overridden is None else self._overridden.applied_to(settings)


def _of_file(source: Path) -> Settings:
    found = files.table_of(source)
    if found is None:
        raise SettingsError(f"{source}: there is no table [tool.logitcheck] in the file.")
    return files.read(source, *found)


class _Overridden:
    """What wins over settings files, read once."""

    def __init__(self, given: Overrides) -> None:
        self._given = given
        self._select = None if given.select is None else _selectors("--select", given.select)
        self._extend_select = _selectors("--extend-select", given.extend_select)
        self._ignore = tuple(map(Ignored, _selectors("--ignore", given.ignore)))
        self._exclude = _patterns("--exclude", given.exclude)

    def applied_to(self, settings: Settings) -> Settings:
        """Give the settings as they are in this run."""
        given = self._given
        return replace(
            settings,
            select=settings.select if self._select is None else self._select,
            extend_select=(*settings.extend_select, *self._extend_select),
            ignore=(*settings.ignore, *self._ignore),
            exclude=(*settings.exclude, *self._exclude),
            force_exclude=settings.force_exclude or given.force_exclude,
            fail_on=settings.fail_on if given.fail_on is None else given.fail_on,
            strict=settings.strict or given.strict,
            baseline=settings.baseline if given.baseline is None else Path(given.baseline),
        )


def _selectors(option: str, given: tuple[str, ...]) -> tuple[Selector, ...]:
    if not given:  # as in a hook, which does not pay for what reads them
        return ()
    from logitcheck.settings import options

    return options.selectors_of(option, given)


def _patterns(option: str, given: tuple[str, ...]) -> tuple[Pattern, ...]:
    if not given:
        return ()
    from logitcheck.settings import options

    return options.patterns_of(option, given)
