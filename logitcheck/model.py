"""A saved model as the rest of the house sees it: one neutral, frozen shape for every Keras version and file format.

Dialects end in the loader. Layer and operation names, parameter names and loss names here are those of Keras 3; what
could not be understood is there as an unknown with its reason.

Shapes include the batch axis; `None` is a size that the file does not fix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

Shape = tuple[int | None, ...]

LARGEST_SIZE = 2**53
"""Larger sizes count as unknown: no tensor has them, and floating point cannot hold them."""

CROSSENTROPY_BY_SHAPE = "Crossentropy"
"""Name of the loss of the Keras 3 strings "ce" and "crossentropy": it is chosen from the shapes at the first fit.

Keras 2 has metrics of that name."""

ACCURACY_BY_SHAPE = "accuracy"
"""Name of the metric of the strings "acc" and "accuracy", which is chosen likewise; the class is called `Accuracy`."""


class ContainerFormat(Enum):
    """The container a model was saved in; the values are part of the JSON report."""

    KERAS = "keras"
    KERAS_FOLDER = "keras_dir"
    HDF5 = "hdf5"
    SAVED_MODEL = "saved_model"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class TensorReference:
    """One tensor of a graph: output `tensor` of call number `call` of a layer; its static shape and type if stored."""

    layer: str
    call: int
    tensor: int
    shape: Shape | None = field(default=None, compare=False)
    dtype: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Slice:
    """A Python slice in the arguments of an indexing operation."""

    start: object
    stop: object
    step: object


@dataclass(frozen=True, slots=True)
class ConstantArray:
    """An array stored inline in the config, as nested lists."""

    value: object


Argument = object
"""One argument of a call: a `TensorReference`, a list or dict of arguments, a constant, a `Slice` or `...`."""


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a layer: its positional and keyword arguments, tensors and constants alike."""

    args: tuple[Argument, ...]
    kwargs: Mapping[str, Argument]
    tensors: tuple[TensorReference, ...]
    """Every tensor among the arguments that carries values (masks are not), in order."""


class ActivationSource(Enum):
    """Who computes an activation: TensorFlow's raw functions leave no trace that Keras losses could use.

    GRAPH: one or the other; a graph that was traced does not tell.
    """

    KERAS = "keras"
    TENSORFLOW = "tensorflow"
    LAYER = "layer"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Activation:
    """The activation of a layer.

    name: canonical Keras 3 name (`softmax`, `sigmoid`, `linear` …), or None if it cannot be known.
    label: the name as the file has it, for messages.
    config: parameters of an activation that is a layer object (`axis`, `negative_slope` …).
    reason: why the name cannot be known.
    """

    name: str | None
    label: str
    config: Mapping[str, object] = field(default_factory=dict)
    source: ActivationSource = ActivationSource.KERAS
    reason: str | None = None


class LayerKind(Enum):
    """What sort of node a layer is."""

    INPUT = "input"
    LAYER = "layer"
    OPERATION = "operation"
    MODEL = "model"
    WRAPPER = "wrapper"
    OPAQUE = "opaque"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """What a Normalization has learned of data: a mean and a variance for each number it keeps apart."""

    mean: tuple[float, ...]
    variance: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One layer, operation or nested model of a graph.

    name: its name in the graph. class_name: its class as the file has it, for messages.
    rule: canonical Keras 3 name of the class or operation whose semantics it has.
    config: constructor parameters under their Keras 3 names.
    calls: its uses in this graph, in node order.
    graph: the inner graph of a nested model or wrapper.
    backward: the inner graph of a Bidirectional's second direction, if it is stored.
    statistics: what it learned of data, if that was asked for and is known.
    reason: why an opaque layer is opaque. buildable: whether Keras builds a layer from such a config at all.
    """

    name: str
    class_name: str
    kind: LayerKind
    rule: str
    config: Mapping[str, object]
    calls: tuple[Call, ...] = ()
    activation: Activation | None = None
    graph: Graph | None = None
    backward: Graph | None = None
    cells: tuple[Layer, ...] = ()
    input_shape: Shape | None = None
    compute_dtype: str | None = None
    statistics: Statistics | None = None
    reason: str | None = None
    buildable: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """Layers and how they are wired; every reference below `outputs` resolves and there is no cycle."""

    layers: Mapping[str, Layer]
    inputs: tuple[TensorReference, ...]
    outputs: tuple[TensorReference, ...]


class LossForm(Enum):
    """How a loss or a metric was given to `compile`, as far as the file tells."""

    STRING = "string"
    FUNCTION = "function"
    OBJECT = "object"
    CUSTOM = "custom"


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """One compiled loss.

    name: canonical class name (`SparseCategoricalCrossentropy`), or the stored name of one that Keras does not know.
    label: the name as the file has it, which is what its author wrote.
    from_logits: as compiled; None where the loss has no such parameter.
    axis: the class axis it reads, or None where the loss has none.
    ignore_class: whether a class id is ignored (it switches off a repair of the TensorFlow backend).
    settings: its other parameters that differ from Keras's defaults, so that a fix can keep them.
    reason: why the loss cannot be judged (custom, fails at fit …), or None.
    """

    name: str
    form: LossForm
    label: str = ""
    from_logits: bool | None = None
    axis: int | None = None
    ignore_class: bool = False
    settings: tuple[tuple[str, object], ...] = ()
    reason: str | None = None
    hint_from_logits: bool | None = None
    """`from_logits` in the config of a custom loss: a hint for the reader, not a fact."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One compiled metric.

    name: canonical class name (`BinaryAccuracy`), ACCURACY_BY_SHAPE or CROSSENTROPY_BY_SHAPE, or the stored name of one
      that Keras does not know.
    label: the name as the file has it. form: how it was given. weighted: whether among `weighted_metrics`.
    from_logits: as compiled; None where the metric has no such parameter, or the file does not say.
    thresholds: what it compares scores with; empty where it ranks them instead, None where it has none or the file
      does not say.
    takes_ids: whether it reads each number as a class id (`sparse_y_pred`); None where it cannot, or is not said.
    settings: its other parameters that differ from Keras's defaults, so that a fix can keep them.
    reason: why the metric cannot be judged, or None.
    """

    name: str
    form: LossForm
    label: str
    weighted: bool = False
    from_logits: bool | None = None
    thresholds: tuple[float, ...] | None = None
    takes_ids: bool | None = None
    settings: tuple[tuple[str, object], ...] = ()
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOutput:
    """One output of a model, with the losses and metrics compiled for it.

    name: its name as Keras of that version gives it. tensor: None where the graph cannot be walked.
    path: where it is in what the model returns, keys and positions; empty where that is the output itself.
    """

    name: str | None
    tensor: TensorReference | None
    path: tuple[str | int, ...] = ()
    losses: tuple[Loss, ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The last layer of a model that cannot be walked but whose config names its activation (KerasHub tasks)."""

    class_name: str
    activation: Activation
    units: int | None
    rank: int


class Export(Enum):
    """Why a SavedModel holds nothing of Keras.

    FOR_SERVING: it was exported. WITHOUT_METADATA: its objects are of Keras 2, so that it was exported, or the file of
    its own in which Keras 2 describes the model is missing.
    """

    FOR_SERVING = "exported for serving"
    WITHOUT_METADATA = "without keras_metadata.pb"


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedModel:
    """Everything a saved file says that matters here.

    package: under which the class of the model is registered, if it is.
    graph: None where the config holds no layers (subclassed models): then `unwalkable` says why.
    own_class: whether the layers are those of a class that is none of Keras: its code may do otherwise.
    traced: whether the config holds no layers, and `graph` is only the end of what the model was traced to.
    compiled: whether compile settings with a loss entry are stored.
    generation: the major version of Keras that wrote the file, 1, 2 or 3: what its losses really do depends on it.
    functions_by_name: whether it keeps of a compiled function its bare name, so that it looks like a string.
    exported: set where the file holds nothing of Keras; `graph` is then only the end of the graph that is served.
    in_memory: whether there is no file, but a live model, whose functions are known by more than their names.
    """

    format: ContainerFormat
    keras_version: str | None
    backend: str | None
    model_class: str
    compiled: bool
    outputs: tuple[ModelOutput, ...]
    package: str | None = None
    graph: Graph | None = None
    own_class: bool = False
    traced: bool = False
    head: Head | None = None
    unwalkable: str | None = None
    generation: int = 3
    functions_by_name: bool = False
    exported: Export | None = None
    in_memory: bool = False

    @property
    def full_class(self) -> str:
        """The class of the model with its package, as the user would write it in settings."""
        return f"{self.package}>{self.model_class}" if self.package else self.model_class
