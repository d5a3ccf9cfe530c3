"""The documentation is true to the code: what comes from it is made from it, and links lead somewhere.

After a wanted change run `python -m tests.test_docs` to write docs/rules.md anew, and the sessions and
tables in the other pages.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from logitcheck.declarations import DeclaredInput, DeclaredOutput
from logitcheck.formats import Format
from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule
from logitcheck.settings import Plan
from logitcheck.settings.keys import KEYS
from tests import docs_made

ROOT = Path(__file__).parent.parent
RULES = ROOT / "docs" / "rules.md"
README = ROOT / "README.md"
CI = ROOT / "docs" / "ci.md"
LINKING = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "sample_models" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
PAGES = [README, *(ROOT / "docs" / name for name in ("ci.md", "formats.md", "settings.md"))]
"""The pages that have something from the program in them."""
EXAMPLES = [
    *re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.DOTALL),
    *(f"{name} = {key.example}\n" for name, key in KEYS.items()),
]


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


@pytest.mark.parametrize("page_path", LINKING, ids=lambda path: path.name)
def test_links_to_files_and_headings_lead_somewhere(page_path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", page_path.read_text(encoding="utf-8"))
    for file, _, anchor in (link.partition("#") for link in links):
        target = page_path.parent / file if file else page_path
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), anchor


def anchors(path: Path) -> set[str]:
    """The names by which GitHub links to the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_has_the_two_set_up_commands() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    commands = [line.strip() for line in lines if line.strip().startswith("python3 -m venv .venv && ")]
    assert len(commands) == 2
    assert commands[0].endswith("inspect --exit-zero sample_models/")
    assert commands[1].endswith("-m pytest")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_comes_from_the_program_is_as_it_makes_it_today(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == docs_made.made_anew(text)


def test_there_is_something_to_compare() -> None:
    """A page whose sessions are written in another way would be compared with itself."""
    shown = {path.name: len(docs_made.SESSION.findall(path.read_text(encoding="utf-8"))) for path in PAGES}
    assert shown["README.md"] >= 1
    assert shown["formats.md"] == len(Format) + 1
    made = docs_made.PART.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    assert made == list(docs_made.PARTS)


@pytest.mark.parametrize("output_format", Format)
def test_the_page_of_formats_has_each(output_format: Format) -> None:
    assert f"\n## {output_format}\n" in (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_of_settings_can_be_followed(tmp_path: Path, example: str) -> None:
    (tmp_path / "logitcheck.toml").write_text(example, encoding="utf-8")
    assert Plan().of(str(tmp_path / "model.keras")).source == tmp_path / "logitcheck.toml"


def test_every_value_of_a_declaration_is_explained() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for title, values in {"value of a layer": DeclaredOutput, "value of a loss": DeclaredInput}.items():
        table = text.partition(f"| {title} |")[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [each.value for each in values]


class TestRecipes:
    """What the pages tell people to paste: it is read as the services read it, and names nothing that there is not."""

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_workflows_give_the_action_inputs_that_it_has(self, path: Path) -> None:
        inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"].keys()
        for recipe in recipes(path):
            for job in recipe.get("jobs", {}).values():
                ours = [step for step in job["steps"] if step.get("uses", "").startswith("logitcheck/")]
                assert all(step.get("with", {}).keys() <= inputs for step in ours)

    def test_every_input_and_output_of_the_action_is_explained(self) -> None:
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        text = CI.read_text(encoding="utf-8")
        assert re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE) == [*action["inputs"], *action["outputs"]]

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_hooks_are_those_of_the_manifest(self, path: Path) -> None:
        known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
        for recipe in recipes(path):
            assert {hook["id"] for each in recipe.get("repos", []) for hook in each["hooks"]} <= known

    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_commands_have_no_option_that_there_is_not(self, path: Path) -> None:
        known = {option for command in docs_made.COMMANDS.values() for each in command.params for option in each.opts}
        commands = re.findall(
            r"logitcheck (?:check|inspect|rules|explain) ([^`#|\n]*)", path.read_text(encoding="utf-8")
        )
        used = {option for command in commands for option in re.findall(r"(?<!\S)--[a-z-]+", command)}
        assert used <= known


def recipes(path: Path) -> list[dict[str, Any]]:
    """The examples of YAML on a page."""
    blocks = re.findall(r"^( *)```yaml\n(.*?)^ *```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [yaml.safe_load(textwrap.dedent(block)) for _, block in blocks]


if __name__ == "__main__":
    RULES.write_text(rendered(), encoding="utf-8")
    for page_with_parts in PAGES:
        page_with_parts.write_text(docs_made.made_anew(page_with_parts.read_text(encoding="utf-8")), encoding="utf-8")
