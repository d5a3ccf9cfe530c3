"""What settings say of losses: which of them it is taken for, and what then is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck.declarations import Declarations, DeclaredInput
from logitcheck.report import ModelReport, Outcome
from tests.building import all_codes, called, dense, function, functional, loss, source, tensor
from tests.loader.older import write_hdf5
from tests.rules.judging import SPARSE, head, judge

OWN_CLASS = loss("Odd") | {"module": "mine", "registered_name": "mine>Odd"}


def on_losses(folder: Path, compiled_loss: Any, losses: dict[str, DeclaredInput], **more: Any) -> ModelReport:
    """What is said of a softmax if settings speak of its loss."""
    return judge(folder, head("softmax"), compiled_loss, declarations=Declarations(losses=losses), **more)


@pytest.mark.parametrize(
    ("compiled_loss", "key"),
    [
        pytest.param(OWN_CLASS, "mine>Odd", id="a class with its package"),
        pytest.param(OWN_CLASS, "Odd", id="the class alone"),
        pytest.param(function("my_ce"), "my_ce", id="a function"),
        pytest.param(function("mine>my_ce"), "my_ce", id="a registered function"),
        pytest.param("my_ce", "my_ce", id="a name"),
        pytest.param({"class_name": "__lambda__", "config": {"value": []}}, "<lambda>", id="a lambda"),
        pytest.param(function("binary_crossentropy"), "binary_crossentropy", id="the name of a function of Keras"),
        pytest.param(
            loss("LossFunctionWrapper", fn="my_ce", from_logits=True), "my_ce", id="a function that Keras wrapped"
        ),
    ],
)
def test_each_key_means_the_loss(tmp_path: Path, compiled_loss: Any, key: str) -> None:
    report = on_losses(tmp_path, compiled_loss, {key: DeclaredInput.LOGITS})
    assert (report.outcome, report.declarations_used) == (Outcome.MISMATCH, (f"losses.{key}",))
    assert "LC101" in all_codes(report)
    assert {"LC402", "LC403", "LC405"}.isdisjoint(all_codes(report))


@pytest.mark.parametrize(
    ("compiled_loss", "key"),
    [
        pytest.param(SPARSE, SPARSE, id="a string"),
        pytest.param("crossentropy", "crossentropy", id="a string that stands for several"),
        pytest.param(loss("CategoricalCrossentropy"), "CategoricalCrossentropy", id="an object"),
        pytest.param(loss("MeanSquaredError"), "MeanSquaredError", id="one that takes anything"),
        pytest.param(function("my_ce"), "My_ce", id="another letter case"),
        pytest.param(OWN_CLASS, "other>Odd", id="another package"),
        pytest.param(function(SPARSE), "SparseCategoricalCrossentropy", id="the class of a function"),
    ],
)
def test_others_do_not(tmp_path: Path, compiled_loss: Any, key: str) -> None:
    plain = judge(tmp_path, head("softmax"), compiled_loss)
    assert on_losses(tmp_path, compiled_loss, {key: DeclaredInput.LOGITS}) == plain


def test_a_string_in_hdf5_stays_what_it_is_though_a_function_would_look_the_same(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "model.h5", head("softmax"), {"loss": SPARSE}, "3.15.1")
    declarations = Declarations(losses={SPARSE: DeclaredInput.LOGITS})
    assert logitcheck.inspect(path, declarations=declarations) == logitcheck.inspect(path)


def test_the_exact_name_wins(tmp_path: Path) -> None:
    takes = {"Odd": DeclaredInput.LOGITS, "mine>Odd": DeclaredInput.PROBABILITIES}
    report = on_losses(tmp_path, OWN_CLASS, takes)
    assert (report.outcome, report.declarations_used) == (Outcome.OK, ("losses.mine>Odd",))


def test_a_function_of_ones_own_has_no_flag_and_no_class_of_keras(tmp_path: Path) -> None:
    report = on_losses(tmp_path, function(SPARSE), {SPARSE: DeclaredInput.PROBABILITIES})
    judged = report.outputs[0].loss
    assert judged is not None
    assert (judged.name, judged.from_logits, judged.expects.value) == (SPARSE, None, "probabilities")
    assert judged.is_declared


def test_every_output_has_its_own(tmp_path: Path) -> None:
    layers = [
        source(),
        called(dense("kind", 3, "softmax"), tensor("x", (None, 4))),
        called(dense("score", 1), tensor("x", (None, 4))),
    ]
    model = functional(layers, [["kind", 0, 0], ["score", 0, 0]])
    takes = {"first": DeclaredInput.PROBABILITIES, "second": DeclaredInput.LOGITS, "third": DeclaredInput.ANY}
    stored = [function("first"), function("second")]
    report = judge(tmp_path, model, stored, declarations=Declarations(losses=takes))
    assert (report.outcome, report.declarations_used) == (Outcome.OK, ("losses.first", "losses.second"))


def test_one_that_takes_anything_leaves_nothing_to_compare(tmp_path: Path) -> None:
    report = on_losses(tmp_path, "my_ce", {"my_ce": DeclaredInput.ANY})
    assert (report.outcome, report.findings) == (Outcome.NOT_APPLICABLE, ())
