"""`inspect --probe`: what the file does not decide is observed, shown in every format, and counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jsonschema
import pytest
from typer.testing import CliRunner

import logitcheck
from logitcheck import formats
from logitcheck.analyzer.values import Kind
from logitcheck.commands import app
from logitcheck.formats import Format
from logitcheck.probing import settling
from logitcheck.probing.errors import ProbeError, ProbeErrorCode
from logitcheck.probing.observations import Observations, OutputSeen
from logitcheck.probing.probe import Options
from logitcheck.probing.process import Limits
from logitcheck.report import NotObserved, Observation, Report, Verdict
from tests.building import compiled, custom, dense, sequential, write
from tests.probing.seen import SHARES, observations, output

SAMPLES = Path(__file__).parent.parent.parent / "sample_models"
SCHEMA = json.loads((Path(logitcheck.__file__).parent / "reporter" / "report.schema.json").read_text(encoding="utf-8"))


class Answering:
    """In the place of a process: gives the same answer to every request, and counts them."""

    def __init__(self, answer: Observations | ProbeError, *, unimported: ProbeError | None = None) -> None:
        self._answer = answer
        self._unimported = unimported
        self.asked: list[Any] = []
        self.limits: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def ask(self, request: Any, limits: Any, *_: object) -> Observations | ProbeError:
        self.asked.append(request)
        self.limits.append(limits)
        return self._answer

    def imported(self, *_: object) -> ProbeError | None:
        return self._unimported


@pytest.fixture
def undetermined(tmp_path: Path) -> str:
    return str(
        write(tmp_path / "undetermined.keras", compiled(sequential(custom("Head", "head")), "categorical_crossentropy"))
    )


def settled(
    paths: list[str], answer: Observations | ProbeError, monkeypatch: pytest.MonkeyPatch
) -> tuple[Report, Answering]:
    runner = Answering(answer)
    monkeypatch.setattr(settling, "Runner", lambda: runner)
    monkeypatch.setattr("logitcheck.probing.screening.refusal", lambda *_, **__: None)
    return settling.settled(logitcheck.inspect_all(paths), Options()), runner


def test_what_is_undetermined_is_observed(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, runner = settled([undetermined], observations(SHARES), monkeypatch)
    assert len(runner.asked) == 1
    assert report.models[0].outputs[0].observed == Observation(
        kind=Kind.PROBABILITIES, axis=-1, low=0.001, high=0.998, samples=256, verdict=Verdict.OK
    )
    assert report.models[0].outputs[0].verdict is Verdict.UNDETERMINED


def test_what_the_file_proves_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    good = str(
        write(tmp_path / "good.keras", compiled(sequential(dense("head", 3, "softmax")), "categorical_crossentropy"))
    )
    paths = [good, str(SAMPLES / "softmax_from_logits.keras"), str(SAMPLES / "uncompiled.keras"), "missing.keras"]
    report, runner = settled(paths, observations(SHARES), monkeypatch)
    assert runner.asked == []
    assert report == logitcheck.inspect_all(paths)


def shown(report: Report) -> str:
    plain = formats.lines(report, Format.TEXT, 80, ascii_only=False)
    return "\n".join("".join(text for text, _ in line) for line in plain)


SEEN: dict[str, tuple[OutputSeen, str]] = {
    "ok": (SHARES, "Observed, not proved: probabilities that sum to 1 along axis -1, on 256 samples: fits its loss"),
    "mismatch": (
        output(-3.0, 4.0),
        "Observed, not proved: numbers on both sides of [0, 1], as logits are, on 256 samples: does not fit its loss",
    ),
    "undetermined": (
        output(0.5, 0.5),
        "Observed, not proved: nothing that could be told, on 256 samples: may fit or not fit its loss",
    ),
}


@pytest.mark.parametrize("verdict", SEEN)
def test_the_text_and_the_json_of_what_was_observed(
    verdict: str, undetermined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, sentence = SEEN[verdict]
    report, _ = settled([undetermined], observations(seen), monkeypatch)
    assert sentence in " ".join(shown(report).split())
    document = json.loads(formats.render(report, Format.JSON))
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    assert document["models"][0]["outputs"][0]["observed"]["verdict"] == verdict
    assert document["models"][0]["outcome"] == "undetermined"


HEADS = {"ok": "undetermined; observed: fits", "mismatch": "undetermined; observed: DOES NOT FIT"}


@pytest.mark.parametrize("verdict", SEEN)
def test_the_first_line_tells_it(verdict: str, undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = settled([undetermined], observations(SEEN[verdict][0]), monkeypatch)
    expected = HEADS.get(verdict, "undetermined")
    assert " ".join(shown(report).split()).partition(": ")[2].startswith(f"{expected} Sequential, compiled")


@pytest.mark.parametrize("output_format", [each for each in Format if each not in formats.WITH_OUTPUTS], ids=str)
def test_formats_without_outputs_tell_it_in_the_finding(
    output_format: Format, undetermined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = settled([undetermined], observations(SEEN["mismatch"][0]), monkeypatch)
    told = formats.render(report, output_format)
    assert "observed, not proved: numbers on both sides of" in told
    assert "does not fit its loss" in told


@pytest.mark.parametrize(("verdict", "element"), [("ok", "skipped"), ("mismatch", "failure")])
def test_junit_fails_the_model_that_was_seen_not_to_fit(
    verdict: str, element: str, undetermined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = settled([undetermined], observations(SEEN[verdict][0]), monkeypatch)
    assert f'<{element} type="undetermined"' in formats.render(report, Format.JUNIT)


@pytest.mark.parametrize(
    ("verdict", "options", "status"),
    [
        ("ok", [], 0),
        ("ok", ["--strict"], 0),
        ("mismatch", [], 1),
        ("mismatch", ["--exit-zero"], 0),
        ("mismatch", ["--ignore", "LC402"], 0),
        ("undetermined", [], 0),
        ("undetermined", ["--strict"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_what_was_seen_counts_for_the_exit_status(
    verdict: str, options: list[str], status: int, undetermined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "Runner", lambda: Answering(observations(SEEN[verdict][0])))
    monkeypatch.setattr("logitcheck.probing.screening.refusal", lambda *_, **__: None)
    finished = CliRunner().invoke(app, ["inspect", "--isolated", "--probe", *options, undetermined])
    assert finished.exit_code == status


def test_several_models_show_it_too(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = settled([undetermined, str(SAMPLES / "nested.keras")], observations(SHARES), monkeypatch)
    assert "Observed, not proved: probabilities that sum to 1" in " ".join(shown(report).split())


WHY_NOT: dict[str, tuple[Observations | ProbeError, str]] = {
    "error": (
        ProbeError(code=ProbeErrorCode.TIMEOUT, message="It took too long.", hint="Allow it more."),
        "Not observed: It took too long. What to do: Allow it more.",
    ),
    "outputs": (
        observations(SHARES, SHARES),
        "Not observed: The model has 2 outputs, which the file does not tell apart. What to do: Run logitcheck probe",
    ),
}


@pytest.mark.parametrize("why", WHY_NOT)
def test_why_nothing_was_observed_is_told(why: str, undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, sentence = WHY_NOT[why]
    report, _ = settled([undetermined], answer, monkeypatch)
    assert sentence in " ".join(shown(report).split())
    document = json.loads(formats.render(report, Format.JSON))
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    assert set(document["models"][0]["outputs"][0]["observed"]) == {"error"}


def test_an_option_that_inspect_lacks_is_one_of_probe(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ProbeError(code=ProbeErrorCode.UNSAFE_CODE, message="Code.", hint="If you trust it: --unsafe")
    report, _ = settled([undetermined], error, monkeypatch)
    found = report.models[0].outputs[0].observed
    assert isinstance(found, NotObserved)
    assert found.hint == "If you trust it: logitcheck probe --unsafe"


def test_limits_can_be_given_for_each_model(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = Answering(observations(SHARES))
    monkeypatch.setattr(settling, "Runner", lambda: runner)
    monkeypatch.setattr("logitcheck.probing.screening.refusal", lambda *_, **__: None)
    options = ["inspect", "--isolated", "--probe", undetermined]
    assert CliRunner().invoke(app, options).exit_code == 0
    assert CliRunner().invoke(app, [*options, "--timeout", "7.5", "--memory", "900"]).exit_code == 0
    assert runner.limits == [Limits(), Limits(seconds=7.5, megabytes=900)]


def test_what_cannot_be_imported_is_wrong_usage(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "--import nowhere: ModuleNotFoundError: No module named 'nowhere'"
    failure = ProbeError(code=ProbeErrorCode.IMPORT_FAILED, message=message, hint="Name a module.")
    monkeypatch.setattr(settling, "Runner", lambda: Answering(observations(SHARES), unimported=failure))
    done = CliRunner().invoke(app, ["inspect", "--isolated", "--probe", "--import", "nowhere", undetermined])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"{message}. Name a module." in " ".join(done.stderr.split())


def test_the_advice_to_run_it_is_not_given_again(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = logitcheck.inspect_all([undetermined])
    assert any(fix.startswith("Run it with logitcheck probe") for fix in before.models[0].findings[0].fixes)
    report, _ = settled([undetermined], observations(SHARES), monkeypatch)
    assert "Run it with" not in shown(report)
    assert report.models[0].findings[0].fixes == before.models[0].findings[0].fixes[1:]


COUNTED: dict[str, tuple[Observations | ProbeError, str]] = {
    "not to fit": (observations(output(-3.0, 4.0)), "2 undetermined (2 observed not to fit)"),
    "not run": (
        ProbeError(code=ProbeErrorCode.CRASHED, message="It died.", hint="Look."),
        "2 undetermined (2 not observed)",
    ),
    "to fit": (observations(SHARES), "2 undetermined,"),
}


@pytest.mark.parametrize("output_format", [Format.TEXT, Format.CONCISE, Format.MARKDOWN], ids=str)
@pytest.mark.parametrize("answer", COUNTED)
def test_a_summary_counts_what_was_seen_not_to_fit_and_what_was_not_seen(
    answer: str, output_format: Format, undetermined: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.keras"
    other.write_bytes(Path(undetermined).read_bytes())
    given, words = COUNTED[answer]
    report, _ = settled([undetermined, str(other)], given, monkeypatch)
    if output_format in {Format.TEXT, Format.CONCISE}:
        lines = formats.lines(report, output_format, 200, ascii_only=False)
        told = "\n".join("".join(text for text, _ in line) for line in lines)
    else:
        told = formats.render(report, output_format)
    assert words.removesuffix(",") in " ".join(told.split())
    assert ("observed" in words) == ("undetermined (" in told)


@pytest.mark.parametrize(("verdict", "kind"), [("ok", "notice"), ("mismatch", "warning")])
def test_github_warns_of_a_model_that_was_seen_not_to_fit(
    verdict: str, kind: str, undetermined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = settled([undetermined], observations(SEEN[verdict][0]), monkeypatch)
    assert formats.render(report, Format.GITHUB).startswith(f"::{kind} ")


def test_what_contradicts_the_file_is_no_observation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sigmoid under a loss that nobody knows is undetermined, but its bounds are known."""
    model = compiled(sequential(dense("head", 3, "sigmoid")), {"class_name": "Mine", "module": "mine", "config": {}})
    report, _ = settled([str(write(tmp_path / "m.keras", model))], observations(output(-3.0, 4.0)), monkeypatch)
    found = report.models[0].outputs[0].observed
    assert isinstance(found, NotObserved)
    assert found.code == "contradicted"
    assert "-3 is below 0; 4 is above 1" in found.message


def test_nothing_but_nan_is_seen_not_to_fit(undetermined: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = replace(SHARES, low=None, high=None, mean=None, nan=1.0, nan_ordinary=0.5, histogram=None, sums=())
    report, _ = settled([undetermined], observations(nothing), monkeypatch)
    told = " ".join(shown(report).split())
    assert "no finite number, only NaN or infinity, on 256 samples: does not fit its loss" in told
    assert report.models[0].observed is Verdict.MISMATCH
