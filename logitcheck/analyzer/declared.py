"""What settings say of the layers and losses of one model, found by the names that its report shows.

A declaration fills a gap and never contradicts the file: layers and losses of known meaning are not even looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from logitcheck.analyzer import transfer
from logitcheck.declarations import Declarations, LayerDeclaration, LossDeclaration
from logitcheck.model import Layer, LayerKind, Loss, LossForm, SavedModel

_SHARED = frozenset({"ClassMethod", "InstanceMethod", "InstanceProperty"})
"""Classes of Keras beside those of its layers that stand for code of many kinds."""


class Declared:
    """The declarations as they apply to one model, and a note of those that were used."""

    def __init__(self, declarations: Declarations, *, functions_are_known: bool = False) -> None:
        """Remember what is said.

        functions_are_known: whether a function with a name of Keras is certainly that of Keras, as it is in memory.
        """
        self._declarations = declarations
        self._own_forms = frozenset({LossForm.CUSTOM} | (set() if functions_are_known else {LossForm.FUNCTION}))
        self._used: set[str] = set()

    @property
    def used(self) -> frozenset[str]:
        """The entries used so far, each with its table: `layers.pkg>MySoftmax`, `losses.my_ce`."""
        return frozenset(self._used)

    def note(self, said: LayerDeclaration | LossDeclaration) -> None:
        """Note that a declaration was used: that what is known of an output rests on it."""
        table = "layers" if isinstance(said, LayerDeclaration) else "losses"
        self._used.add(f"{table}.{said.key}")

    def layer(self, layer: Layer, path: str) -> LayerDeclaration | None:
        """Give what is said of the layer at `path`; None if nothing is, or if what it does is known."""
        return self._of_layers(_keys(layer, path)) if _is_declarable(layer) else None

    def model(self, model: SavedModel) -> LayerDeclaration | None:
        """Give what is said of a model by its class; None if its config holds layers that tell."""
        return self._of_layers(_classes(model.full_class)) if model.graph is None or model.traced else None

    def loss(self, loss: Loss) -> LossDeclaration | None:
        """Give what is said of a loss; None if nothing is, or if it is certainly one of Keras.

        A function in a file is known by its name only, which two can share.
        """
        said = self._declarations.losses
        key = next((name for name in _classes(loss.label or loss.name) if name in said), None)
        return LossDeclaration(key, said[key]) if key is not None and loss.form in self._own_forms else None

    def _of_layers(self, keys: Iterable[str]) -> LayerDeclaration | None:
        said = self._declarations.layers
        key = next((key for key in keys if key in said), None)
        return LayerDeclaration(key, said[key]) if key is not None else None


def key_of(layer: Layer, path: str) -> str | None:
    """Give the key by which to declare what a layer puts out: its class, unless layers of many kinds share that.

    None where nothing can be declared, since it is known.
    """
    if not _is_declarable(layer):
        return None
    is_shared = layer.class_name in _SHARED or (transfer.is_built_in(layer) and ">" not in layer.class_name)
    return f"{layer.class_name}:{path}" if is_shared else layer.class_name


def _is_declarable(layer: Layer) -> bool:
    """Whether the file leaves open what a layer does; one that Keras does not even build does nothing."""
    match layer.kind:
        case LayerKind.OPAQUE:
            return layer.buildable
        case LayerKind.LAYER | LayerKind.OPERATION:
            rule = transfer.rule_for(layer)
            return rule is None or rule.is_opaque or _holds_code(layer)
        case LayerKind.INPUT | LayerKind.MODEL | LayerKind.WRAPPER:
            return False


def _holds_code(layer: Layer) -> bool:
    """Whether a layer of Keras computes with something of the user's own: an activation, a cell."""
    is_custom = layer.activation is not None and layer.activation.name is None
    return is_custom or any(cell.kind is LayerKind.OPAQUE or _holds_code(cell) for cell in layer.cells)


def _keys(layer: Layer, path: str) -> Iterator[str]:
    """Give the keys that mean a layer, the most exact first; a class of Keras alone would mean too many."""
    for name in _classes(layer.class_name):
        yield f"{name}:{path}"
        yield f"{name}:{layer.name}"
    if layer.kind is LayerKind.OPAQUE or transfer.rule_for(layer) is None:
        yield from _classes(layer.class_name)


def _classes(full_name: str) -> Iterator[str]:
    """Give a class with its package, then without."""
    yield full_name
    yield full_name.rpartition(">")[2]
