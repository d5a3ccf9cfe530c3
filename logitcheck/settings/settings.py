"""The settings that hold for one input, whoever made them: a file, the environment or the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from logitcheck.declarations import NO_DECLARATIONS, Declarations, DeclaredInput, DeclaredOutput
from logitcheck.report import Severity
from logitcheck.settings.patterns import Pattern
from logitcheck.settings.selectors import Ignored, Selector


@dataclass(frozen=True, kw_only=True, slots=True)
class FileIgnores:
    """What is kept quiet in the files that a pattern means."""

    pattern: Pattern
    rules: tuple[Ignored, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What is reported of an input, and what fails the run.

    source: the file they come from, if any.
    select: rules that are asked; None stands for those of the command. extend_select: further ones.
    ignore, per_file_ignores: rules that are kept quiet, with reasons.
    exclude: what a search passes over. force_exclude: whether that goes for paths that are given one by one, too.
    fail_on: the mildest severity that fails the run. strict: whether an undetermined model does.
    baseline: the file of known findings, if any.
    layers, losses: what custom layers put out and custom losses expect, by name.
    """

    source: Path | None = None
    select: tuple[Selector, ...] | None = None
    extend_select: tuple[Selector, ...] = ()
    ignore: tuple[Ignored, ...] = ()
    per_file_ignores: tuple[FileIgnores, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    force_exclude: bool = False
    fail_on: Severity = Severity.WARNING
    strict: bool = False
    baseline: Path | None = None
    layers: Mapping[str, DeclaredOutput] = field(default_factory=dict)
    losses: Mapping[str, DeclaredInput] = field(default_factory=dict)

    @property
    def declarations(self) -> Declarations:
        """What is said of the user's own layers and losses."""
        if not self.layers and not self.losses:
            return NO_DECLARATIONS
        return Declarations(layers=self.layers, losses=self.losses)

    def excludes(self, path: str) -> bool:
        """Whether a search passes over the file or folder at `path`."""
        return any(pattern.means(path) for pattern in self.exclude)

    def ignored_in(self, path: str) -> tuple[Ignored, ...]:
        """Give what is kept quiet in the file at `path` because of patterns."""
        return tuple(ignored for each in self.per_file_ignores if each.pattern.means(path) for ignored in each.rules)
