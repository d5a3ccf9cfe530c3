"""All rules together: what each of them is made of, which silences which, and the verdict that follows."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

from logitcheck import inspection, rules
from logitcheck.report import Outcome, Severity, Verdict
from logitcheck.rules import catalogue
from logitcheck.rules.base import Rule
from tests.building import (
    Config,
    all_codes,
    called,
    codes,
    compiled,
    custom,
    dense,
    function,
    functional,
    loss,
    metric,
    report_on,
    sequential,
    source,
    tensor,
)
from tests.rules.judging import BINARY, SPARSE, findings, head, judge, softmax

SPARSE_LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
FILES = sorted(module.name for module in pkgutil.iter_modules(rules.__path__) if module.name.startswith("lc"))

OLD_FILES = sorted((Path(__file__).parent.parent / "data" / "old").glob("*/*.*"))


def rule_of(file: str) -> Rule:
    """The rule of a module: the class that is defined there."""
    module = importlib.import_module(f"logitcheck.rules.{file}")
    (found,) = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Rule) and member.__module__ == module.__name__
    ]
    return found()


@pytest.mark.parametrize("file", FILES)
def test_the_file_is_called_after_the_rule(file: str) -> None:
    rule = rule_of(file)
    assert file == f"{rule.code}_{rule.name}".lower().replace("-", "_")


@pytest.mark.parametrize("file", FILES)
def test_the_rule_is_one_of_all(file: str) -> None:
    assert type(rule_of(file)) in {type(rule) for rule in catalogue.ALL}


def test_all_rules_have_a_file() -> None:
    assert len(catalogue.ALL) == len(FILES)


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
def test_the_code_is_two_letters_and_three_digits(rule: Rule) -> None:
    assert re.fullmatch(r"LC[1-4]\d\d", rule.code)


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
def test_the_name_is_in_kebab_case(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
def test_the_hundreds_of_the_code_tell_information_from_defects(rule: Rule) -> None:
    assert (rule.severity is Severity.INFO) == rule.code.startswith("LC4")


def test_codes_and_names_are_unique() -> None:
    assert (
        len({rule.code for rule in catalogue.ALL}) == len({rule.name for rule in catalogue.ALL}) == len(catalogue.ALL)
    )


def test_rules_are_in_the_order_of_their_codes() -> None:
    assert [rule.code for rule in catalogue.ALL] == sorted(rule.code for rule in catalogue.ALL)


def test_three_rules_end_the_judgement_of_an_output() -> None:
    assert sorted(rule.code for rule in catalogue.DECISIVE) == ["LC105", "LC106", "LC113"]


def test_every_finding_leads_to_its_documentation(tmp_path: Path) -> None:
    (finding,) = findings(judge(tmp_path, head("softmax"), SPARSE_LOGITS), "LC101")
    assert finding.docs_url.endswith("docs/rules.md#lc101")
    assert finding.name == "probabilities-as-logits"


@pytest.mark.parametrize(
    ("model", "compiled_loss", "verdict"),
    [
        pytest.param(head("softmax"), SPARSE, Verdict.OK, id="proved to fit"),
        pytest.param(head(), SPARSE_LOGITS, Verdict.OK, id="logits that fit"),
        pytest.param(head("softplus", 1), "poisson", Verdict.OK, id="a rate that fits"),
        pytest.param(head(units=1), "hinge", Verdict.OK, id="a margin that fits"),
        pytest.param(head(), SPARSE, Verdict.MISMATCH, id="an error"),
        pytest.param(head("relu"), SPARSE_LOGITS, Verdict.MISMATCH, id="a warning"),
        pytest.param(head("softmax", 2), BINARY, Verdict.OK, id="information"),
        pytest.param(sequential(custom("Mine", "mine")), SPARSE, Verdict.UNDETERMINED, id="unknown output"),
        pytest.param(head(), "my_own", Verdict.UNDETERMINED, id="unknown loss"),
        pytest.param(head(), "mse", Verdict.NOT_APPLICABLE, id="a loss that takes anything"),
        pytest.param(head(), None, Verdict.NOT_APPLICABLE, id="no loss"),
        pytest.param(sequential(custom("Mine", "mine")), None, Verdict.NOT_APPLICABLE, id="unknown output, no loss"),
        pytest.param(head("softmax", 1), None, Verdict.MISMATCH, id="an error that needs no loss"),
    ],
)
def test_the_verdict_follows_from_findings_and_fit(
    tmp_path: Path, model: Config, compiled_loss: Any, verdict: Verdict
) -> None:
    report = judge(tmp_path, model, compiled_loss)
    assert report.outputs[0].verdict is verdict
    assert report.outcome.value == verdict.value


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_of_several_losses_on_one_output_the_worst_is_reported(tmp_path: Path, *, first: bool) -> None:
    pair = [SPARSE_LOGITS, SPARSE]
    report = judge(tmp_path, head("softmax"), pair if first else pair[::-1])
    assert codes(report) == ["LC101"]
    assert report.outputs[0].verdict is Verdict.MISMATCH
    assert report.outputs[0].loss is not None
    assert report.outputs[0].loss.from_logits is True


def test_each_of_several_losses_on_one_output_is_judged(tmp_path: Path) -> None:
    report = judge(tmp_path, head("tanh"), [SPARSE, "poisson", SPARSE_LOGITS])
    assert sorted(codes(report)) == ["LC104", "LC104", "LC111"]


def test_a_finding_that_needs_no_loss_is_told_once_for_several_losses(tmp_path: Path) -> None:
    stacked = sequential(dense("inner", 3, "softmax"), softmax())
    assert codes(judge(tmp_path, stacked, [SPARSE, "kl_divergence"])).count("LC110") == 1


def two_outputs(first: str, second: str) -> Config:
    """A model with two heads, `a` and `b`."""
    layers = [
        source(),
        called(dense("a", 3, first), tensor("x", (None, 4))),
        called(dense("b", 3, second), tensor("x", (None, 4))),
    ]
    return functional(layers, [["a", 0, 0], ["b", 0, 0]])


def test_each_output_has_a_verdict_of_its_own_and_the_model_the_worst(tmp_path: Path) -> None:
    report = judge(tmp_path, two_outputs("softmax", "linear"), {"a": SPARSE, "b": SPARSE})
    assert [output.verdict for output in report.outputs] == [Verdict.OK, Verdict.MISMATCH]
    assert report.outcome is Outcome.MISMATCH
    assert [finding.output for finding in report.findings if finding.code == "LC102"] == ["b"]


def test_the_message_names_the_output_where_there_are_several(tmp_path: Path) -> None:
    report = judge(tmp_path, two_outputs("softmax", "linear"), {"a": SPARSE, "b": SPARSE})
    assert "of output 'b' expects probabilities" in findings(report, "LC102")[0].message


def test_a_loss_of_weight_0_is_no_loss(tmp_path: Path) -> None:
    report = judge(
        tmp_path, two_outputs("softmax", "linear"), {"a": SPARSE, "b": SPARSE}, loss_weights={"a": 1.0, "b": 0.0}
    )
    assert [output.verdict for output in report.outputs] == [Verdict.OK, Verdict.NOT_APPLICABLE]


def test_an_output_without_a_loss_is_told_by_its_name(tmp_path: Path) -> None:
    report = judge(tmp_path, two_outputs("softmax", "linear"), [SPARSE, None])
    assert [output.verdict for output in report.outputs] == [Verdict.OK, Verdict.NOT_APPLICABLE]
    assert "No loss is compiled for output 'b'" in findings(report, "LC404")[0].message


def test_the_worst_findings_come_first(tmp_path: Path) -> None:
    report = judge(tmp_path, two_outputs("relu", "linear"), {"a": SPARSE_LOGITS, "b": SPARSE})
    assert all_codes(report)[:2] == ["LC102", "LC104"]


def test_a_fix_keeps_the_other_settings_of_the_loss(tmp_path: Path) -> None:
    settings = loss("CategoricalCrossentropy", from_logits=True, label_smoothing=0.1, axis=-1)
    report = report_on(tmp_path, compiled(sequential(dense("head", 3, "softmax")), settings))
    assert (
        report.findings[0]
        .fixes[0]
        .endswith("model.compile(..., loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1))")
    )
    assert "CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)" in report.findings[0].message


def test_a_fix_of_one_of_several_outputs_leaves_the_others_alone(tmp_path: Path) -> None:
    layers = [source(), *(called(dense(name, 3, "softmax"), tensor("x", (None, 4))) for name in "ab")]
    losses = {"a": loss("CategoricalCrossentropy", from_logits=True), "b": "categorical_crossentropy"}
    report = report_on(tmp_path, compiled(functional(layers, [["a", 0, 0], ["b", 0, 0]]), losses))
    assert report.findings[0].fixes[0].endswith("loss={'a': keras.losses.CategoricalCrossentropy(), ...})")


@pytest.mark.parametrize(
    "settings",
    [loss("CategoricalCrossentropy", from_logits=True, label_smoothing=0.1), loss("CTC"), "ctc"],
    ids=["label smoothing", "CTC", "CTC by name"],
)
def test_numbers_are_quoted_of_plain_losses_only(tmp_path: Path, settings: object) -> None:
    report = report_on(tmp_path, compiled(sequential(dense("head", 3, "softmax")), settings))
    assert [finding.code for finding in report.findings] == ["LC101"]
    assert "cannot fall below" not in report.findings[0].message


def ask_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the rules asked of every output."""
    monkeypatch.setattr(rules, "is_silent", lambda _: False)
    monkeypatch.setattr(rules, "is_silent_beside", lambda _: False)


@pytest.mark.parametrize("path", OLD_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_where_the_rules_are_not_asked_they_have_nothing_to_say(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shortened = inspection.inspect(path)
    ask_all(monkeypatch)
    assert inspection.inspect(path) == shortened


ACTIVATIONS = ["linear", "softmax", "log_softmax", "sigmoid", "log_sigmoid", "hard_sigmoid", "relu", "elu", "tanh"]
WITHOUT_FLAG = ["mse", "kl_divergence", "poisson", "dice", "hinge", "categorical_hinge", "ctc", "crossentropy", "huber"]
WITH_FLAG = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "BinaryFocalCrossentropy",
]


@pytest.mark.parametrize("units", [1, 2, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nor_have_they_of_any_head_and_loss(
    activation: str, units: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged = [loss(name, from_logits=flag) for name in WITH_FLAG for flag in (False, True)]
    settings = [
        (stored, metrics)
        for stored in (*WITHOUT_FLAG, *flagged, BINARY, SPARSE, function(SPARSE), function("mine"))
        for metrics in ([], ["accuracy", "mae"], [metric("AUC", from_logits=False)])
    ]
    models = [compiled(head(activation, units), stored, metrics=metrics) for stored, metrics in settings]
    shortened = [report_on(tmp_path, model) for model in models]
    ask_all(monkeypatch)
    assert [report_on(tmp_path, model) for model in models] == shortened
