"""Every format in one place: how it is written, and a real reader of it that refuses what is malformed.

A further format is one more entry: golden files and the test of hostile names then hold for it, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
from junitparser import JUnitXml

from logitcheck.report import Report
from logitcheck.reporter import (
    concise,
    github_annotations,
    gitlab_report,
    json_report,
    jsonl_report,
    junit_report,
    markdown_report,
    sarif_report,
    text_report,
)
from logitcheck.reporter.wrapping import Line
from tests.reporter import workflow_commands
from tests.reporter.markdown_pages import shown
from tests.reporter.sarif_reports import VALIDATOR

VERSION = "0.1.0"
SCHEMA: dict[str, Any] = json.loads(Path(json_report.__file__).with_name("report.schema.json").read_text("utf-8"))
LINE_SCHEMA = {"$schema": SCHEMA["$schema"], "$ref": "#/$defs/line", "$defs": SCHEMA["$defs"]}
GITLAB_SCHEMA: dict[str, Any] = {
    # docs.gitlab.com, "Code Quality report format": the fields that are read, all of them required.
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    # Relative to the repository, without "./" before it.
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
MARKDOWN_TAGS = {
    *("h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "br", "strong", "details", "summary", "b", "p"),
    *("pre", "code", "span", "ul", "li", "a", "sub"),
}


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a format is written and read.

    suffix: of its golden files. read: gives every text in it, and fails where a reader would. exact: whether text comes
    through letter by letter, and not with escapes for what is invisible. tells_skipped: whether it has the reasons.
    is_obeyed: whether it is made of commands to a CI service.
    """

    name: str
    suffix: str
    write: Callable[[Report], str]
    read: Callable[[str], list[str]]
    exact: bool = False
    tells_skipped: bool = True
    is_obeyed: bool = False


def as_text(lines: Iterable[Line]) -> str:
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


def read_json(text: str) -> list[str]:
    read = json.loads(text)
    jsonschema.validate(read, SCHEMA)
    return list(_strings(read))


def read_jsonl(text: str) -> list[str]:
    read = [json.loads(line) for line in text.splitlines()]
    for line in read:
        jsonschema.validate(line, LINE_SCHEMA)
    return list(_strings(read))


def read_gitlab(text: str) -> list[str]:
    read = json.loads(text)
    jsonschema.validate(read, GITLAB_SCHEMA)
    # Of several with one fingerprint GitLab keeps the last.
    assert len({issue["fingerprint"] for issue in read}) == len(read)
    assert all(issue["description"].isprintable() for issue in read)
    # Ruby makes no text of half a surrogate pair.
    assert json.dumps(read, ensure_ascii=False).encode()
    return list(_strings(read))


def read_sarif(text: str) -> list[str]:
    read = json.loads(text)
    VALIDATOR.validate(read)
    # What stands for an argument has its braces doubled, and bytes of a path are percent-encoded.
    texts = [text.replace("{{0}}", "{0}") for text in _strings(read)]
    return [*texts, *(unquote(text, errors="surrogatepass") for text in texts)]


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for item in value.values():
                yield from _strings(item)


def read_github(text: str) -> list[str]:
    read = [workflow_commands.parse(line) for line in text.splitlines()]
    found: list[str] = []
    for command in read:
        assert command is not None
        assert command.name in {"error", "warning", "notice"}
        assert list(command.properties) in (["file", "line", "title"], ["title"])
        found += [*command.properties.values(), command.data]
    return found


def read_junit(text: str) -> list[str]:
    (suite,) = JUnitXml.fromstring(text.encode())
    found: list[str] = []
    for case in suite:
        status = [text for result in case.result for text in (result.message, result.text)]
        found += [case.name, case._elem.get("file") or "", case.system_out or "", *status]
    return found


def read_markdown(text: str) -> list[str]:
    page = shown(text)
    assert set(page.tags) <= MARKDOWN_TAGS
    assert all(
        name == "href" and (value or "").startswith("https://github.com/logitcheck/") for name, value in page.attributes
    )
    assert page.made_of_text == []
    return [page.text]


FORMATS = (
    Format(
        name="text",
        suffix="txt",
        write=lambda report: as_text(text_report.lines(report, 80)),
        read=lambda text: [text],
    ),
    Format(
        name="concise",
        suffix="concise.txt",
        write=lambda report: as_text(concise.lines(report, 80)),
        read=lambda text: [text],
    ),
    Format(
        name="json",
        suffix="json",
        write=lambda report: json_report.render(report, VERSION) + "\n",
        read=read_json,
        exact=True,
    ),
    Format(
        name="jsonl",
        suffix="jsonl",
        write=lambda report: jsonl_report.render(report, VERSION),
        read=read_jsonl,
        exact=True,
    ),
    Format(
        name="github",
        suffix="github.txt",
        write=lambda report: github_annotations.render(report, VERSION),
        read=read_github,
        tells_skipped=False,
        is_obeyed=True,
    ),
    Format(
        name="gitlab",
        suffix="gitlab.json",
        write=lambda report: gitlab_report.render(report, VERSION),
        read=read_gitlab,
        tells_skipped=False,
    ),
    Format(
        name="junit",
        suffix="junit.xml",
        write=lambda report: junit_report.render(report, VERSION),
        read=read_junit,
    ),
    Format(
        name="markdown",
        suffix="md",
        write=lambda report: markdown_report.render(report, VERSION),
        read=read_markdown,
    ),
    Format(
        name="sarif",
        suffix="sarif",
        write=lambda report: sarif_report.render(report, VERSION),
        read=read_sarif,
    ),
)
