"""One serialized layer as a `Layer`: which kind it is, its parameters under today's names, what it wraps.

Nothing is instantiated: a class this module does not know keeps its name and becomes unknown to the analyzer; custom
classes, Lambda code and the like become opaque layers with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace

from logitcheck.errors import MalformedGraphError
from logitcheck.loader import activations, calls, envelopes, fields, names, tensorflow_operations
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import Activation, Call, Graph, Layer, LayerKind, TensorReference

DEEPEST_NESTING = 64
"""Models inside models inside models; real ones nest three or four deep."""

WRAPPERS = frozenset(
    {
        *("TimeDistributed", "Bidirectional", "SpectralNormalization"),
        *("PruneLowMagnitude", "QuantizeWrapper", "QuantizeWrapperV2", "QuantizeAnnotate", "ClusterWeights"),
        *("WeightNormalization",),
    }
)
"""Wrappers that call the layer under `layer` and change its weights or its time axis, but not what it computes."""

_WRAPPER_PACKAGES = frozenset({"Vitis", "Addons", "TensorFlowAddons", "tfmot"})
_OPERATION_MODULES = ("keras.src.ops.", "keras.src.activations.", "keras.ops.")
_TENSORFLOW_FUNCTIONS = frozenset({"TFOpLambda", "SlicingOpLambda"})
_LAYERS_WITHOUT_TRAINABLE = frozenset(
    {"Discretization", "HashedCrossing", "Pipeline", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)
"""Layers whose `get_config` forgets `trainable` (Keras 3.0-3.15), which otherwise tells layers from operations."""

_OPAQUE_CLASSES: Mapping[str, str] = {
    "ClassMethod": "it is a call of a Python class method",
    "InstanceMethod": "it is a call of a Python method",
    "InstanceProperty": "it is a Python property",
    "TFSMLayer": "it runs another SavedModel",
    "TorchModuleWrapper": "it runs a PyTorch module",
    "JaxLayer": "it runs a JAX function",
    "FlaxLayer": "it runs a Flax module",
    "KerasLayer": "it runs a module of TensorFlow Hub",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a layer needs to know: its depth, the layers beside it, and how to read a model in it."""

    depth: int
    siblings: Container[str]
    read_model: Callable[[Envelope, int], Graph | None]


def read(raw: object, context: Context) -> Layer:
    """Read one entry of a `layers` list.

    Raises MalformedGraphError if it is no serialized layer.
    """
    envelope = envelopes.read(raw)
    if envelope is None:
        raise MalformedGraphError(f"An entry of the layer list has no class name: it is a {type(raw).__name__}.")
    if context.depth > DEEPEST_NESTING:
        raise MalformedGraphError(f"Models are nested more than {DEEPEST_NESTING} deep.")
    stored = fields.mapping(raw)
    name = fields.text(stored.get("name")) or fields.text(envelope.config.get("name")) or ""
    layer_calls = calls.read(stored.get("inbound_nodes"), name, context.siblings)
    layer = _layer(envelope, stored, layer_calls, context)
    return replace(layer, name=name, class_name=envelope.full_name)


def _layer(envelope: Envelope, stored: Mapping[str, object], layer_calls: tuple[Call, ...], context: Context) -> Layer:
    class_name = envelope.class_name
    if class_name in {"InputLayer", "Input"} and not envelope.is_custom:
        return _base(envelope, LayerKind.INPUT, layer_calls)
    graph = context.read_model(envelope, context.depth + 1)
    if graph is not None:
        return replace(_base(envelope, LayerKind.MODEL, layer_calls), graph=graph)
    if class_name in WRAPPERS and (not envelope.is_custom or envelope.package in _WRAPPER_PACKAGES):
        return _wrapper(envelope, layer_calls, context)
    if envelope.is_custom:
        return _opaque(envelope, layer_calls, f"class {envelope.full_name!r} is not part of Keras")
    if class_name in _TENSORFLOW_FUNCTIONS:
        function = fields.text(envelope.config.get("function")) or class_name
        return _operation(envelope, tensorflow_operations.read_function(function, layer_calls))
    if class_name == "TensorFlowOpLayer":
        return _operation(envelope, tensorflow_operations.read_node(envelope.config, layer_calls))
    if _is_operation(envelope, stored):
        return _operation(envelope, (class_name, envelope.config, layer_calls))
    if class_name == "Lambda":
        return _lambda(envelope, layer_calls)
    if class_name in _OPAQUE_CLASSES:
        return _opaque(envelope, layer_calls, _OPAQUE_CLASSES[class_name])
    return _plain(envelope, stored, layer_calls, context)


def _is_operation(envelope: Envelope, stored: Mapping[str, object]) -> bool:
    """Tell a `keras.ops` node from a layer of the same name.

    HDF5 files of Keras 3 drop the module, but only layers write `trainable` (keras-facts: "Op nodes").
    """
    if envelope.module is not None:
        return envelope.module.startswith(_OPERATION_MODULES)
    if "trainable" in envelope.config or envelope.has_module or envelope.class_name in _LAYERS_WITHOUT_TRAINABLE:
        return False
    nodes = fields.sequence(stored.get("inbound_nodes"))
    return bool(nodes) and "args" in fields.mapping(nodes[0])


def _base(envelope: Envelope, kind: LayerKind, layer_calls: tuple[Call, ...]) -> Layer:
    rule = names.CLASSES.get(envelope.class_name, envelope.class_name)
    return Layer(
        name="",
        class_name=envelope.class_name,
        kind=kind,
        rule=rule,
        config=names.parameters(envelope.class_name, envelope.config),
        calls=layer_calls,
    )


def _operation(envelope: Envelope, parsed: tensorflow_operations.Parsed) -> Layer:
    rule, options, operation_calls = parsed
    return Layer(
        name="",
        class_name=envelope.class_name,
        kind=LayerKind.OPERATION,
        rule=rule,
        config=options,
        calls=operation_calls,
    )


def _opaque(envelope: Envelope, layer_calls: tuple[Call, ...], reason: str) -> Layer:
    return replace(_base(envelope, LayerKind.OPAQUE, layer_calls), reason=reason)


def _plain(envelope: Envelope, stored: Mapping[str, object], layer_calls: tuple[Call, ...], context: Context) -> Layer:
    """Read a built-in layer, or one of an older Keras."""
    if envelope.class_name == "Merge":
        return _merge(envelope, layer_calls)
    layer = _base(envelope, LayerKind.LAYER, layer_calls)
    build = fields.mapping(stored.get("build_config"))
    return replace(
        layer,
        activation=_activation(envelope, layer.config),
        cells=_cells(envelope.config.get("cell"), context),
        input_shape=fields.shape(build.get("input_shape")) if len(layer_calls) <= 1 else None,
        compute_dtype=_compute_dtype(envelope.config.get("dtype")),
    )


def _activation(envelope: Envelope, config: Mapping[str, object]) -> Activation | None:
    fixed = names.FIXED_ACTIVATIONS.get(envelope.class_name)
    if fixed is not None:
        return activations.read(fixed)
    return activations.read(config["activation"]) if "activation" in config else None


def _lambda(envelope: Envelope, layer_calls: tuple[Call, ...]) -> Layer:
    """Read a Lambda: only one of a named Keras or TensorFlow activation can be told without running code."""
    function = fields.mapping(envelope.config.get("function"))
    if function.get("class_name") == "function" and not envelope.config.get("arguments"):
        activation = activations.read(function)
        if activation.name is not None:
            layer = _base(envelope, LayerKind.LAYER, layer_calls)
            return replace(layer, rule="Activation", activation=activation)
    return _opaque(envelope, layer_calls, "its Python code is never run")


def _merge(envelope: Envelope, layer_calls: tuple[Call, ...]) -> Layer:
    """Read the layer Merge of Keras 1."""
    layer = _base(envelope, LayerKind.LAYER, layer_calls)
    mode = fields.text(envelope.config.get("mode"))
    rule = names.MERGE_MODES.get(mode or "")
    if rule is None or envelope.config.get("mode_type", "raw") != "raw":
        return _opaque(envelope, layer_calls, "its merge mode is Python code, which is never run")
    return replace(layer, rule=rule, config={**layer.config, "normalize": mode == "cos"})


def _wrapper(envelope: Envelope, layer_calls: tuple[Call, ...], context: Context) -> Layer:
    inner = _wrapped(envelope.config.get("layer"), context)
    if inner is None:
        return _opaque(envelope, layer_calls, "the layer that it wraps is not stored")
    backward = _wrapped(envelope.config.get("backward_layer"), context)
    return replace(_base(envelope, LayerKind.WRAPPER, layer_calls), graph=inner, backward=backward)


def _wrapped(raw: object, context: Context) -> Graph | None:
    """Read the layer inside a wrapper as a graph of its own: one input, that layer."""
    if envelopes.read(raw) is None:
        return None
    layer = read(raw, replace(context, depth=context.depth + 1))
    name = layer.name or "layer"
    entry = TensorReference(f"{name}_input", 0, 0)
    source = Layer(name=entry.layer, class_name="InputLayer", kind=LayerKind.INPUT, rule="InputLayer", config={})
    called = replace(layer, name=name, calls=(calls.call((entry,), {}),))
    return Graph(layers={entry.layer: source, name: called}, inputs=(entry,), outputs=(TensorReference(name, 0, 0),))


def _cells(raw: object, context: Context) -> tuple[Layer, ...]:
    """Read the cell or the stack of cells of an RNN layer."""
    envelope = envelopes.read(raw)
    if envelope is None:
        return ()
    if envelope.class_name == "StackedRNNCells" and not envelope.is_custom:
        stacked = fields.sequence(envelope.config.get("cells"))
        return tuple(read(cell, replace(context, depth=context.depth + 1)) for cell in stacked)
    return (read(raw, replace(context, depth=context.depth + 1)),)


def _compute_dtype(raw: object) -> str | None:
    """Read the type a layer computes in from its dtype or dtype policy."""
    name = fields.text(raw)
    if name is None:
        policy = fields.mapping(fields.mapping(raw).get("config"))
        name = fields.text(policy.get("name")) or fields.text(policy.get("source_name"))
    return name.removeprefix("mixed_") if name is not None else None
