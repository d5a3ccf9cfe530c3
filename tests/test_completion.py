"""Completion in shells: what bash, zsh and fish are offered for commands, options, formats and rules."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from logitcheck.formats import Format
from logitcheck.rules import catalogue
from tests.test_cli import run

ROOT = Path(__file__).parent.parent
SHELLS = ("bash", "zsh", "fish")


def offered(shell: str, line: str) -> list[str]:
    """What is offered at the end of a line, as the script of a shell asks for it; without the explanations."""
    words = line.split(" ")
    asking = {
        "bash": {"COMP_WORDS": line.replace(" ", "\n"), "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    finished = run(_LOGITCHECK_COMPLETE=f"complete_{shell}", **asking[shell])
    assert (finished.returncode, finished.stderr) == (0, "")
    return _values(shell, finished.stdout.strip())


def _values(shell: str, answer: str) -> list[str]:
    if shell != "zsh":
        return [item.partition("\t")[0] for item in answer.splitlines()]
    if answer == "_files":
        return []
    listed = answer.removeprefix("_arguments '*: :((").removesuffix("))'")
    return [item.partition(":")[0].strip('"') for item in listed.splitlines()]


CODES = [rule.code for rule in catalogue.ALL]
GROUPS = ["ALL", "LC1", "LC2", "LC3", "LC4"]
LINES = {
    "logitcheck ": ["inspect", "check", "rules", "explain", "fix", "probe", "doctor"],
    "logitcheck che": ["check"],
    "logitcheck check --fo": ["--format", "--force-exclude"],
    "logitcheck check --format ": list(Format),
    "logitcheck check --format j": ["json", "jsonl", "junit"],
    "logitcheck check --format json=": [],
    "logitcheck check --fail-on ": ["error", "warning", "info"],
    "logitcheck check --select ": [*GROUPS, *CODES],
    "logitcheck inspect --ignore LC20": ["LC201", "LC202", "LC203", "LC204"],
    "logitcheck check --extend-select LC1,auc": ["LC1,auc-on-logits"],
    "logitcheck explain ": CODES,
    "logitcheck explain lc11": ["lc110", "lc111", "lc112", "lc113"],
    "logitcheck explain softmax": ["softmax-over-one", "softmax-wrong-axis"],
    "logitcheck rules --format ": ["text", "json"],
    "logitcheck check mod": [],
}


ALIKE = (
    "logitcheck che",
    "logitcheck check --extend-select LC1,auc",
    "logitcheck explain softmax",
    "logitcheck check mod",
)
"""Lines that show that the other shells are told the same."""


@pytest.mark.parametrize(
    ("shell", "line"),
    [*(("bash", line) for line in LINES), *((shell, line) for shell in ("zsh", "fish") for line in ALIKE)],
)
def test_what_is_offered(shell: str, line: str) -> None:
    assert sorted(offered(shell, line)) == sorted(LINES[line])


def test_a_shell_that_shows_explanations_has_them() -> None:
    asking = {"_TYPER_COMPLETE_ARGS": "logitcheck explain LC105", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    answer = run(_LOGITCHECK_COMPLETE="complete_fish", **asking).stdout
    assert answer == "LC105\tThe softmax of a single number is 1, whatever the number.\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command `logitcheck` on the path, as the package installs it."""
    command = tmp_path / "logitcheck"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m logitcheck "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(ROOT)


ASKED = {
    "bash": (
        "COMP_WORDS=(logitcheck check --se); COMP_CWORD=2; _logitcheck_completion logitcheck;"
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    ),
    "zsh": "_arguments() { print -r -- ${1[1,60]}; }; words=(logitcheck check --se); CURRENT=3; _logitcheck_completion",
    "fish": "complete -C 'logitcheck check --se'",
}
BEFORE = {"bash": "", "zsh": "compdef() { :; }; ", "fish": ""}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_works_in_the_shell_it_is_for(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    shown = run("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert (shown.returncode, shown.stderr) == (0, "")
    script = tmp_path / f"completion.{shell}"
    script.write_text(shown.stdout)
    code = f"{BEFORE[shell]}source {shlex.quote(str(script))}; {ASKED[shell]}"
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    asked = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert asked.stderr == ""
    assert "--select" in asked.stdout
    assert "--strict" not in asked.stdout


def test_shells_are_told_apart_where_the_program_starts() -> None:
    """A call with paths is read without typer, except where a shell asks."""
    sample = str(ROOT / "sample_models" / "softmax_good.keras")
    asking = {"COMP_WORDS": "logitcheck\nru", "COMP_CWORD": "1"}
    assert run("check", sample, _LOGITCHECK_COMPLETE="complete_bash", **asking).stdout == "rules\n"
