"""What a shell offers for the values of options: formats and rules. Imported only where a shell asks."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.formats import Format

_USES = {
    Format.TEXT: "in full, for people",
    Format.CONCISE: "a line for each finding, for people",
    Format.JSON: "for programs, with a schema",
    Format.JSONL: "for programs, a model a line",
    Format.SARIF: "for code scanning",
    Format.GITHUB: "annotations of GitHub Actions",
    Format.GITLAB: "code quality report of GitLab",
    Format.JUNIT: "for CI services that show tests",
    Format.MARKDOWN: "for the summary of a step",
}


def formats(incomplete: str) -> Iterator[tuple[str, str]]:
    """Give the formats that begin so; after `FORMAT=` the shell goes on with files."""
    for each in Format:
        if each.value.startswith(incomplete):
            yield each.value, _USES[each]


def rules(incomplete: str) -> Iterator[tuple[str, str]]:
    """Give the rules that begin so, with what is wrong where they fire: by code, and by name once that is begun."""
    from logitcheck.rules import catalogue, documentation

    for rule in catalogue.ALL:
        title = documentation.of(rule).title
        names = [rule.code, rule.name] if incomplete else [rule.code]
        for name in names:
            if name.lower().startswith(incomplete.lower()):
                yield incomplete + name[len(incomplete) :], title  # in the letters that were typed


def selectors(incomplete: str) -> Iterator[tuple[str, str]]:
    """Give what may stand for rules, also behind others and a comma."""
    before, comma, word = incomplete.rpartition(",")
    for name, meaning in (*_groups(word), *rules(word)):
        yield f"{before}{comma}{name}", meaning


def _groups(incomplete: str) -> Iterator[tuple[str, str]]:
    from logitcheck.rules import catalogue

    groups = dict.fromkeys(rule.code[:3] for rule in catalogue.ALL)
    meanings = {"ALL": "every rule", **{group: f"the rules {group}01 and on" for group in groups}}
    for name, meaning in meanings.items():
        if name.lower().startswith(incomplete.lower()):
            yield incomplete + name[len(incomplete) :], meaning
