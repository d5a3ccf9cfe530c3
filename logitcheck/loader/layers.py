"""One serialized layer as a `Layer`: which kind it is, its parameters under today's names, what it wraps.

Nothing is instantiated: a class this module does not know keeps its name and becomes unknown to the analyzer; custom
classes, Lambda code and the like become opaque layers with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from logitcheck.errors import ErrorCode, MalformedGraphError, UnreadableInputError
from logitcheck.loader import activations, calls, document, envelopes, fields, names, refused, statistics, unsaved
from logitcheck.loader.envelopes import Envelope
from logitcheck.model import Call, Graph, Layer, LayerKind, TensorReference

if TYPE_CHECKING:
    from logitcheck.loader.tensorflow_operations import Parsed

DEEPEST_NESTING = 64
"""Models inside models inside models; real ones nest three or four deep."""

LONGEST_NAME = 1000
"""Characters of a layer's name; those that TensorFlow makes of nested scopes have a few hundred."""

MOST_LAYERS = 20_000
"""Layers of one file, those of nested models included; the largest models published have a tenth of it."""

INPUT_CLASSES = frozenset({"InputLayer", "Input"})

WRAPPERS = frozenset(
    {
        *("TimeDistributed", "Bidirectional", "SpectralNormalization"),
        *("PruneLowMagnitude", "QuantizeWrapper", "QuantizeWrapperV2", "QuantizeAnnotate", "ClusterWeights"),
        *("WeightNormalization",),
    }
)
"""Wrappers that call the layer under `layer` and change its weights or its time axis, but not what it computes."""

_WRAPPER_PACKAGES = frozenset({"Vitis", "Addons", "TensorFlowAddons", "tfmot"})
_UNITS = ("units", "filters", "output_dim", "nb_filter")
"""The parameters that tell how many units a layer has, with their names in Keras 1."""

_OPERATION_MODULES = ("keras.src.ops.", "keras.src.activations.", "keras.ops.")
_TENSORFLOW_LAYERS = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"})
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


@dataclass(slots=True)
class Count:
    """How many layers of a file were read."""

    layers: int = 0

    def add(self, layers: int) -> None:
        """Count more layers.

        Raises UnreadableInputError if they are more than any model has.
        """
        self.layers += layers
        if self.layers > MOST_LAYERS:
            message = f"The model has more than {MOST_LAYERS:,} layers, which no model has."
            raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a layer needs to know: how to read a model in it, how deep it is nested, and the layers so far."""

    read_model: Callable[[Envelope, Context], Graph | None]
    depth: int = 0
    count: Count = field(default_factory=Count)

    def inside(self) -> Context:
        """Give what reading a layer inside the layer needs to know."""
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a layer list on its way to a `Layer`."""

    name: str
    envelope: Envelope
    stored: Mapping[str, object]
    calls: tuple[Call, ...]

    def layer(self, kind: LayerKind, rule: str | None = None, **given: Any) -> Layer:
        """Make the layer; rule, config and calls are those of its class under today's name unless others are given."""
        class_name = self.envelope.class_name
        if "config" not in given:
            given["config"] = names.parameters(class_name, self.envelope.config)
        return Layer(
            name=self.name,
            class_name=self.envelope.full_name,
            kind=kind,
            rule=rule or names.CLASSES.get(class_name, class_name),
            **{"calls": self.calls, **given},
        )

    def opaque(self, reason: str, *, buildable: bool = True) -> Layer:
        """Make a layer of which nothing can be known."""
        return self.layer(LayerKind.OPAQUE, reason=reason, buildable=buildable)


def read(raw: object, context: Context) -> Layer:
    """Read a layer that stands alone: inside a wrapper, or a cell.

    Raises MalformedGraphError if it is no serialized layer.
    """
    context.count.add(1)
    stored = fields.mapping(raw)
    return read_entry(name_of(stored), stored, entry_envelope(raw), (), context)


def read_entry(
    name: str, stored: Mapping[str, object], envelope: Envelope, made: tuple[Call, ...], context: Context
) -> Layer:
    """Read the entry of a layer list that makes the layer `name`, whose envelope and calls are known.

    Raises MalformedGraphError if what is nested in it cannot be.
    """
    if context.depth > DEEPEST_NESTING:
        raise MalformedGraphError(f"Models are nested more than {DEEPEST_NESTING} deep.")
    return _layer(_Entry(name, envelope, stored, made), context)


def entry_envelope(raw: object) -> Envelope:
    """Read the envelope of an entry of a layer list.

    Raises MalformedGraphError if it is no serialized layer.
    """
    envelope = envelopes.read(raw)
    if envelope is None:
        raise MalformedGraphError(f"An entry of the layer list has no class name: it is a {type(raw).__name__}.")
    config = fields.mapping(raw).get("config")
    may_be_list = envelope.class_name == "Sequential"  # as that of Keras up to 2.2.2 is
    if not (isinstance(config, dict) or envelope.is_custom or (may_be_list and isinstance(config, list))):
        raise MalformedGraphError(f"The config of a layer should be an object, found {type(config).__name__}.")
    units = [envelope.config.get(parameter) for parameter in _UNITS]
    wrong = [given for given in units if isinstance(given, (bool, str, list, dict))]  # Keras takes `true` for 1
    if wrong and not envelope.is_custom:
        raise MalformedGraphError(f"The units of a layer should be a number, found {type(wrong[0]).__name__}.")
    return envelope


def name_of(stored: Mapping[str, object]) -> str:
    """Give the name of a layer: the entry's own, which wins over the config's, or an empty one.

    Raises MalformedGraphError if it is no text, or longer than any name is.
    """
    name = stored.get("name") or fields.mapping(stored.get("config")).get("name") or ""
    if not isinstance(name, str):
        raise MalformedGraphError(f"The name of a layer is a {type(name).__name__}.")
    check_name(name, "a layer")
    return name


def check_name(name: str, of: str) -> None:
    """Check that a name, by which things are found, is not too long to be shown.

    Raises MalformedGraphError if it is.
    """
    if len(name) > LONGEST_NAME:
        raise MalformedGraphError(f"The name of {of} has {len(name):,} characters.")


def _layer(entry: _Entry, context: Context) -> Layer:
    envelope = entry.envelope
    class_name = envelope.class_name
    if class_name in INPUT_CLASSES and not envelope.is_custom:
        return entry.layer(LayerKind.INPUT)
    lost = unsaved.reason_in(envelope.config)
    if lost is not None:
        return entry.opaque(lost)
    graph = context.read_model(envelope, context.inside())
    if graph is not None:
        return entry.layer(LayerKind.MODEL, graph=graph)
    if class_name in WRAPPERS and (not envelope.is_custom or envelope.package in _WRAPPER_PACKAGES):
        return _wrapper(entry, context)
    if envelope.is_custom:
        return entry.opaque(f"class {envelope.full_name!r} is not part of Keras")
    if class_name in _TENSORFLOW_LAYERS:
        return _operation(entry, _tensorflow_operation(entry))
    if _is_operation(envelope, entry.stored):
        refusal = refused.reason_of_operation(class_name, envelope.config)
        return entry.opaque(refusal) if refusal else _operation(entry, (class_name, envelope.config, entry.calls))
    if class_name == "Lambda":
        return _lambda(entry)
    if class_name in _OPAQUE_CLASSES:
        return entry.opaque(_OPAQUE_CLASSES[class_name])
    return _plain(entry, context)


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


def _tensorflow_operation(entry: _Entry) -> Parsed:
    from logitcheck.loader import tensorflow_operations

    config = entry.envelope.config
    if entry.envelope.class_name == "TensorFlowOpLayer":
        return tensorflow_operations.read_node(config, entry.calls)
    function = fields.label(config.get("function")) or entry.envelope.class_name
    return tensorflow_operations.read_function(function, entry.calls)


def _operation(entry: _Entry, parsed: Parsed) -> Layer:
    rule, options, operation_calls = parsed
    return entry.layer(LayerKind.OPERATION, rule, config=options, calls=operation_calls)


def _plain(entry: _Entry, context: Context) -> Layer:
    """Read a built-in layer, or one of an older Keras."""
    envelope = entry.envelope
    if envelope.class_name == "Merge":
        return _merge(entry)
    build = fields.mapping(entry.stored.get("build_config"))
    config, learned = statistics.split(names.parameters(envelope.class_name, envelope.config))
    layer = entry.layer(
        LayerKind.LAYER,
        config=config,
        statistics=learned,
        activation=activations.read(config["activation"]) if "activation" in config else None,
        cells=_cells(envelope.config.get("cell"), context),
        input_shape=fields.shape(build.get("input_shape")) if build and len(entry.calls) <= 1 else None,
        compute_dtype=_compute_dtype(envelope.config.get("dtype")),
    )
    refusal = refused.reason(layer.rule, config)
    return entry.opaque(refusal, buildable=False) if refusal is not None else layer


def _lambda(entry: _Entry) -> Layer:
    """Read a Lambda: only one of a named Keras or TensorFlow activation can be told without running code."""
    function = fields.mapping(entry.envelope.config.get("function"))
    if function.get("class_name") == "function" and not entry.envelope.config.get("arguments"):
        activation = activations.read(function)
        if activation.name is not None:
            return entry.layer(LayerKind.LAYER, "Activation", activation=activation)
    return entry.opaque("its Python code is never run")


def _merge(entry: _Entry) -> Layer:
    """Read the layer Merge of Keras 1."""
    config = entry.envelope.config
    mode = fields.text(config.get("mode"))
    rule = names.MERGE_MODES.get(mode or "")
    if rule is None or config.get("mode_type", "raw") != "raw":
        return entry.opaque("its merge mode is Python code, which is never run")
    return entry.layer(LayerKind.LAYER, rule, config={**names.parameters("Merge", config), "normalize": mode == "cos"})


def _wrapper(entry: _Entry, context: Context) -> Layer:
    config = entry.envelope.config
    inner = _wrapped(config.get("layer"), context)
    if inner is not None and entry.envelope.class_name == "TimeDistributed":
        inner = _in_the_shape_of_its_wrapper(_in_the_type_of_its_wrapper(inner, config), entry.stored)
    if inner is None:
        return entry.opaque("the layer that it wraps is not stored", buildable=False)
    backward = _wrapped(config.get("backward_layer"), context)
    return entry.layer(LayerKind.WRAPPER, graph=inner, backward=backward)


def _wrapped(raw: object, context: Context) -> Graph | None:
    """Read the layer inside a wrapper as a graph of its own: one input, that layer."""
    if envelopes.read(raw) is None:
        return None
    layer = read(raw, context.inside())
    name = layer.name or "layer"
    entry = TensorReference(f"{name}_input", 0, 0)
    source = Layer(name=entry.layer, class_name="InputLayer", kind=LayerKind.INPUT, rule="InputLayer", config={})
    called = replace(layer, name=name, calls=(calls.call((entry,), {}),))
    return Graph(layers={entry.layer: source, name: called}, inputs=(entry,), outputs=(TensorReference(name, 0, 0),))


def _in_the_shape_of_its_wrapper(inner: Graph, stored: Mapping[str, object]) -> Graph:
    """Give the layer inside a TimeDistributed without the shape it was built with, unless its wrapper's confirms that.

    Keras calls it on what the wrapper is given without the time axis, whatever the file says that it was built with.
    """
    name = inner.outputs[0].layer
    layer = inner.layers[name]
    outer = fields.shape(fields.mapping(stored.get("build_config")).get("input_shape"))
    if layer.input_shape is None or (outer and layer.input_shape == (outer[0], *outer[2:])):
        return inner
    return replace(inner, layers={**inner.layers, name: replace(layer, input_shape=None)})


def _in_the_type_of_its_wrapper(inner: Graph, config: Mapping[str, object]) -> Graph:
    """Give the layer inside a TimeDistributed the type it really computes in.

    Keras 3 calls its `call`, which asks no policy but the wrapper's; Keras 2 calls the layer. Where the stored types do
    not tell one from the other, and differ, the type is unknown.
    """
    name = inner.outputs[0].layer
    layer = inner.layers[name]
    if layer.kind is not LayerKind.LAYER:
        return inner
    types = (config.get("dtype"), fields.mapping(fields.mapping(config.get("layer")).get("config")).get("dtype"))
    outer = _compute_dtype(types[0])
    if outer == layer.compute_dtype or any(fields.mapping(raw).get("class_name") == "Policy" for raw in types):
        return inner
    is_keras_3 = any(isinstance(raw, Mapping) or str(raw).startswith("mixed_") for raw in types)
    changed = replace(layer, compute_dtype=outer if is_keras_3 else None)
    return replace(inner, layers={**inner.layers, name: changed})


def _cells(raw: object, context: Context) -> tuple[Layer, ...]:
    """Read the cell or the stack of cells of an RNN layer."""
    envelope = envelopes.read(raw)
    if envelope is None:
        return ()
    is_stack = envelope.class_name == "StackedRNNCells" and not envelope.is_custom
    cells = fields.sequence(envelope.config.get("cells")) if is_stack else [raw]
    return tuple(read(cell, context.inside()) for cell in cells)


def _compute_dtype(raw: object) -> str | None:
    """Read the type a layer computes in from its dtype or dtype policy."""
    name = fields.label(raw)
    if name is None:
        policy = fields.mapping(fields.mapping(raw).get("config"))
        name = fields.label(policy.get("name")) or fields.label(policy.get("source_name"))
    return name.removeprefix("mixed_") if name is not None else None
