"""The GitHub Action: its steps are run with bash as a runner does, but for pip, which would need a network.

In the place of Python a script is found first on the path: it makes no environment and installs nothing, says what it
was asked for, and is Python for all else.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.building import compiled, custom, dense, loss, sequential, write
from tests.integration.composite import Action, Finished
from tests.reporter import workflow_commands

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "action.yml"
FLAGGED = loss("CategoricalCrossentropy", from_logits=True)
PLAIN = loss("CategoricalCrossentropy", from_logits=False)

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")

Run = Callable[..., Finished]

STAND_IN = """#!/bin/bash
printf '%s\\n' "$*" >> {asked}
[ "$1" = -I ] || {{ echo "python is to run nothing of the checkout" >&2; exit 99; }}
case "$2 $3" in
  "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
  "-m pip") exit 0 ;;
  *) shift; PYTHONPATH={root} exec {python} "$@" ;;
esac
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checkout with a model of each kind; its root is known by its `.git`."""
    folder = tmp_path / "work space"
    (folder / ".git").mkdir(parents=True)
    write(folder / "good.keras", compiled(sequential(dense("head", 3, "softmax")), PLAIN))
    write(folder / "warning.keras", compiled(sequential(dense("head", 3, "sigmoid")), PLAIN))
    write(folder / "mine.keras", compiled(sequential(custom("Head", "head")), PLAIN))
    (folder / "my models").mkdir()
    write(folder / "my models" / "wrong.keras", compiled(sequential(dense("head", 3, "softmax")), FLAGGED))
    return folder


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """The file with what Python was asked for, a line a call."""
    return tmp_path / "asked"


@pytest.fixture
def run(tmp_path: Path, workspace: Path, asked: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in list(os.environ):
        if name.startswith("LOGITCHECK_"):
            monkeypatch.delenv(name)
    programs = tmp_path / "programs"
    programs.mkdir()
    names = {"asked": str(asked), "root": str(ROOT), "python": sys.executable}
    (programs / "python3").write_text(STAND_IN.format(**{name: shlex.quote(text) for name, text in names.items()}))
    (programs / "python3").chmod(0o755)
    temporary = tmp_path / "runner temp"
    temporary.mkdir()
    action = Action(SOURCE, workspace, temporary)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def run(environment: dict[str, str] | None = None, **inputs: str) -> Finished:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return action.run(given, **{"PATH": path, "PYTHONIOENCODING": "utf-8", **(environment or {})})

    return run


def pip_was_asked_for(asked: Path) -> list[str]:
    return [
        line.split("--disable-pip-version-check ")[1] for line in asked.read_text().splitlines() if "-m pip" in line
    ]


class TestChecking:
    def test_a_wrong_model_fails_and_is_annotated(self, run: Run) -> None:
        finished = run(paths="good.keras\nmy models/wrong.keras")
        assert (finished.status, finished.outputs) == (1, {"status": "1", "sarif": ""})
        (command,) = filter(None, map(workflow_commands.parse, finished.log.splitlines()))
        assert (command.name, command.properties["file"]) == ("error", "my models/wrong.keras")
        assert command.properties["title"] == "LC101 probabilities-as-logits"

    def test_the_log_names_the_file_of_each_finding(self, run: Run) -> None:
        log = run().log.splitlines()
        assert any(line.startswith("./my models/wrong.keras: error LC101") for line in log)
        assert log[-1].startswith("4 models read: 1 error, 1 warning; 1 ok, 1 undetermined.")

    def test_the_summary_of_the_step_has_the_table(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "runner temp" / "summary.md").write_text("# Before\n")
        summary = run().summary
        assert summary.startswith("# Before\n## logitcheck read 4 models: 1 error, 1 warning")
        assert "| Model | Outcome | Findings |" in summary

    def test_good_models_pass(self, run: Run) -> None:
        finished = run(paths="good.keras")
        assert (finished.status, finished.outputs["status"]) == (0, "0")
        assert finished.log == "1 model read: 0 errors, 0 warnings; 1 ok.\n"

    def test_an_input_that_cannot_be_read_fails_with_2(self, run: Run) -> None:
        finished = run(paths="gone.keras\ngood.keras")
        assert (finished.status, finished.outputs["status"]) == (2, "2")
        assert "unreadable missing" in finished.log

    def test_paths_are_one_a_line(self, run: Run) -> None:
        finished = run(paths="\n  \ngood.keras\r\n\nmy models\n".replace("  \n", ""))
        assert "2 models read: 1 error" in finished.log

    def test_without_a_path_it_is_wrong_usage(self, run: Run) -> None:
        assert run(paths="\n").outputs["status"] == "2"


class TestInputs:
    def test_fail_on(self, run: Run) -> None:
        assert run(paths="warning.keras").status == 1
        assert run(paths="warning.keras", fail_on="error").status == 0
        assert run(paths="warning.keras", fail_on="nonsense").status == 2

    def test_strict(self, run: Run) -> None:
        assert run(paths="mine.keras", strict="false").status == 0
        assert run(paths="mine.keras", strict="true").status == 1
        finished = run(paths="mine.keras", strict="yes")
        assert (finished.status, finished.outputs["status"]) == (2, "")
        assert "strict should be true or false" in finished.log

    def test_config_and_baseline(self, run: Run, workspace: Path) -> None:
        (workspace / "my settings.toml").write_text('ignore = { LC108 = "ranked" }\n')
        assert run(paths="warning.keras", config="my settings.toml").status == 0
        assert run(paths="warning.keras", baseline="gone.json").status == 2

    def test_settings_of_the_checkout_hold(self, run: Run, workspace: Path) -> None:
        (workspace / "logitcheck.toml").write_text('exclude = ["my models"]\nignore = ["LC108"]\n')
        assert run().status == 0

    def test_further_arguments(self, run: Run) -> None:
        finished = run(args="--exclude=my models\n--ignore\nLC108\n")
        assert finished.status == 0
        assert "3 models read" in finished.log

    def test_another_format(self, run: Run) -> None:
        finished = run(paths="good.keras", format="jsonl")
        assert json.loads(finished.log.splitlines()[0])["path"] == "good.keras"
        assert run(paths="good.keras", format="xml").status == 2

    def test_sarif_is_written_where_it_is_asked_for(self, run: Run, workspace: Path) -> None:
        finished = run(sarif="my results.sarif")
        assert (finished.status, finished.outputs["sarif"]) == (1, "my results.sarif")
        results = json.loads((workspace / "my results.sarif").read_text())["runs"][0]["results"]
        assert {result["ruleId"] for result in results} == {"LC101", "LC108"}

    def test_an_old_file_is_not_taken_for_the_one_of_this_run(self, run: Run, workspace: Path) -> None:
        (workspace / "results.sarif").write_text("old")
        finished = run(sarif="results.sarif", config="gone.toml")
        assert (finished.status, finished.outputs) == (2, {"status": "2", "sarif": ""})

    def test_a_path_of_two_lines_cannot_make_an_output(self, run: Run) -> None:
        finished = run(sarif="a.sarif\nstatus=0")
        assert (finished.status, finished.outputs) == (2, {"status": "", "sarif": ""})

    def test_variables_of_the_job_hold_unless_an_input_says_otherwise(self, run: Run) -> None:
        assert run({"LOGITCHECK_FAIL_ON": "error", "LOGITCHECK_FORMAT": "xml"}, paths="warning.keras").status == 0
        assert run({"LOGITCHECK_FAIL_ON": "error"}, paths="warning.keras", fail_on="warning").status == 1


class TestInstalling:
    def test_it_installs_itself(self, run: Run, asked: Path) -> None:
        run(paths="good.keras")
        assert pip_was_asked_for(asked) == [str(ROOT)]

    def test_another_version_can_be_asked_for(self, run: Run, asked: Path) -> None:
        run(paths="good.keras", version="v0.2.0")
        assert pip_was_asked_for(asked) == ["logitcheck @ git+https://github.com/logitcheck/logitcheck@v0.2.0"]

    @pytest.mark.parametrize("version", ["-r", "a b", "1.0 ; x", "x@y", "main#egg=evil", "$(touch x)", "a\nb", "../a"])
    def test_what_is_no_version_is_refused(self, run: Run, asked: Path, version: str) -> None:
        finished = run(paths="good.keras", version=version)
        assert (finished.status, finished.outputs["status"]) == (2, "")
        assert "::error title=logitcheck::version should be" in finished.log
        assert not asked.exists()

    def test_an_old_python_is_told(self, run: Run, tmp_path: Path) -> None:
        for name in ("python3", "python"):
            (tmp_path / "programs" / name).write_text("#!/bin/sh\nexit 1\n")
            (tmp_path / "programs" / name).chmod(0o755)
        finished = run()
        assert finished.status == 2
        assert "Found no Python 3.11 or newer: use actions/setup-python" in finished.log


HOSTILE = [
    "$(touch x)",
    "`touch x`",
    "; touch x",
    "'; touch x; '",
    '"; touch x; "',
    "a\ntouch x",
    "${IFS}&& touch x",
    "| touch x #",
    "* ? [a-z]",
    "--help",
]


@pytest.mark.parametrize("name", ["paths", "fail_on", "strict", "config", "baseline", "args", "format", "sarif"])
def test_no_input_is_run_as_code(run: Run, workspace: Path, name: str) -> None:
    for text in HOSTILE if name in {"paths", "args"} else HOSTILE[:3]:
        finished = run(**{name: text})
        assert "Traceback" not in finished.log
        assert not list(workspace.rglob("x"))


class TestManifest:
    @pytest.fixture
    def action(self, tmp_path: Path) -> Action:
        return Action(SOURCE, tmp_path, tmp_path)

    def test_expressions_are_in_the_environment_and_never_in_a_script(self, action: Action) -> None:
        assert all("${{" not in step["run"] for step in action.described["runs"]["steps"])

    def test_every_input_is_used_and_has_a_default_and_a_description(self, action: Action) -> None:
        used = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", SOURCE.read_text("utf-8")))
        assert used == set(action.described["inputs"])
        assert all({"default", "description"} <= each.keys() for each in action.described["inputs"].values())

    def test_it_is_a_composite_of_scripts_alone(self, action: Action) -> None:
        assert action.described["runs"]["using"] == "composite"
        assert all("uses" not in step for step in action.described["runs"]["steps"])
