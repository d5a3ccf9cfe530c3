"""What is said, word for word: every rule, in each of the forms that its message takes.

One file holds it all, so that a change of wording is read as a user would. After a wanted change run
`python -m tests.rules.test_messages` and read the difference before committing it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import pytest

from logitcheck import inspection
from logitcheck.report import Finding, ModelReport
from logitcheck.rules import catalogue
from tests.building import compiled, write
from tests.rules import said, said_of_declarations, said_of_graphs, said_of_metrics
from tests.rules.said import Said
from tests.rules.said_of_graphs import Exported, Traced

EXPECTED = Path(__file__).parent.parent / "data" / "golden" / "messages.txt"

CASES: Mapping[str, Said | Traced | Exported] = {
    **said.CASES,
    **said_of_metrics.CASES,
    **said_of_graphs.CASES,
    **said_of_declarations.CASES,
}


def report_on(case: Said | Traced | Exported, folder: Path) -> ModelReport:
    """What logitcheck says of the case."""
    if not isinstance(case, Said):
        return case.report(folder)
    if case.backend is None:
        model = compiled(case.model, case.loss, **case.settings) if case.loss is not None else case.model
        path = write(folder / "model.keras", model, case.version)
        return inspection.inspect(path, declarations=case.declarations)
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(case.model)
        if case.loss is not None:
            file.attrs["training_config"] = json.dumps({"loss": case.loss, **case.settings})
        file.attrs["keras_version"], file.attrs["backend"] = case.version, case.backend
    return inspection.inspect(path, declarations=case.declarations)


def words(name: str, folder: Path) -> str:
    """Everything that is said of one case."""
    report = report_on(CASES[name], folder)
    assert report.error is None, report.error
    return f"## {name}: {report.outcome.value}\n\n" + "".join(_finding(finding) for finding in report.findings)


def _finding(finding: Finding) -> str:
    return "\n".join(_lines(finding)) + "\n\n"


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity.value} {finding.code} output {finding.output!r} layer {finding.layer!r}"
    yield finding.message
    for fix in finding.fixes:
        yield f"- {fix}"
    if finding.effect is not None:
        effect = finding.effect
        named = {"tensorflow": effect.tensorflow, "jax": effect.jax, "torch": effect.torch}
        yield ", ".join(f"{backend}: {what.value if what else None}" for backend, what in named.items())


def expected() -> Mapping[str, str]:
    """What is to be said of each case."""
    parts = EXPECTED.read_text(encoding="utf-8").split("## ")[1:]
    return {part.partition("\n")[0].rpartition(": ")[0]: f"## {part}" for part in parts}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_is_said_so(name: str, tmp_path: Path) -> None:
    assert words(name, tmp_path) == expected()[name]


def test_every_rule_has_its_say() -> None:
    words_of_all = EXPECTED.read_text(encoding="utf-8")
    assert [rule.code for rule in catalogue.ALL if f" {rule.code} output " not in words_of_all] == []


def test_nothing_is_expected_of_cases_that_are_gone() -> None:
    assert list(expected()) == list(CASES)


def write_expected() -> None:
    """Write what is said now."""
    said_now = []
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            said_now.append(words(name, Path(folder)))
    EXPECTED.write_text("".join(said_now), encoding="utf-8")


if __name__ == "__main__":
    write_expected()
