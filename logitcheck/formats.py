"""The formats a report can be written in, and the module that writes each, which is imported when it is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from logitcheck import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logitcheck.report import Report
    from logitcheck.reporter.wrapping import Line


class Format(StrEnum):
    """Output formats: the first two are for people at a terminal, the others are parsed or shown by something else."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    MARKDOWN = "markdown"


class DocumentFormat(StrEnum):
    """How the documentation of rules can be written."""

    TEXT = "text"
    JSON = "json"


WITH_OUTPUTS = frozenset({Format.TEXT, Format.JSON, Format.JSONL})
"""Formats that show the outputs of a model, and not only what was found."""


def lines(report: Report, output_format: Format, width: int, *, ascii_only: bool) -> Iterator[Line]:
    """Write a report as lines of styled text for `width` columns; a format that is no text for a terminal as it is."""
    report = _told(report, output_format)
    match output_format:
        case Format.TEXT:
            from logitcheck.reporter import text_report

            return text_report.lines(report, width, ascii_only=ascii_only)
        case Format.CONCISE:
            from logitcheck.reporter import concise

            return concise.lines(report, width, ascii_only=ascii_only)
        case _:
            return iter([[(line, "")] for line in render(report, output_format).splitlines()])


def is_for_terminals(output_format: Format) -> bool:
    """Whether a format is text for people, which has a width and may have colour."""
    return output_format in {Format.TEXT, Format.CONCISE}


def render(report: Report, output_format: Format) -> str:
    """Write a report as one text."""
    report = _told(report, output_format)
    match output_format:
        case Format.TEXT | Format.CONCISE:
            from logitcheck.reporter.wrapping import plain

            return "".join(f"{line}\n" for line in plain(lines(report, output_format, 100, ascii_only=False)))
        case Format.JSON:
            from logitcheck.reporter import json_report

            return json_report.render(report, __version__) + "\n"
        case Format.JSONL:
            from logitcheck.reporter import jsonl_report

            return jsonl_report.render(report, __version__)
        case Format.SARIF:
            from logitcheck.reporter import sarif_report

            return sarif_report.render(report, __version__, with_skipped=False)
        case Format.GITHUB:
            from logitcheck.reporter import github_annotations

            return github_annotations.render(report, __version__)
        case Format.GITLAB:
            from logitcheck.reporter import gitlab_report

            return gitlab_report.render(report, __version__)
        case Format.JUNIT:
            from logitcheck.reporter import junit_report

            return junit_report.render(report, __version__)
        case Format.MARKDOWN:
            from logitcheck.reporter import markdown_report

            return markdown_report.render(report, __version__)
        case _:
            assert_never(output_format)


def _told(report: Report, output_format: Format) -> Report:
    """Put what was seen of outputs into the findings about them, if anything was, for formats that show no outputs."""
    if output_format in WITH_OUTPUTS or not any(model.observed for model in report.models):
        return report
    from logitcheck.reporter import observed

    return observed.in_findings(report)
