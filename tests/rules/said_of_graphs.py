"""Models of which a SavedModel holds graphs only, of which every form of the messages about them is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import logitcheck
from logitcheck.report import ModelReport
from tests import saved_models, traced
from tests.building import loss, metric
from tests.rules.judging import BINARY, SPARSE
from tests.saved_models import HALF, function, kind, node, objects, root, saved, signature, variable
from tests.traced import DENSE, SIGMOID, SOFTMAX


@dataclass(frozen=True, kw_only=True)
class Traced:
    """A compiled subclassed model, whose call returns `tensor` of the graph of `nodes`."""

    nodes: Iterable[bytes]
    tensor: str
    loss: Any
    version: str = "2.15.0"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def report(self, folder: Path) -> ModelReport:
        """What logitcheck says of it."""
        functions = traced.both(self.nodes, self.tensor)
        return traced.report_on(folder, functions, self.loss, settings=self.settings, version=self.version)


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A model exported for serving."""

    nodes: Sequence[bytes]
    tensor: str

    def report(self, folder: Path) -> ModelReport:
        """What logitcheck says of it."""
        body = function("serve", ["x", "w", "b"], self.nodes, out=self.tensor)
        outer = [
            node("serving_x", "Placeholder"),
            node("w", "VarHandleOp"),
            node("b", "VarHandleOp"),
            node("call", "StatefulPartitionedCall", "serving_x", "w", "b", f=saved_models.calling("serve")),
        ]
        kept = objects([root(), variable(), variable()], {"serve": (1, 2)})
        graph = saved(outer, [body], {"serving_default": signature(y="call:0")}, kept)
        return logitcheck.inspect(saved_models.write(folder, graph))


LOGITS = loss("SparseCategoricalCrossentropy", from_logits=True)
HALVED = [
    *DENSE[:-1],
    node("sum", "BiasAdd", "product:product:0", "b/read:value:0", T=kind(HALF)),
    node("end", "Softmax", "sum:output:0", T=kind(HALF)),
]
CAST = [*SOFTMAX, node("half", "Cast", "end:softmax:0", SrcT=kind(1), DstT=kind(HALF))]

CASES: Mapping[str, Traced | Exported] = {
    "softmax of a graph as logits": Traced(nodes=SOFTMAX, tensor="end:softmax:0", loss=LOGITS),
    "softmax of a graph as logits, TF 2.3": Traced(
        nodes=SOFTMAX, tensor="end:softmax:0", loss=LOGITS, version="2.3.0-tf"
    ),
    "softmax of a graph, binary": Traced(nodes=SOFTMAX, tensor="end:softmax:0", loss=BINARY),
    "sigmoid of a graph, sparse": Traced(nodes=SIGMOID, tensor="end:y:0", loss=SPARSE),
    "metric with a flag on the softmax of a graph": Traced(
        nodes=SOFTMAX,
        tensor="end:softmax:0",
        loss=SPARSE,
        settings={"metrics": [metric("SparseCategoricalCrossentropy", from_logits=True)]},
    ),
    "softmax of a graph in 16 bits": Traced(nodes=HALVED, tensor="end:softmax:0", loss=SPARSE),
    "softmax of a graph, cast to 16 bits": Traced(nodes=CAST, tensor="half:y:0", loss=SPARSE),
    "a graph without an end": Traced(nodes=[], tensor="gone:y:0", loss=SPARSE),
    "exported logits": Exported(nodes=DENSE, tensor="sum:output:0"),
    "exported softmax": Exported(nodes=SOFTMAX, tensor="end:softmax:0"),
}
