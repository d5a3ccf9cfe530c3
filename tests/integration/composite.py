"""Runs the steps of a composite action as a runner of GitHub does: only what ours needs, and strictly.

From actions/runner: the environment of a step is made of expressions (`CompositeActionHandler.cs`), a script of bash
is run with `--noprofile --norc -eo pipefail` (`ScriptHandlerHelpers.cs`), a step that fails ends the action, and
outputs are read all the same (`FileCommandManager.cs`).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{ (?:inputs\.(?P<input>[\w-]+)|steps\.(?P<step>\w+)\.outputs\.(?P<output>\w+)) \}\}")


@dataclass
class Finished:
    """What came of a run of an action. status: of the step that failed, or 0."""

    status: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


class Action:
    """A composite action, run for a checkout at `workspace`."""

    def __init__(self, source: Path, workspace: Path, temporary: Path) -> None:
        self.described: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
        self._source = source
        self._workspace = workspace
        self._temporary = temporary

    def run(self, inputs: Mapping[str, str], **environment: str) -> Finished:
        """Run the steps with what a workflow gives in `with:`, and the environment of its job."""
        unknown = set(inputs) - set(self.described["inputs"])
        assert not unknown, f"a runner warns of {unknown}"
        given = {name: described.get("default", "") for name, described in self.described["inputs"].items()} | inputs
        assert all(isinstance(value, str) for value in given.values())
        finished = Finished()
        outputs: dict[str, dict[str, str]] = {}
        summary = self._temporary / "summary.md"
        summary.touch()
        for number, step in enumerate(self.described["runs"]["steps"]):
            written = self._temporary / f"output_{number}"
            written.write_text("")
            made = {name: _evaluated(value, given, outputs) for name, value in step.get("env", {}).items()}
            done = self._step(step, number, environment | made, summary, written)
            finished.log += done.stdout
            outputs[step["id"]] = _pairs(written.read_text("utf-8"))
            if done.returncode != 0:
                finished.status = done.returncode
                break
        finished.summary = summary.read_text("utf-8")
        named = {name: _evaluated(each["value"], given, outputs) for name, each in self.described["outputs"].items()}
        finished.outputs = named
        return finished

    def _step(
        self, step: Mapping[str, Any], number: int, environment: Mapping[str, str], summary: Path, written: Path
    ) -> subprocess.CompletedProcess[str]:
        assert step["shell"] == "bash"
        script = self._temporary / f"step_{number}.sh"
        script.write_text(step["run"], "utf-8")
        runner = {
            "GITHUB_ACTION_PATH": str(self._source.parent),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(written),
            "RUNNER_TEMP": str(self._temporary),
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self._workspace,
            env=os.environ | runner | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )


def _evaluated(text: str, inputs: Mapping[str, str], outputs: Mapping[str, Mapping[str, str]]) -> str:
    """Evaluate a value that is one expression, or none; a step that did not run has no outputs."""
    if "${{" not in text:
        return text
    found = _EXPRESSION.fullmatch(text)
    assert found is not None, text
    if found["input"] is not None:
        return inputs[found["input"]]
    return outputs.get(found["step"], {}).get(found["output"], "")


def _pairs(written: str) -> dict[str, str]:
    """Read what a step wrote for its outputs; the form for several lines is none that ours uses."""
    lines = [line for line in written.splitlines() if line]
    assert all("=" in line for line in lines), written
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
