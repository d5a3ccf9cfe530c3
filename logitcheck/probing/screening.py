"""What of a stored config would run code, or call for code that is not in the file, if Keras loaded it.

Keras's own safe mode is not enough: tf-keras does not heed it for HDF5 files and resolves functions of any module
(keras-team/tf-keras#910, #917), Keras 3 did both in earlier versions (CVE-2025-1550, -8747, -9905, -9906), and some
layers read other files (CVE-2025-12058, CVE-2026-1462). So nothing is loaded whose config names what is not Keras's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from logitcheck.loader import fields
from logitcheck.probing.errors import ProbeError, ProbeErrorCode

_OWN = frozenset({"keras", "tf_keras", "keras_hub", "keras_cv", "keras_nlp", "builtins"})
"""Packages whose classes Keras finds itself."""

_FUNCTIONS_OF = (
    *("builtins", "keras.activations", "keras.src.activations", "tf_keras.activations", "tf_keras.src.activations"),
    *("keras.ops", "keras.src.ops", "keras.initializers", "keras.src.initializers", "keras.losses", "keras.src.losses"),
    *("keras.metrics", "keras.src.metrics", "keras.regularizers", "keras.constraints"),
)
"""Modules that hold nothing but mathematics. Others of Keras read, write and download (CVE-2025-8747)."""

_FOREIGN_LAYERS = {
    "TFSMLayer": "loads another SavedModel",
    "TorchModuleWrapper": "unpickles a PyTorch module",
    "JaxLayer": "runs stored JAX code",
    "FlaxLayer": "runs stored JAX code",
}
_LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup"})

_NAMESPACES = frozenset(
    {
        *("math", "nn", "linalg", "image", "signal", "strings", "sparse", "ragged", "random", "bitwise", "dtypes"),
        *("quantization", "audio", "sets", "__operators__", "keras.backend", "keras.activations"),
    }
)
"""Namespaces of TensorFlow whose functions compute."""

_NOT_COMPUTING = frozenset(
    {"py_function", "numpy_function", "py_func", "load_library", "load_op_library", "function", "print", "Module"}
)
"""Functions of TensorFlow without a namespace that do something else."""

_SPECIFICATIONS = frozenset({"TensorSpec", "RaggedTensorSpec", "SparseTensorSpec", "IndexedSlicesSpec", "VariableSpec"})

_TENSOR_CLASSES = frozenset({"RaggedTensor", "sparse.SparseTensor", "SparseTensor", "Tensor", "TensorShape"})


class Hazard(Enum):
    """What is the matter: code in the file; a function that does more than compute; code that is elsewhere."""

    CODE = "code"
    CALL = "call"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """One thing that keeps a model from being loaded just so.

    what: it, in words. where: the name of the layer, if it is known. module: that would be imported for it.
    """

    hazard: Hazard
    what: str
    where: str | None
    module: str | None = None


def refusal(config: Mapping[str, object], imports: Sequence[str], *, unsafe: bool) -> ProbeError | None:
    """Tell why a model is not loaded, if it is not.

    imports: modules that the user named: code of their packages may be used. unsafe: whether code of the file may run.
    """
    roots = {name.partition(".")[0] for name in imports}
    for obstacle in obstacles(config):
        if obstacle.hazard is Hazard.ELSEWHERE:
            root = (obstacle.module or "__main__").partition(".")[0]
            if root not in roots and not (roots and root == "__main__"):
                return _missing(obstacle)
        elif not unsafe:
            return _unsafe(obstacle)
    return None


def obstacles(config: Mapping[str, object]) -> Iterator[Obstacle]:
    """Give everything in a config that is not plainly Keras's; the compile settings of the model are never loaded."""
    pending: list[tuple[object, str | None]] = [(value, None) for key, value in config.items() if key in _OF_MODEL]
    yield from _of_object(config, None)
    while pending:
        value, where = pending.pop()
        if isinstance(value, list):
            pending += [(item, where) for item in reversed(value)]
        elif isinstance(value, dict):
            where = fields.label(fields.mapping(value.get("config")).get("name")) or where
            yield from _of_object(value, where)
            pending += [(item, where) for item in reversed(value.values())]


_OF_MODEL = ("config", "build_config")


def _of_object(stored: Mapping[str, object], where: str | None) -> Iterator[Obstacle]:
    name = fields.text(stored.get("class_name"))
    if name is None:
        return
    module = fields.text(stored.get("module"))
    yield from _of_code(name, fields.mapping(stored.get("config")), where)
    if name == "__typespec__":
        if fields.text(stored.get("spec_name")) not in _SPECIFICATIONS:
            yield _call(f"{module}.{stored.get('spec_name')}", where)
    elif name == "function":
        yield from _of_function(fields.text(stored.get("config")) or "", module, where)
    else:
        yield from _of_class(name, module, fields.text(stored.get("registered_name")), where)


def _of_code(name: str, settings: Mapping[str, object], where: str | None) -> Iterator[Obstacle]:
    """Give what an object of a class does beyond computing, by its settings."""
    if name == "__lambda__" or (name == "Lambda" and _holds_code(settings)):
        yield Obstacle(hazard=Hazard.CODE, what="a Lambda with Python code in the file", where=where)
    elif name in _FOREIGN_LAYERS:
        yield Obstacle(hazard=Hazard.CODE, what=f"a {name}, which {_FOREIGN_LAYERS[name]}", where=where)
    elif name in _LOOKUPS and isinstance(settings.get("vocabulary"), str):
        yield Obstacle(hazard=Hazard.CODE, what=f"a {name} that reads its vocabulary from another file", where=where)
    elif name == "TFOpLambda" and not _computes(fields.text(settings.get("function")) or ""):
        yield _call(f"tf.{settings.get('function')}", where)
    elif name == "ClassMethod" and fields.text(settings.get("cls_symbol")) not in _TENSOR_CLASSES:
        yield _call(f"tf.{settings.get('cls_symbol')}.{settings.get('cls_method_name')}", where)
    elif name in {"InstanceMethod", "InstanceProperty"} and not _is_plain(settings):
        yield _call(str(settings.get("method_name") or settings.get("attr_name")), where)


def _of_function(name: str, module: str | None, where: str | None) -> Iterator[Obstacle]:
    if module is None or module.startswith(_FUNCTIONS_OF):
        return
    if module.partition(".")[0] in _OWN:
        yield _call(f"{module}.{name}", where)
    else:
        yield Obstacle(hazard=Hazard.ELSEWHERE, what=f"the function {name!r}", where=where, module=module)


def _of_class(name: str, module: str | None, registered: str | None, where: str | None) -> Iterator[Obstacle]:
    root = module.partition(".")[0] if module else None
    if root is not None and root not in _OWN:
        yield Obstacle(hazard=Hazard.ELSEWHERE, what=f"the class {name!r}", where=where, module=module)
        return
    package, separator, _ = (registered or name).partition(">")
    if separator and package not in _OWN:
        shown = name.rpartition(">")[2]
        yield Obstacle(hazard=Hazard.ELSEWHERE, what=f"the class {shown!r} of the package {package!r}", where=where)


def _holds_code(settings: Mapping[str, object]) -> bool:
    """Whether a Lambda holds bytecode: Keras 2 has it in a list, Keras 1 as text; a name alone is no code."""
    function = settings.get("function")
    return (
        isinstance(function, list)
        or (isinstance(function, str) and settings.get("function_type", "lambda") != "function")
        or "__tuple__" in str(fields.mapping(function).get("class_name"))
    )


def _computes(function: str) -> bool:
    namespace, _, name = function.removeprefix("compat.v1.").rpartition(".")
    return namespace in _NAMESPACES or (not namespace and name not in _NOT_COMPUTING)


def _is_plain(settings: Mapping[str, object]) -> bool:
    """Whether what is asked of a tensor is a public name of it."""
    name = fields.text(settings.get("method_name") or settings.get("attr_name")) or ""
    return name.isidentifier() and not name.startswith("_")


def _call(what: str, where: str | None) -> Obstacle:
    return Obstacle(hazard=Hazard.CALL, what=f"a call of {what[:100]}, which is no mere computation", where=where)


def _unsafe(obstacle: Obstacle) -> ProbeError:
    holder = f"Layer {obstacle.where!r} holds" if obstacle.where else "The model holds"
    if obstacle.what.startswith(("a Lambda", "a call")):
        message = f"{holder} {obstacle.what}: it runs only if that is asked for."
    else:
        message = f"The model has {obstacle.what}: that is done only if it is asked for."
    hint = "If you trust where the model comes from: --unsafe"
    return ProbeError(code=ProbeErrorCode.UNSAFE_CODE, message=message, hint=hint)


def _missing(obstacle: Obstacle) -> ProbeError:
    holder = f"Layer {obstacle.where!r} needs" if obstacle.where else "The model needs"
    named = obstacle.module if obstacle.module not in {None, "__main__"} else "package.module"
    message = f"{holder} {obstacle.what}, whose code is not in the file."
    hint = f"Type --import {named}, the module that defines and registers it."
    return ProbeError(code=ProbeErrorCode.CUSTOM_OBJECT, message=message, hint=hint)
