"""What the inputs of a loaded model take, and what of its layers matters when it runs: for Keras 3 and tf-keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.probing.child.samples import InputSpec
from logitcheck.probing.errors import ProbeErrorCode, RefusalError

_MOST_WORDS = 1000
_HALF = ("bfloat16", "float16")


def layers_of(model: Any) -> list[Any]:
    """Give all layers of a model, those of nested models and wrappers included."""
    try:
        return list(model._flatten_layers())  # noqa: SLF001  no public name gives nested layers in both libraries
    except AttributeError:
        return list(model.layers)


def may_mask(layers: Sequence[Any]) -> bool:
    """Whether some layer makes a mask."""
    return any(type(layer).__name__ == "Masking" or getattr(layer, "mask_zero", False) for layer in layers)


def precision(layers: Sequence[Any]) -> str:
    """Give the coarsest type that a layer computes in."""
    types = {str(getattr(layer, "compute_dtype", "")) for layer in layers}
    return next((name for name in _HALF if name in types), "float32")


def structure_of(model: Any) -> Any:
    """Give the structure in which a model takes its inputs; None where it takes one tensor, or does not say."""
    for name in ("_inputs_struct", "_nested_inputs"):
        structure = getattr(model, name, None)
        if structure is not None:
            return structure if isinstance(structure, (list, tuple, dict)) else None
    inputs = getattr(model, "inputs", None)
    return list(inputs) if inputs and len(inputs) > 1 else None


def shapes_inside(layers: Sequence[Any]) -> tuple[tuple[int | None, ...], ...]:
    """Give the shapes of what the layers of a graph put out; of layers that do not tell, or several ones, none."""
    shapes = []
    for layer in layers:
        try:
            shape = layer.output.shape
            shapes.append(tuple(shape))
        except (AttributeError, ValueError, RuntimeError, TypeError):
            continue
    return tuple(shapes)


def of_model(model: Any, layers: Sequence[Any], ids: Sequence[int | None]) -> tuple[InputSpec, ...]:
    """Give what a model takes; `ids` are the limits of whole numbers that the file tells, one for each input.

    Raises RefusalError if it does not say, or takes what is not supported.
    """
    tensors = list(getattr(model, "inputs", None) or ())
    if not tensors:
        return _of_build(model, layers)
    smallest = _smallest_table(layers)
    words = _words(layers)
    names = list(getattr(model, "input_names", None) or ())
    limits = list(ids) if len(ids) == len(tensors) else [None] * len(tensors)
    specs = []
    for position, tensor in enumerate(tensors):
        name = names[position] if len(names) == len(tensors) else str(tensor.name).partition(":")[0]
        _refuse_structure(tensor, name)
        dtype = _name_of(tensor.dtype)
        below = limits[position] if ids else smallest if "int" in dtype else None
        specs.append(InputSpec(name=name, shape=tuple(tensor.shape), dtype=dtype, below=below, words=words))
    return tuple(specs)


def of_signature(taken: Mapping[str, Any], ids: Sequence[int | None]) -> tuple[InputSpec, ...]:
    """Give what a function of a SavedModel takes."""
    specs = []
    for position, (name, spec) in enumerate(taken.items()):
        _refuse_structure(spec, name)
        if spec.shape.rank is None:
            raise _unknown(f"Of its input {name!r} not even the number of axes is known.")
        below = ids[position] if len(ids) == len(taken) else None
        specs.append(InputSpec(name=name, shape=tuple(spec.shape), dtype=spec.dtype.name, below=below))
    return tuple(specs)


def _of_build(model: Any, layers: Sequence[Any]) -> tuple[InputSpec, ...]:
    """Give the single input of a model without a graph, by the shape it was built with."""
    shape: Any = None
    built = getattr(model, "_build_shapes_dict", None)
    if isinstance(built, dict) and len(built) == 1:
        shape = next(iter(built.values()))
    shape = shape or getattr(model, "_build_input_shape", None)
    if shape is None or not all(size is None or isinstance(size, int) for size in shape):
        raise _unknown("The model does not say what it takes: it has no graph, and was not built on one input.")
    smallest = _smallest_table(layers)
    spec = InputSpec(name="inputs", shape=(None, *tuple(shape)[1:]), dtype="float32", below=smallest)
    return (spec,)


def _smallest_table(layers: Sequence[Any]) -> int | None:
    sizes = [layer.input_dim for layer in layers if isinstance(getattr(layer, "input_dim", None), int)]
    return min(sizes, default=None)


def _words(layers: Sequence[Any]) -> tuple[str, ...]:
    """Give what the lookup layers of a model know, so that not every text is unknown to it."""
    words: list[str] = []
    for layer in layers:
        if type(layer).__name__ in {"StringLookup", "TextVectorization"} and hasattr(layer, "get_vocabulary"):
            words += [str(word) for word in layer.get_vocabulary()[:_MOST_WORDS]]
    return tuple(words)


def _name_of(dtype: Any) -> str:
    return str(getattr(dtype, "name", dtype))


def _refuse_structure(tensor: Any, name: str) -> None:
    kind = type(getattr(tensor, "type_spec", tensor)).__name__
    if getattr(tensor, "sparse", False) or "Sparse" in kind:
        what = "sparse"
    elif getattr(tensor, "ragged", False) or "Ragged" in kind:
        what = "ragged"
    else:
        return
    message = f"Input {name!r} takes {what} tensors, which probe does not make yet."
    raise RefusalError(ProbeErrorCode.INPUT_UNSUPPORTED, message, "Probe a part of the model that takes dense ones.")


def _unknown(message: str) -> RefusalError:
    hint = "Save the model after it was called once, or build it with keras.Input."
    return RefusalError(ProbeErrorCode.INPUT_UNKNOWN, message, hint)
