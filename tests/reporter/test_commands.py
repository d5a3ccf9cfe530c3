"""Lines that no CI service obeys."""

from __future__ import annotations

import json

import pytest

from logitcheck.reporter import commands
from tests.reporter import workflow_commands
from tests.reporter.reports import written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("  ::stop-commands::x", r"  \x3a:stop-commands::x"),
        ("a ##[add-mask]b", r"a #\x23[add-mask]b"),
        ("###[add-mask]b", r"##\x23[add-mask]b"),
    ],
)
def test_what_github_would_obey_it_does_not(text: str, shown: str) -> None:
    assert workflow_commands.is_obeyed(text)
    assert written(commands.inert([(text, "")])) == shown
    assert not workflow_commands.is_obeyed(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##vso[task.setvariable variable=a]b", r"#\x23vso[task.setvariable variable=a]b"),
        ("##teamcity[buildStop]", r"#\x23teamcity[buildStop]"),
    ],
)
def test_what_others_would_obey_is_broken_up(text: str, shown: str) -> None:
    assert written(commands.inert([(text, "")])) == shown


@pytest.mark.parametrize("text", ["a ::error::x", "a::b", ":", "# heading", "## [a]", "C# ##", ""])
def test_all_else_stays(text: str) -> None:
    assert written(commands.inert([(text, "bold")])) == text


def test_a_command_in_pieces_is_none_either() -> None:
    line = commands.inert([("  ", ""), (":", "bold"), (":error::x", "")])
    assert line == [("  ", ""), (r"\x3a", "bold"), (":error::x", "")]


def test_styles_stay() -> None:
    assert commands.inert([("a", "bold"), ("##[x]", "dim")]) == [("a", "bold"), (r"#\x23[x]", "dim")]


def test_json_is_the_same_when_it_is_read() -> None:
    text = json.dumps({"##[add-mask]": "##vso[a]"})
    assert json.loads(commands.masked(text, r"\u0023")) == json.loads(text)
