"""Subclassed models made by hand: SavedModels whose calls were traced, which hold no config to tell the layers from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import logitcheck
from logitcheck.report import ModelReport
from tests import saved_models
from tests.saved_models import children, described, entry, function, node, saved, span, variable, varint

DENSE = [
    node("w/read", "ReadVariableOp", "w"),
    node("b/read", "ReadVariableOp", "b"),
    node("product", "MatMul", "x", "w/read:value:0"),
    node("sum", "BiasAdd", "product:product:0", "b/read:value:0"),
]
SOFTMAX = [*DENSE, node("end", "Softmax", "sum:output:0")]
SIGMOID = [*DENSE, node("end", "Sigmoid", "sum:output:0")]
TENSOR = span(33, span(1, "unknown"))
"""What a function returns: one tensor."""

LOGITS = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}


def traced(name: str, nodes: Iterable[bytes], *tensors: str) -> bytes:
    """A function of a call that returns tensors."""
    return function(name, ["x", "w", "b"], nodes, **{f"out_{at}": tensor for at, tensor in enumerate(tensors)})


def report_on(
    folder: Path,
    functions: Sequence[bytes],
    loss: Any,
    returns: bytes = TENSOR,
    settings: Mapping[str, Any] | None = None,
    version: str = "2.15.0",
) -> ModelReport:
    """What logitcheck says of a model whose call was traced as `functions`, called f0, f1 …"""
    metadata = {
        "class_name": "Mine",
        "config": {},
        "training_config": {"loss": loss, **(settings or {})},
        "keras_version": version,
        "backend": "tensorflow",
    }
    names = [f"f{at}" for at in range(len(functions))]
    kept = span(2, varint(1) + varint(2)) + span(4, returns)
    objects = [children(__call__=3), variable(), variable(), span(6, b"".join(span(1, name) for name in names))]
    graph = b"".join(span(1, item) for item in objects) + b"".join(entry(2, name, kept) for name in names)
    report = logitcheck.inspect(saved_models.write(folder, saved((), functions, None, graph), described(metadata)))
    assert report.error is None, report.error
    return report


def both(nodes: Iterable[bytes], *tensors: str) -> list[bytes]:
    """Functions for training and for prediction that are alike."""
    stored = list(nodes)
    return [traced(name, stored, *tensors) for name in ("f0", "f1")]
