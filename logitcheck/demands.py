"""What code asks of a model, in a callback or a test: whether its report will do, and the words if it does not.

What is asked stands in the code, and no settings file has a say in it. What layers and losses of the user's own do is
another matter: it is so wherever it is said, and is taken from settings unless it is given.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from logitcheck import policy
from logitcheck.declarations import Declarations
from logitcheck.report import ModelReport, Report, Severity
from logitcheck.settings.selectors import Ignored
from logitcheck.settings.settings import Settings

_WIDTH = 80
"""Columns: of a traceback in a notebook as much as of a terminal."""


def demand(*, fail_on: str, strict: bool, ignore: str | Iterable[str]) -> Settings:
    """Give what is asked of a model.

    Raises ValueError for a severity that there is not, SettingsError for a rule that there is not.
    """
    severities = [severity.value for severity in Severity]
    if fail_on not in severities:
        raise ValueError(f"fail_on should be one of {', '.join(map(repr, severities))}, found {fail_on!r}.")
    rules: tuple[Ignored, ...] = ()
    if ignore:
        from logitcheck.settings import options

        given = (ignore,) if isinstance(ignore, str) else tuple(ignore)
        rules = tuple(map(Ignored, options.selectors_of("ignore", given)))
    return Settings(fail_on=Severity(fail_on), strict=strict, ignore=rules)


def declarations(model_or_path: object, given: Declarations | None) -> Declarations:
    """Give what is said of the user's own layers and losses: what is given, or what stands in settings.

    Those of a file are found upward from it, those of a model in memory from the current folder.
    Raises SettingsError if they cannot be followed.
    """
    if given is not None:
        return given
    from logitcheck.settings import Plan

    if isinstance(model_or_path, (str, os.PathLike)):
        return Plan().of(str(os.fspath(model_or_path))).declarations
    return Plan().in_folder(os.getcwd()).declarations  # noqa: PTH109  as the plan has it


def told(report: ModelReport, settings: Settings) -> ModelReport:
    """Give the report with what is wrong only, and without what is ignored."""
    return policy.applied(report, settings, policy.PROBLEMS)


def is_refused(report: ModelReport, settings: Settings) -> bool:
    """Whether a model that could be read is not what is asked for."""
    return policy.fails(report, settings)


def text(report: ModelReport) -> str:
    """Write the report as `logitcheck inspect` does."""
    from logitcheck.reporter import text_report
    from logitcheck.reporter.wrapping import plain

    return "\n".join(plain(text_report.lines(Report(models=(report,)), _WIDTH))).strip()
