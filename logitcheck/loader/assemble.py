"""Puts a parsed file together: graph, outputs, losses (`StoredModel` to `SavedModel`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logitcheck.loader import activations, envelopes, fields, graphs, outputs, unsaved
from logitcheck.loader.envelopes import Envelope
from logitcheck.loader.outputs import NamedOutput
from logitcheck.loader.stored import ServedGraph, StoredModel
from logitcheck.model import Graph, Head, Metric, SavedModel

_OF_KERAS = frozenset({"Sequential", "Functional", "Model"})
_HUB_PACKAGES = frozenset({"keras_hub", "keras_nlp", "keras_cv"})


def assemble(stored: StoredModel) -> SavedModel:
    """Make sense of a parsed file.

    Raises MalformedGraphError if the config describes a graph that cannot be.
    """
    envelope = envelopes.read(stored.config) or Envelope("Model", {}, None, has_module=False, package=None)
    graph = graphs.read(envelope)
    generation = _generation(stored, envelope)
    served = stored.served if graph is None else None
    if served is not None:
        graph, named = served.graph, _served_outputs(served)
    else:
        named = _named_outputs(envelope, graph, generation)
    settings = stored.compile_settings
    outputs.check_settings(settings or {}, may_lack_loss=envelope.is_custom or envelope.class_name not in _OF_KERAS)
    return SavedModel(
        format=stored.format,
        keras_version=stored.keras_version,
        backend=stored.backend,
        model_class=envelope.class_name,
        compiled=settings is not None,
        outputs=outputs.match(named, settings or {}, generation, _metrics(stored, named, generation)),
        package=envelope.package,
        graph=graph,
        traced=served is not None,
        head=_hub_head(envelope) if graph is None else None,
        unwalkable=None if graph is not None else _why_unwalkable(envelope),
        generation=generation,
        functions_by_name=stored.functions_by_name,
        exported=stored.exported,
        in_memory=stored.in_memory,
    )


def _generation(stored: StoredModel, envelope: Envelope) -> int:
    """Tell the major version of Keras, from the version if stored, else from who the module says wrote it."""
    version = stored.keras_version or ""
    if version[:1] in {"1", "2", "3"} and version[1:2] == ".":
        return int(version[0])
    module = envelope.module or ""
    first = next(iter(fields.sequence(envelope.config.get("layers"))), None)
    starts = fields.mapping(fields.mapping(first).get("config"))
    is_modern = module == "keras" and "batch_shape" in starts
    return 3 if is_modern or module.startswith(("keras.src.models", "keras_hub")) else 2


def _named_outputs(envelope: Envelope, graph: Graph | None, generation: int) -> tuple[NamedOutput, ...]:
    if graph is None:
        return (NamedOutput((), None, None),)
    if "output_layers" in envelope.config:
        stored = [path for path, _ in graphs.leaves(envelope.config["output_layers"])]
        leaves = list(zip(stored, graph.outputs, strict=True))
    else:
        leaves = [((), reference) for reference in graph.outputs]
    return outputs.name_outputs(leaves, generation)


def _served_outputs(served: ServedGraph) -> tuple[NamedOutput, ...]:
    """Name the outputs of a graph that stands in for the layers that the config does not hold."""
    found = zip(served.paths, served.names, served.graph.outputs, strict=True)
    return tuple(NamedOutput(path, name, output) for path, name, output in found)


def _metrics(stored: StoredModel, named: Sequence[NamedOutput], generation: int) -> Sequence[tuple[Metric, ...]]:
    settings = stored.compile_settings or {}
    if not settings.get("metrics") and not settings.get("weighted_metrics"):
        return ()
    from logitcheck.loader import metric_places

    return metric_places.place(named, settings, generation, by_name=stored.functions_by_name)


def _why_unwalkable(envelope: Envelope) -> str:
    lost = unsaved.reason_in(envelope.config)
    if lost is not None:
        return lost
    return f"the config of {envelope.full_name!r} holds no layers, as those of subclassed models do not"


def _hub_head(envelope: Envelope) -> Head | None:
    """Read the head of a KerasHub task, whose config names its activation (None means logits).

    Classifiers and segmenters only: keras-facts "Library models", KerasHub 0.32 (image_classifier.py,
    text_classifier.py).
    """
    config: Mapping[str, object] = envelope.config
    is_hub = envelope.package in _HUB_PACKAGES or (envelope.module or "").split(".")[0] in _HUB_PACKAGES
    kind = envelope.class_name
    if not is_hub or "activation" not in config or not kind.endswith(("Classifier", "ImageSegmenter")):
        return None
    return Head(
        class_name=kind,
        activation=activations.read(config["activation"]),
        units=fields.integer(config.get("num_classes")),
        rank=4 if kind.endswith("ImageSegmenter") else 2,
    )
