"""The command line: what it prints where, and every row of the exit status table."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import logitcheck
from tests.building import compiled, custom, dense, layer, loss, sequential, write

SAMPLES = Path(__file__).parent.parent / "sample_models"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run logitcheck as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "logitcheck", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture
def good(tmp_path: Path) -> str:
    model = compiled(sequential(dense("head", 3, "softmax")), loss("CategoricalCrossentropy", from_logits=False))
    return str(write(tmp_path / "good.keras", model))


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    model = compiled(sequential(dense("head", 3, "softmax")), loss("CategoricalCrossentropy", from_logits=True))
    return str(write(tmp_path / "wrong.keras", model))


@pytest.fixture
def suspicious(tmp_path: Path) -> str:
    """A model with a warning and no error."""
    return str(
        write(
            tmp_path / "suspicious.keras", compiled(sequential(dense("head", 3, "sigmoid")), "categorical_crossentropy")
        )
    )


@pytest.fixture
def undetermined(tmp_path: Path) -> str:
    model = compiled(sequential(custom("Head", "head")), "categorical_crossentropy")
    return str(write(tmp_path / "undetermined.keras", model))


class TestExitStatus:
    def test_is_0_if_all_is_well(self, good: str) -> None:
        assert run("inspect", good).returncode == 0

    def test_is_1_on_an_error(self, wrong: str) -> None:
        assert run("inspect", wrong).returncode == 1

    def test_is_1_on_a_warning(self, suspicious: str) -> None:
        assert run("inspect", suspicious).returncode == 1

    def test_is_0_on_a_warning_with_fail_on_error(self, suspicious: str) -> None:
        assert run("inspect", "--fail-on", "error", suspicious).returncode == 0

    def test_is_1_on_information_with_fail_on_info(self, undetermined: str) -> None:
        assert run("inspect", "--fail-on", "info", undetermined).returncode == 1

    def test_is_0_on_an_undetermined_model(self, undetermined: str) -> None:
        assert run("inspect", undetermined).returncode == 0

    def test_is_1_on_an_undetermined_model_with_strict(self, undetermined: str) -> None:
        assert run("inspect", "--strict", undetermined).returncode == 1

    def test_is_0_on_an_uncompiled_model(self) -> None:
        assert run("inspect", str(SAMPLES / "uncompiled.keras")).returncode == 0

    def test_is_2_on_a_missing_file(self, tmp_path: Path) -> None:
        assert run("inspect", str(tmp_path / "missing.keras")).returncode == 2

    def test_is_2_on_an_unreadable_file_beside_a_good_one(self, good: str, tmp_path: Path) -> None:
        assert run("inspect", good, str(tmp_path / "missing.keras")).returncode == 2

    def test_is_1_on_an_unreadable_file_beside_a_wrong_one(self, wrong: str, tmp_path: Path) -> None:
        assert run("inspect", wrong, str(tmp_path / "missing.keras")).returncode == 1

    def test_is_2_on_a_folder_without_models(self, tmp_path: Path) -> None:
        assert run("inspect", str(tmp_path)).returncode == 2

    def test_is_2_on_an_unknown_option(self, good: str) -> None:
        assert run("inspect", "--nonsense", good).returncode == 2

    def test_is_2_without_a_path(self) -> None:
        assert run("inspect").returncode == 2

    def test_is_0_on_findings_with_exit_zero(self, wrong: str) -> None:
        assert run("inspect", "--exit-zero", wrong).returncode == 0

    def test_is_2_on_an_unreadable_file_with_exit_zero(self, wrong: str, tmp_path: Path) -> None:
        assert run("inspect", "--exit-zero", wrong, str(tmp_path / "missing.keras")).returncode == 2

    @pytest.mark.parametrize("status_of", ["good", "wrong", "suspicious", "undetermined"])
    def test_does_not_depend_on_the_format(self, status_of: str, request: pytest.FixtureRequest) -> None:
        path = request.getfixturevalue(status_of)
        assert run("inspect", path).returncode == run("inspect", "--format", "json", path).returncode


def test_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"logitcheck {logitcheck.__version__}\n"


def test_help_names_the_command_and_an_example() -> None:
    assert "inspect" in run("--help").stdout
    assert "logitcheck inspect model.keras" in run("inspect", "--help").stdout


def test_json_goes_to_standard_output_and_nothing_to_standard_error(wrong: str) -> None:
    finished = run("inspect", "--format", "json", wrong)
    assert json.loads(finished.stdout)["summary"]["mismatch"] == 1
    assert finished.stderr == ""


def test_a_bad_file_never_stops_the_others(good: str, wrong: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.keras"
    empty.touch()
    report = json.loads(run("inspect", "--format", "json", good, str(empty), wrong).stdout)
    assert [model["outcome"] for model in report["models"]] == ["ok", "unreadable", "mismatch"]


def test_a_folder_is_searched_for_models(good: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    report = json.loads(run("inspect", "--format", "json", str(tmp_path)).stdout)
    assert [model["path"] for model in report["models"]] == [good, wrong]


def test_more_processes_give_the_same_report(tmp_path: Path) -> None:
    for number in range(120):
        activation = "softmax" if number % 2 else "linear"
        write(
            tmp_path / f"{number:03}.keras",
            compiled(sequential(dense("head", 3, activation)), "categorical_crossentropy"),
        )
    alone = run("inspect", "--format", "json", "--jobs", "1", str(tmp_path))
    together = run("inspect", "--format", "json", "--jobs", "2", str(tmp_path))
    assert together.stdout == alone.stdout
    assert json.loads(alone.stdout)["summary"]["ok"] == 60


def test_colour_is_never_written_without_a_terminal(wrong: str) -> None:
    assert "\x1b" not in run("inspect", wrong).stdout


def test_colour_can_be_forced_and_carries_no_meaning_of_its_own(wrong: str) -> None:
    plain = run("inspect", wrong).stdout
    coloured = run("inspect", wrong, FORCE_COLOR="1", COLUMNS="80").stdout
    assert "\x1b[" in coloured
    assert _without_colour(coloured) == plain


def test_no_color_wins_over_forced_colour(wrong: str) -> None:
    assert "\x1b[3" not in run("inspect", wrong, FORCE_COLOR="1", NO_COLOR="1").stdout


def _without_colour(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("columns", ["80", "120", "40"])
def test_lines_fit_the_width_but_for_code_to_paste(wrong: str, columns: str) -> None:
    lines = run("inspect", wrong, COLUMNS=columns).stdout.splitlines()
    code = [line for line in lines if "model.compile(" in line]
    assert all(len(line) <= int(columns) for line in lines[1:] if line not in code)


def test_a_terminal_without_unicode_gets_a_tree_of_plain_letters(wrong: str) -> None:
    assert run("inspect", wrong, PYTHONIOENCODING="ascii:backslashreplace").stdout.isascii()


def test_names_that_the_encoding_does_not_hold_are_written_with_escapes(tmp_path: Path) -> None:
    shutil.copyfile(SAMPLES / "softmax_good.keras", tmp_path / "\u6a21\u578b.keras")
    for output_format in ("text", "json"):
        done = run("inspect", "--format", output_format, str(tmp_path), PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, "")
        assert "\\u6a21\\u578b.keras" in done.stdout


def test_a_reader_that_stops_listening_is_no_error() -> None:
    writer = [sys.executable, "-m", "logitcheck", "inspect", "--format", "json", str(SAMPLES)]
    process = subprocess.Popen(writer, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_names_full_of_markup_and_escapes_come_through_harmless(tmp_path: Path) -> None:
    name = "evil[/bold]\x1b[31m\r\n::error::x\u202e[red]"
    model = compiled(
        sequential(layer("Dense", name, units=3, activation="softmax")),
        loss("CategoricalCrossentropy", from_logits=True),
    )
    path = str(write(tmp_path / "evil.keras", model))
    text = run("inspect", path)
    assert text.returncode == 1
    assert "\x1b" not in text.stdout
    assert "\u202e" not in text.stdout
    assert "[/bold]" in text.stdout.replace("\n", "")
    assert not any(line.startswith("::error::") for line in text.stdout.splitlines())
    report = json.loads(run("inspect", "--format", "json", path).stdout)
    assert report["models"][0]["outputs"][0]["name"] == name


@pytest.mark.parametrize(
    "arguments",
    [["PATH"], ["--format", "json", "PATH"], ["PATH", "--format", "json"], ["PATH", "PATH"]],
    ids=" ".join,
)
def test_a_plain_call_says_what_the_parser_would(wrong: str, arguments: list[str]) -> None:
    given = [wrong if argument == "PATH" else argument for argument in arguments]
    plain, parsed = run("inspect", *given), run("inspect", *given, "--fail-on", "warning")
    assert (plain.stdout, plain.returncode) == (parsed.stdout, parsed.returncode)


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["--format"], ["--format", ""], [""], ["-"]], ids=repr)
def test_what_is_no_plain_call_is_left_to_the_parser(wrong: str, arguments: list[str]) -> None:
    assert run("inspect", wrong, *arguments).returncode in {1, 2}
    assert "Traceback" not in run("inspect", wrong, *arguments).stderr


def test_a_path_without_a_command_is_answered_with_the_right_one(wrong: str) -> None:
    finished = run(wrong)
    assert finished.returncode == 2
    assert f"did you mean `logitcheck inspect {wrong}`?" in finished.stderr


def test_a_rule_behind_rules_is_answered_with_the_right_command() -> None:
    finished = run("rules", "LC201", "LC202")
    assert finished.returncode == 2
    assert "Did you mean `logitcheck explain LC201 LC202`?" in finished.stderr


def test_no_sentence_about_a_command_is_cut_at_80_columns() -> None:
    listed = run("--help", COLUMNS="80").stdout.partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in listed] == ["inspect", "check", "rules", "explain", "probe", "fix", "doctor"]
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_a_short_h_asks_for_help() -> None:
    assert run("inspect", "-h").stdout == run("inspect", "--help").stdout


def test_a_path_that_the_system_refuses_takes_no_other_verdict_away(good: str) -> None:
    finished = run("inspect", "--format", "json", "a" * 5_000, good)
    assert finished.returncode == 2
    assert [model["outcome"] for model in json.loads(finished.stdout)["models"]] == ["unreadable", "ok"]
    assert finished.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("output_format", ["text", "json"])
def test_a_report_that_cannot_be_written_is_said_on_standard_error(good: str, output_format: str) -> None:
    with Path("/dev/full").open("w") as full:
        writer = [sys.executable, "-m", "logitcheck", "inspect", "--format", output_format, good]
        finished = subprocess.run(writer, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert finished.returncode == 2
    assert "the report could not be written" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    "command", [["inspect", "GOOD"], ["inspect", "--format", "json", "GOOD"], ["rules"]], ids=" ".join
)
def test_it_is_no_success_to_say_nothing_since_standard_output_is_closed(good: str, command: list[str]) -> None:
    given = [good if argument == "GOOD" else argument for argument in command]
    finished = closing(1, given)
    assert finished.returncode == 2
    assert "could not be written: standard output is closed\n" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_both_streams_may_be_closed(good: str) -> None:
    assert closing(1, ["inspect", good], 2).returncode == 2


def test_a_report_may_be_written_where_standard_error_is_closed(good: str) -> None:
    finished = closing(2, ["inspect", good])
    assert (finished.returncode, "good.keras: ok" in finished.stdout) == (0, True)


def closing(stream: int, arguments: list[str], *others: int) -> subprocess.CompletedProcess[str]:
    """Run logitcheck with standard streams closed, as `>&-` of a shell does."""
    close = f"import os, sys; [os.close(number) for number in {(stream, *others)!r}]"
    code = f"{close}; os.execv(sys.executable, sys.argv[1:])"
    writer = [sys.executable, "-c", code, sys.executable, "-m", "logitcheck", *arguments]
    return subprocess.run(writer, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("options", [[], ["--strict"]], ids=["plain", "parsed"])
@pytest.mark.parametrize("importing", ["run", "inspection", "loader.archive", "reporter.text_report"])
def test_an_interrupt_while_modules_are_imported_ends_it_without_a_traceback(
    good: str, importing: str, options: list[str]
) -> None:
    code = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a shell starts without
class Interrupting:
    def find_spec(self, name, *_):
        if name == "logitcheck.{importing}":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from logitcheck.cli import main
main()
"""
    writer = [sys.executable, "-c", code, "inspect", *options, good]
    finished = subprocess.run(writer, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (130, "", "")


def test_nothing_else_of_logitcheck_is_imported_before_an_interrupt_is_waited_for() -> None:
    code = "import logitcheck.cli, sys; print(*sorted(name for name in sys.modules if name.startswith('logitcheck')))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.split() == ["logitcheck", "logitcheck.cli"]
