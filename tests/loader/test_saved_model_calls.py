"""Subclassed models in SavedModels: judged by what their call returns, if it ends alike in training and prediction."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck.analyzer.values import Kind
from logitcheck.loader.saved_model_calls import MOST_FUNCTIONS
from logitcheck.report import Outcome
from tests.building import codes
from tests.saved_models import constant, entry, node, shape, span
from tests.traced import DENSE, LOGITS, SIGMOID, SOFTMAX, TENSOR, both, report_on, traced


def listed(*items: bytes, kind: int = 51) -> bytes:
    """A list or tuple of what a function returns."""
    return span(kind, b"".join(span(1, item) for item in items))


def keyed(**items: bytes) -> bytes:
    """A dict of what a function returns."""
    return span(53, b"".join(entry(1, key, value) for key, value in items.items()))


def test_a_call_that_ends_alike_is_judged(tmp_path: Path) -> None:
    report = report_on(tmp_path, both(SOFTMAX, "end:softmax:0"), LOGITS)
    assert codes(report) == ["LC101"]
    assert [(output.name, output.kind) for output in report.outputs] == [("output_1", Kind.PROBABILITIES)]


def test_what_comes_before_the_end_may_differ(tmp_path: Path) -> None:
    dropout = [node("drop", "RandomUniform", "x"), node("dropped", "Mul", "x", "drop:output:0")]
    product = node("product", "MatMul", "dropped:z:0", "w/read:value:0")
    dropping = [*dropout, product, *(made for made in SOFTMAX if made is not DENSE[2])]
    functions = [traced("f0", dropping, "end:softmax:0"), traced("f1", SOFTMAX, "end:softmax:0")]
    assert report_on(tmp_path, functions, LOGITS).outcome is Outcome.MISMATCH


@pytest.mark.parametrize(
    "other",
    [
        (DENSE, "sum:output:0"),
        (SIGMOID, "end:y:0"),
        ([*SOFTMAX, node("twice", "Softmax", "end:softmax:0")], "twice:softmax:0"),
        ([node("end", "Softmax", "x")], "end:softmax:0"),
        ([], "gone:y:0"),
    ],
    ids=["logits", "another activation", "one more", "no weights", "nothing"],
)
def test_a_call_that_ends_otherwise_in_training_is_not_judged(tmp_path: Path, other: tuple[list[bytes], str]) -> None:
    functions = [traced("f0", other[0], other[1]), traced("f1", SOFTMAX, "end:softmax:0")]
    report = report_on(tmp_path, functions, LOGITS)
    assert report.outcome is Outcome.UNDETERMINED
    assert "in training it is made in another way" in report.outputs[0].evidence[0].effect


def test_of_more_functions_than_are_compared_none_is_trusted(tmp_path: Path) -> None:
    alike = [traced(f"f{at}", SOFTMAX, "end:softmax:0") for at in range(MOST_FUNCTIONS)]
    assert report_on(tmp_path / "all", alike, LOGITS).outcome is Outcome.MISMATCH
    other = traced(f"f{MOST_FUNCTIONS}", DENSE, "sum:output:0")
    report = report_on(tmp_path / "more", [*alike, other], LOGITS)
    assert report.outcome is Outcome.UNDETERMINED
    assert "keeps more than 16 functions of it" in report.outputs[0].evidence[0].effect


def test_of_several_outputs_each_is_compared_on_its_own(tmp_path: Path) -> None:
    training = traced("f0", SOFTMAX, "sum:output:0", "end:softmax:0")
    predicting = traced("f1", SOFTMAX, "sum:output:0", "sum:output:0")
    report = report_on(tmp_path, [training, predicting], [LOGITS, LOGITS], listed(TENSOR, TENSOR))
    assert [output.kind for output in report.outputs] == [Kind.LOGITS, Kind.UNKNOWN]


@pytest.mark.parametrize(
    ("returns", "names"),
    [
        (listed(TENSOR, TENSOR), ["output_1", "output_2"]),
        (listed(TENSOR, TENSOR, kind=52), ["output_1", "output_2"]),
        (keyed(b=TENSOR, a=TENSOR), ["a", "b"]),
    ],
    ids=["a list", "a tuple", "a dict"],
)
def test_outputs_are_named_as_keras_2_names_them(tmp_path: Path, returns: bytes, names: list[str]) -> None:
    report = report_on(tmp_path, both(SOFTMAX, "sum:output:0", "end:softmax:0"), LOGITS, returns)
    assert [output.name for output in report.outputs] == names
    assert [output.kind for output in report.outputs] == [Kind.LOGITS, Kind.PROBABILITIES]


@pytest.mark.parametrize(
    "returns",
    [b"", span(1, b""), listed(listed(TENSOR)), keyed(a=listed(TENSOR)), listed(), keyed()],
    ids=["nothing", "None", "nested lists", "lists in a dict", "an empty list", "an empty dict"],
)
def test_what_returns_something_else_than_tensors_is_not_judged(tmp_path: Path, returns: bytes) -> None:
    report = report_on(tmp_path, both(SOFTMAX, "end:softmax:0"), LOGITS, returns)
    assert (report.outcome, len(report.outputs)) == (Outcome.UNDETERMINED, 1)


def test_a_function_that_is_missing_is_not_judged(tmp_path: Path) -> None:
    assert report_on(tmp_path, [], LOGITS).outcome is Outcome.UNDETERMINED


def test_scores_under_a_loss_for_classes_are_told_without_claiming_a_repair(tmp_path: Path) -> None:
    (finding,) = report_on(tmp_path, both(SIGMOID, "end:y:0"), "sparse_categorical_crossentropy").findings
    assert finding.code == "LC108"
    assert "if Keras was asked for the activation, and else perhaps divides the scores" in finding.message


def test_a_metric_with_a_flag_is_told_without_claiming_a_repair(tmp_path: Path) -> None:
    metrics = [[{"class_name": "SparseCategoricalCrossentropy", "config": {"name": "m", "from_logits": True}}]]
    functions = both(SOFTMAX, "end:softmax:0")
    report = report_on(tmp_path, functions, "sparse_categorical_crossentropy", settings={"metrics": metrics})
    (finding,) = report.findings
    assert finding.code == "LC203"
    assert "if it was asked for the activation, and may else apply it twice" in finding.message


@pytest.mark.parametrize(("version", "tensorflow"), [("2.4.0", "unknown"), ("2.2.4-tf", "applied_twice")])
def test_the_effect_of_an_activation_in_a_graph_depends_on_the_version(
    tmp_path: Path, version: str, tensorflow: str
) -> None:
    (finding,) = report_on(tmp_path, both(SOFTMAX, "end:softmax:0"), LOGITS, version=version).findings
    assert finding.effect is not None
    assert finding.effect.tensorflow is not None
    assert finding.effect.tensorflow.value == tensorflow


def test_a_constant_that_differs_makes_another_end(tmp_path: Path) -> None:
    def moved(order: list[int]) -> list[bytes]:
        return [*SOFTMAX, constant("order", order), node("t", "Transpose", "end:softmax:0", "order:o:0")]

    functions = [traced("f0", moved([1, 0]), "t:y:0"), traced("f1", moved([0, 1]), "t:y:0")]
    assert report_on(tmp_path, functions, LOGITS).outcome is Outcome.UNDETERMINED


def test_a_shape_that_differs_is_unknown(tmp_path: Path) -> None:
    def sized(size: int) -> bytes:
        attribute = span(1, span(7, shape([None, size])))
        return node("end", "Softmax", "sum:output:0", _output_shapes=attribute)

    functions = [traced(f"f{at}", [*DENSE, sized(3 + at)], "end:softmax:0") for at in range(2)]
    (output,) = report_on(tmp_path, functions, LOGITS).outputs
    assert (output.kind, output.classes) == (Kind.PROBABILITIES, None)
