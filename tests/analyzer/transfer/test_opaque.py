from __future__ import annotations

import pytest

from tests.analyzer.given import call, logits, operation, result, scores


@pytest.mark.parametrize("name", ["BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"])
def test_a_loss_is_no_output(name: str) -> None:
    value = result(call(operation(name), (scores("labels"), (None, 3)), (logits(), (None, 3))))
    assert value.unknown is not None
    assert value.unknown.reason == "it is a loss, not an output"
