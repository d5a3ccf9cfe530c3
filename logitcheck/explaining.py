"""The commands about the rules themselves: list them, and print what some say about themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

from logitcheck import __version__
from logitcheck.formats import DocumentFormat
from logitcheck.reporter import rules_json, rules_text
from logitcheck.reporter.escaping import printable
from logitcheck.reporter.wrapping import Line
from logitcheck.rules import catalogue, lookup
from logitcheck.rules.base import Rule
from logitcheck.rules.documentation import UndocumentedError
from logitcheck.run import ExitCode
from logitcheck.streams import complain, write_lines, write_out


def list_rules(output_format: DocumentFormat = DocumentFormat.TEXT) -> ExitCode:
    """Print every rule with its title."""
    return _print(catalogue.ALL, output_format, rules_text.list_lines, rules_json.render_list)


def explain(wanted: Sequence[str], output_format: DocumentFormat = DocumentFormat.TEXT) -> ExitCode:
    """Print the documentation of each rule that is asked for, by code or name; nothing at all if one is unknown."""
    found = {word: lookup.find(word) for word in wanted}
    unknown = [word for word, rule in found.items() if rule is None]
    for word in unknown:
        complain(_unknown(word))
    if unknown:
        return ExitCode.UNREADABLE
    rules = dict.fromkeys(rule for rule in found.values() if rule is not None)
    return _print(rules, output_format, rules_text.page_lines, rules_json.render_pages)


def _unknown(word: str) -> str:
    close = lookup.similar(word)
    guess = f" Did you mean {', '.join(close)}?" if close else ""
    return f"there is no rule {printable(word)!r}.{guess} `logitcheck rules` lists all of them."


def _print(
    rules: Iterable[Rule],
    output_format: DocumentFormat,
    lines: Callable[[Iterable[Rule], int], Iterable[Line]],
    render: Callable[[Iterable[Rule], str], str],
) -> ExitCode:
    def write() -> None:
        match output_format:
            case DocumentFormat.TEXT:
                write_lines(lambda width, _: lines(rules, width))
            case DocumentFormat.JSON:
                sys.stdout.write(render(rules, __version__) + "\n")

    try:
        return ExitCode.CLEAN if write_out(write, "the documentation") else ExitCode.UNREADABLE
    except UndocumentedError as error:
        complain(str(error))
        return ExitCode.UNREADABLE
