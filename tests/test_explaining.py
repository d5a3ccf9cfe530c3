"""The commands `rules` and `explain`: what they print where, and their exit statuses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from logitcheck.cli import main
from logitcheck.explaining import explain, list_rules
from logitcheck.rules import catalogue
from logitcheck.run import ExitCode, Format
from tests.test_cli import run

COMMANDS = [["rules"], ["rules", "--format", "json"], ["explain", "LC101"], ["explain", "LC101", "--format", "json"]]
each_command = pytest.mark.parametrize("command", COMMANDS, ids=" ".join)


@each_command
def test_both_write_to_standard_output_only_and_end_with_0(command: list[str]) -> None:
    finished = run(*command)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "LC101" in finished.stdout


@pytest.mark.parametrize("written", ["LC105", "lc105", "softmax-over-one"])
def test_a_rule_is_explained_by_code_or_name(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain([written]) is ExitCode.CLEAN
    assert capsys.readouterr().out.startswith("LC105 softmax-over-one (error)\nThe softmax of a single number is 1")


def test_several_rules_are_explained_in_the_order_asked_for_and_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(["LC110", "lc101", "stacked-activations"], Format.JSON) is ExitCode.CLEAN
    assert [rule["code"] for rule in json.loads(capsys.readouterr().out)["rules"]] == ["LC110", "LC101"]


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert list_rules(Format.JSON) is ExitCode.CLEAN
    assert len(json.loads(capsys.readouterr().out)["rules"]) == len(catalogue.ALL)


def test_an_unknown_rule_is_wrong_usage_and_close_ones_are_told() -> None:
    finished = run("explain", "softmax-over-on")
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == (
        "logitcheck: there is no rule 'softmax-over-on'. Did you mean softmax-over-one, softmax-wrong-axis?"
        " `logitcheck rules` lists all of them.\n"
    )


def test_where_nothing_is_close_no_guess_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(["qqqq"]) is ExitCode.UNREADABLE
    assert capsys.readouterr().err == "logitcheck: there is no rule 'qqqq'. `logitcheck rules` lists all of them.\n"


def test_one_unknown_rule_among_several_stops_all_and_each_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(["LC101", "x\x1b[31m", "LC000"]) is ExitCode.UNREADABLE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("there is no rule") == 2
    assert "\x1b" not in captured.err


@pytest.mark.parametrize("arguments", [["explain"], ["rules", "LC101"], ["rules", "--format", "xml"]], ids=" ".join)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


@pytest.mark.parametrize("command", ["rules", "explain"])
def test_help_names_the_command(command: str) -> None:
    assert re.search(rf"^ +{command} ", run("--help").stdout, re.MULTILINE)
    assert f"logitcheck {command}" in run(command, "--help").stdout


@pytest.mark.parametrize("command", [["rules"], ["explain", "LC101"], ["inspect", "--exit-zero", "."]], ids=" ".join)
def test_a_file_called_like_a_command_is_not_taken_for_a_model(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / command[0]).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["logitcheck", *command])
    with pytest.raises(SystemExit):
        main()
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out != ""


@each_command
def test_a_reader_that_stops_listening_is_no_error(command: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "logitcheck", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@each_command
def test_documentation_that_cannot_be_written_is_said_on_standard_error(command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        writer = [sys.executable, "-m", "logitcheck", *command]
        finished = subprocess.run(writer, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert finished.returncode == 2
    assert finished.stderr.startswith("logitcheck: the documentation could not be written")


@pytest.mark.parametrize("columns", ["40", "80"])
def test_the_width_of_the_terminal_is_kept_but_for_code(columns: str) -> None:
    lines = run("explain", "LC110", COLUMNS=columns).stdout.splitlines()
    assert all(len(line) <= int(columns) for line in lines if "keras." not in line)
    assert '            keras.layers.Dense(3, activation="softmax"),' in lines


def test_colour_only_repeats_what_words_say() -> None:
    plain = run("explain", "LC101", COLUMNS="80").stdout
    coloured = run("explain", "LC101", COLUMNS="80", FORCE_COLOR="1").stdout
    assert "\x1b[" not in plain
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colour_can_be_refused_where_it_is_forced(setting: dict[str, str]) -> None:
    environment = {"FORCE_COLOR": "1", **setting}
    assert "\x1b[1;31m" not in run("explain", "LC101", **environment).stdout


def test_a_terminal_without_unicode_shows_all_of_it() -> None:
    codes = [rule.code for rule in catalogue.ALL]
    assert run("explain", *codes, PYTHONIOENCODING="ascii").stdout == run("explain", *codes).stdout


@pytest.mark.parametrize("command", [["rules"], ["explain", "LC101"]], ids=" ".join)
def test_where_python_drops_docstrings_that_is_said(command: list[str]) -> None:
    writer = [sys.executable, "-OO", "-m", "logitcheck", *command]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    finished = subprocess.run(writer, capture_output=True, text=True, check=False, env=environment)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "-OO" in finished.stderr
    assert "Traceback" not in finished.stderr
