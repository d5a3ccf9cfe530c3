"""The documentation is true to the code: rule pages are made from the rules, README commands and links exist.

After a wanted change run `python -m tests.test_docs` to write docs/rules.md and the README's sessions anew.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule

ROOT = Path(__file__).parent.parent
RULES = ROOT / "docs" / "rules.md"
README = ROOT / "README.md"
SESSION = re.compile(r"(?<=```console\n)\$ logitcheck (?P<arguments>.*)\n(?P<shown>(?:.*\n)*?)(?=```)")


def rendered() -> str:
    """The page of all rules."""
    head = (
        "# Rules\n\n"
        "What `logitcheck explain CODE` prints, made from the rules' own docstrings in `logitcheck/rules/`; what an"
        " output is and how it is found stands in the [README](../README.md).\n\n"
        "| rule | severity | what is wrong |\n|---|---|---|\n"
    )
    return head + "".join(map(row, catalogue.ALL)) + "".join(map(page, catalogue.ALL))


def row(rule: Rule) -> str:
    title = documentation.of(rule).title
    return f"| [{rule.code}](#{rule.code.lower()}) {rule.name} | {rule.severity.value} | {title} |\n"


def page(rule: Rule) -> str:
    told = documentation.of(rule)
    sections = "".join(f"\n### {section.heading}\n\n{section.text}\n" for section in told.sections)
    return f"\n## {rule.code}\n\n**{rule.name}** · {rule.severity.value}\n\n{told.title}\n{sections}"


def session(shown: re.Match[str]) -> str:
    """Run the command that a session shows, in 80 columns, and give the session as it is now."""
    printed = subprocess.run(
        [sys.executable, "-m", "logitcheck", *shlex.split(shown["arguments"])],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
    ).stdout
    return f"$ logitcheck {shown['arguments']}\n{printed.rstrip()}\n"


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    assert RULES.read_text(encoding="utf-8") == rendered()


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
def test_the_address_of_every_rule_leads_to_its_heading(rule: Rule) -> None:
    anchor = rule.docs_url.rpartition("#")[2]
    headings = {line[3:].lower() for line in RULES.read_text(encoding="utf-8").splitlines() if line.startswith("## ")}
    assert anchor in headings


@pytest.mark.parametrize("rule", [rule for rule in catalogue.ALL if rule.code < "LC4"], ids=lambda rule: rule.code)
def test_the_readme_lists_every_rule(rule: Rule) -> None:
    assert f"| {rule.code} {rule.name} |" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/notebooks.md",
        "docs/rules.md",
        "docs/unreadable.md",
        "sample_models/README.md",
    ],
)
def test_links_to_files_lead_somewhere(name: str) -> None:
    page_path = ROOT / name
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page_path.read_text(encoding="utf-8"))
    assert all((page_path.parent / link).exists() for link in links)


def test_the_readme_has_the_two_set_up_commands() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    commands = [line.strip() for line in lines if line.strip().startswith("python3 -m venv .venv && ")]
    assert len(commands) == 2
    assert commands[0].endswith("inspect --exit-zero sample_models/")
    assert commands[1].endswith("-m pytest")


def test_the_sessions_of_the_readme_are_what_a_terminal_shows() -> None:
    sessions = list(SESSION.finditer(README.read_text(encoding="utf-8")))
    assert sessions
    assert [shown[0] for shown in sessions] == [session(shown) for shown in sessions]


if __name__ == "__main__":
    README.write_text(SESSION.sub(session, README.read_text(encoding="utf-8")), encoding="utf-8")
    RULES.write_text(rendered(), encoding="utf-8")
