"""The end of the graph that a SavedModel serves, as a neutral `Graph`: from each output back to what decides it.

Operations on one tensor are followed, up to a product with weights and a bias (which is a Dense or a convolution), to
one of several tensors, or to one that is not known; there the way ends. What an operation does stands in
`tensorflow_operations`, as for the operation layers of Keras 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from logitcheck.loader import calls, fields, tensorflow_operations
from logitcheck.loader.saved_model_nodes import Node
from logitcheck.loader.saved_model_program import Origin, Place, Program, TooFarError
from logitcheck.loader.stored import ServedGraph
from logitcheck.loader.tensorflow_functions import NODES
from logitcheck.model import Activation, ActivationSource, Call, Graph, Layer, LayerKind, Shape, TensorReference

_SUMS = frozenset({"Add", "AddV2", "BiasAdd"})
_PRODUCTS = frozenset(
    {
        *("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum"),
        *("Conv2D", "Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput", "Conv3DBackpropInputV2"),
    }
)
_REARRANGING = frozenset({"Reshape", "Cast", "ExpandDims", "Squeeze", "Transpose", "BatchToSpaceND"})
"""What may come between a product, its weights and its bias, and changes no number."""

_NOT_FOLLOWED = frozenset({"LeakyRelu", "TopKV2", "Unpack"})
"""Operations with parameters that are not read, or with several tensors as output."""

_ACTIVATIONS = {
    op: Activation(name, op, source=ActivationSource.GRAPH)
    for op, name in {"Softmax": "softmax", "Sigmoid": "sigmoid"}.items()
}
"""Activations behind which a loss of Keras looks, but only where it was Keras that was asked for them."""

_INPUTS = frozenset({"Placeholder", "PlaceholderWithDefault"})

_CALL = re.compile(r"(^|/)(Stateful)?PartitionedCall(_\d+)?$")
_TOO_FAR = "the graph behind it does not end within reason"
_MISSING = "the graph does not hold what it refers to"
_A_VARIABLE = "it is a variable of the model, whatever the input"
_UNTRAINED = "its bias is not trained, and may be any constant"
_WITHOUT_BIAS = "it is a product without a bias, and an exported graph does not tell what bounds its weights"
_SEVERAL = "it takes several tensors, which is not followed in an exported graph"
_COMPILED = "it runs a program that was compiled from JAX"


class _Operation(NamedTuple):
    """An operation on one tensor: its node, where the tensor is, and its other operands by position."""

    node: Node
    operand: Place
    constants: Mapping[str, object]


def end_of(program: Program, outputs: Iterable[tuple[Place, Shape | None]]) -> Graph:
    """Give the end of the graph before some of its tensors, each given with its static shape if the file tells."""
    ending = _Ending(program)
    found = [(ending.reference(place), shape) for place, shape in outputs]
    references = (replace(reference, shape=shape or reference.shape) for reference, shape in found)
    return Graph(layers=ending.layers, inputs=(), outputs=tuple(references))


def without_end(name: str, reason: str) -> ServedGraph:
    """Give what stands for a graph of whose end nothing is known: one output, and the reason."""
    layer = Layer(name=name, class_name="SavedModel", kind=LayerKind.OPAQUE, rule="", config={}, reason=reason)
    graph = Graph(layers={name: layer}, inputs=(), outputs=(TensorReference(name, 0, 0),))
    return ServedGraph(graph=graph, names=(None,), paths=((),))


class _Ending:
    """The layers at the end of a graph, made as they are found."""

    def __init__(self, program: Program) -> None:
        self.layers: dict[str, Layer] = {}
        self._program = program
        self._names: dict[tuple[tuple[str, ...], str], str] = {}

    def reference(self, place: Place) -> TensorReference:
        """Make the layers that decide a tensor, from the first to the last, and give a reference to the tensor."""
        operations: list[tuple[Origin, _Operation]] = []
        try:
            origin = self._program.origin(place)
            while isinstance(found := self._read(origin), _Operation):
                operations.append((origin, found))
                origin = self._program.origin(found.operand)
        except TooFarError:
            return self._add(Origin(place, None), _opaque("", _TOO_FAR))
        made = self._add(origin, found)
        for origin, operation in reversed(operations):
            made = self._add(origin, _operation_layer(operation, made))
        return made

    def _add(self, origin: Origin, layer: Layer) -> TensorReference:
        """Keep a layer under the name of its node, made unique, and give a reference to what it puts out."""
        tensor, node = origin.place.tensor, origin.node
        key = (origin.place.frame.path, tensor.node)
        name = self._names.get(key)
        if name is None:
            name = _readable((*key[0], tensor.node))
            while name in self.layers:
                name += "'"
            self._names[key] = name
            self.layers[name] = replace(layer, name=name)
        if node is None:
            return TensorReference(name, 0, 0)
        return TensorReference(name, 0, 0, node.shape(tensor.output), node.dtype)

    def _read(self, origin: Origin) -> Layer | _Operation:
        """Read a node as an operation on one tensor, or as the layer with which the end of the graph begins."""
        node = origin.node
        if node is None:
            return self._argument(origin)
        if node.op in _INPUTS:
            return _input(node.shape(0))
        if node.op in _SUMS:
            layer = self._weighted_sum(origin, node)
            if layer is not None:
                return layer
        operands, constants = self._operands(origin, node)
        if node.op in NODES and node.op not in _NOT_FOLLOWED and len(operands) == 1:
            return _Operation(node, operands[0], constants)
        return _opaque(node.op, self._reason(node, origin))

    def _operands(self, origin: Origin, node: Node) -> tuple[list[Place], dict[str, object]]:
        """Tell the tensors that a node is given from its constants, which are given by position."""
        operands: list[Place] = []
        constants: dict[str, object] = {}
        for position, place in enumerate(self._program.operands(origin)):
            source = self._program.origin(place).node
            constant = source.constant() if source is not None else None
            if node.op == "Reshape" and position == 1:
                constants["1"] = _target(node, constant)
            elif constant is not None:
                constants[str(position)] = constant
            else:
                operands.append(place)
        return operands, constants

    def _weighted_sum(self, origin: Origin, node: Node) -> Layer | None:
        """Read a sum as what a Dense or a convolution computes: weights times a tensor, and a bias.

        As for those layers, a trained bias lets the sum take any real value.
        """
        left, right = self._program.operands(origin)[:2] if len(node.inputs) > 1 else (None, None)
        for product, bias in ((left, right), (right, left)):
            if product is None or bias is None:
                return None
            trained = self._program.is_trained(bias, _REARRANGING)
            source = self._program.origin(product, _REARRANGING)
            if trained is None or source.node is None or not self._is_weighted(source, source.node):
                continue
            if not trained:
                return _opaque(node.op, _UNTRAINED)
            return _dense(node, source.node)
        return None

    def _is_weighted(self, origin: Origin, node: Node) -> bool:
        """Tell whether a node is a product of one tensor and one variable."""
        if node.op not in _PRODUCTS:
            return False
        variables = (self._program.is_trained(place, _REARRANGING) for place in self._program.operands(origin))
        return sum(trained is not None for trained in variables) == 1

    def _argument(self, origin: Origin) -> Layer:
        if self._program.is_trained(origin.place, frozenset()) is not None:
            return _opaque("", _A_VARIABLE)
        is_argument = origin.place.tensor.node in origin.place.frame.body.arguments
        return _input(None) if is_argument else _opaque("", _MISSING)

    def _reason(self, node: Node, origin: Origin) -> str:
        if node.op == "ReadVariableOp":
            return _A_VARIABLE
        if node.op == "XlaCallModule":
            return _COMPILED
        if self._is_weighted(origin, node):
            return _WITHOUT_BIAS
        if node.op in NODES and node.op not in _NOT_FOLLOWED:
            return _SEVERAL
        return f"the operation {fields.label(node.op)} is not followed in an exported graph"


def _readable(path: tuple[str, ...]) -> str:
    """Give the name of a node behind those of the calls that lead to it, but for what only says that they are calls."""
    calling = (name for name in path[1:-1] if not _CALL.fullmatch(name))
    return fields.label("/".join((*(_CALL.sub("", name) for name in calling), path[-1]))) or ""


def _target(node: Node, constant: object) -> object:
    """Give the sizes that a Reshape makes: those it is known to have, or else those it is given."""
    shape = node.shape(0)
    return constant if shape is None else [-1 if size is None else size for size in shape]


def _opaque(op: str, reason: str) -> Layer:
    shown = fields.label(op) or ""
    return Layer(name="", class_name=shown or "Graph", kind=LayerKind.OPAQUE, rule=shown, config={}, reason=reason)


def _input(shape: Shape | None) -> Layer:
    config = {"batch_shape": list(shape)} if shape is not None else {}
    return Layer(name="", class_name="Placeholder", kind=LayerKind.INPUT, rule="InputLayer", config=config)


def _dense(total: Node, product: Node) -> Layer:
    """Make the layer of a weighted sum: what is known of a Dense is known of a convolution as well."""
    return Layer(
        name="",
        class_name=product.op,
        kind=LayerKind.LAYER,
        rule="Dense",
        config={},
        calls=(Call((), {}, ()),),
        compute_dtype=total.dtype,
    )


def _operation_layer(operation: _Operation, operand: TensorReference) -> Layer:
    node = operation.node
    stored = {"node_def": {"op": node.op, "attr": node.attribute_values()}, "constants": operation.constants}
    rule, config, made = tensorflow_operations.read_node(stored, (calls.call((operand,), {}),))
    return Layer(
        name="",
        class_name=node.op,
        kind=LayerKind.OPERATION,
        rule=rule,
        config=config,
        calls=made,
        activation=_ACTIVATIONS.get(node.op),
    )
