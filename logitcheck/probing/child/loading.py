"""Loads a model with the library that wrote it and makes one shape of it: arrays in, a list of tensors out."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, assert_never

from logitcheck.model import ContainerFormat
from logitcheck.probing.child import specifications
from logitcheck.probing.child.samples import InputSpec
from logitcheck.probing.errors import LOOK_AT_CODE, ProbeErrorCode, RefusalError
from logitcheck.probing.request import Library, Request

Tensor = Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A model that can be run.

    call: gives the outputs in their order, for one tensor an input. shapes: of what its layers, or it, put out, as far
    as they are declared.
    variables: that can be trained, the last ones last.
    masked: whether it may mask steps. precision: the coarsest type its layers compute in.
    """

    call: Callable[[Sequence[Tensor]], list[Tensor]]
    inputs: tuple[InputSpec, ...]
    shapes: tuple[tuple[int | None, ...], ...]
    variables: tuple[Any, ...]
    library: str
    masked: bool
    precision: str


def load(request: Request, folder: Path) -> Loaded:
    """Load the model of a request; `folder` is where files may be made. Raises RefusalError if that cannot be done."""
    match request.library:
        case Library.KERAS | Library.TF_KERAS:
            return _of_keras(request, folder)
        case Library.TENSORFLOW:
            return _of_signature(request)
        case _:
            assert_never(request.library)


# Keras


def _of_keras(request: Request, folder: Path) -> Loaded:
    library = _library(request.library)
    known = imported(request)
    path = _handed_over(request, folder)
    try:
        with _safe_mode(library, wanted=not request.unsafe):
            model = library.models.load_model(path, custom_objects=known, compile=False, safe_mode=not request.unsafe)
    except (MemoryError, SystemExit):
        raise
    except Exception as error:  # a library says in many ways that it cannot load what a stranger wrote
        raise _not_loaded(error) from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
    layers = specifications.layers_of(model)
    return Loaded(
        call=_calling(model),
        inputs=specifications.of_model(model, layers, request.ids),
        shapes=specifications.shapes_inside(layers),
        variables=tuple(model.trainable_variables),
        library=f"{'tf-keras' if request.library is Library.TF_KERAS else 'Keras'} {library.__version__}",
        masked=specifications.may_mask(layers),
        precision=specifications.precision(layers),
    )


def _library(library: Library) -> ModuleType:
    try:
        return importlib.import_module(library.value)
    except Exception as error:  # one that does not fit the TensorFlow installed here raises what it likes
        hint = "pip install 'logitcheck[tensorflow]'"
        if library is Library.TF_KERAS and isinstance(error, ModuleNotFoundError) and error.name == library.value:
            message = (
                "The model was saved by Keras 1 or 2: to run it takes the package tf-keras, which is not installed."
            )
            raise RefusalError(ProbeErrorCode.NO_TF_KERAS, message, hint) from error
        code = ProbeErrorCode.NO_TF_KERAS if library is Library.TF_KERAS else ProbeErrorCode.NO_TENSORFLOW
        message = f"{library.value} cannot be imported: {type(error).__name__}: {said(error)}"
        raise RefusalError(code, message, hint) from error


@contextlib.contextmanager
def _safe_mode(library: ModuleType, *, wanted: bool) -> Iterator[None]:
    """Switch safe mode for all readers: of HDF5 files tf-keras and Keras before 3.11.3 do not heed load_model's.

    Sources: keras-team/keras#21602, keras-team/tf-keras#910. What needs no library stands in `screening.py`.
    """
    try:
        module = importlib.import_module(f"{library.__name__}.src.saving.serialization_lib")
        scope = module.SafeModeScope(safe_mode=wanted)
    except (ImportError, AttributeError):  # not a public name; where it is gone, load_model heeds its argument
        scope = contextlib.nullcontext()
    with scope:
        yield


def imported(request: Request) -> dict[str, object]:
    """Import what the user named, and give the classes and functions in it under their names.

    Raises RefusalError if that does not work.
    """
    if request.imports and request.import_folder not in sys.path:
        sys.path.insert(0, request.import_folder)
    known: dict[str, object] = {}
    for name in request.imports:
        try:
            module = importlib.import_module(name)
        except (Exception, SystemExit) as error:  # a module of the user's may fail in any way
            message = f"--import {name}: {type(error).__name__}: {said(error)}"
            hint = "Name a module that can be imported from the current folder or is installed."
            raise RefusalError(ProbeErrorCode.IMPORT_FAILED, message, hint) from error
        known |= {key: item for key, item in vars(module).items() if inspect.isclass(item) or inspect.isfunction(item)}
    return known


def _handed_over(request: Request, folder: Path) -> Path:
    """Give the file under a name that Keras goes by, in a folder where it may make others beside it.

    Keras unpacks weights beside the file if memory is short (saving_lib, _load_model_from_fileobj).
    """
    if request.container is ContainerFormat.KERAS_FOLDER:
        return _packed(Path(request.path), folder / "model.keras")
    path = folder / ("model.h5" if request.container is ContainerFormat.HDF5 else "model.keras")
    path.unlink(missing_ok=True)
    path.symlink_to(request.path)
    return path


def _packed(source: Path, path: Path) -> Path:
    """Put an unpacked archive together: not every Keras loads a folder. Links in it are not followed."""
    with zipfile.ZipFile(path, "w") as archive:
        for parent, _, names in os.walk(source):
            for name in names:
                member = Path(parent, name)
                if not member.is_symlink():
                    archive.write(member, member.relative_to(source))
    return path


def _calling(model: Any) -> Callable[[Sequence[Tensor]], list[Tensor]]:
    structure = specifications.structure_of(model)

    def call(tensors: Sequence[Tensor]) -> list[Tensor]:
        handed = packed(structure, iter(tensors)) if structure is not None else tensors[0]
        return flattened(model(handed, training=False))

    return call


_MISSING = re.compile(
    r"(?:Could not locate|Unknown) (?P<kind>class|function|layer|activation function|object|\w+):? '(?P<name>[^']+)'"
)


def _not_loaded(error: Exception) -> RefusalError:
    """Tell what kept a model from being loaded."""
    text = str(error)
    missing = _MISSING.search(text)
    if missing is not None:
        message = f"The model needs the {missing['kind']} {missing['name']!r}, whose code is not in the file."
        hint = "Type --import package.module, the module that defines and registers it."
        return RefusalError(ProbeErrorCode.CUSTOM_OBJECT, message, hint)
    if "safe_mode" in text or "unsafe" in text.lower():
        message = f"The model holds code, which is not run: {said(error)}"
        return RefusalError(ProbeErrorCode.UNSAFE_CODE, message, "If you trust where it comes from: --unsafe")
    message = f"Keras cannot load the model: {type(error).__name__}: {said(error)}"
    hint = "See whether load_model() loads it in Python; code of its own takes --import package.module."
    if _CAUSE_FOLLOWS in text or text.startswith(_AROUND[0]):  # its layers are called once while it is built
        hint = LOOK_AT_CODE
    return RefusalError(ProbeErrorCode.LOAD_FAILED, message, hint)


# SavedModels


def _of_signature(request: Request) -> Loaded:
    """Load the function that a SavedModel serves by default: no code of Python is in it, and no Keras is needed."""
    tensorflow = importlib.import_module("tensorflow")
    imported(request)  # operations of the user's own are known once their module is there
    try:
        loaded = tensorflow.saved_model.load(request.path)
        signatures = {name: found for name, found in loaded.signatures.items() if not name.startswith("__")}
    except Exception as error:  # as above
        message = f"TensorFlow cannot load the SavedModel: {type(error).__name__}: {said(error)}"
        raise RefusalError(ProbeErrorCode.LOAD_FAILED, message, "Save or export the model again.") from error
    function = signatures.get("serving_default") or (next(iter(signatures.values())) if len(signatures) == 1 else None)
    if function is None:
        message = f"None of the {len(signatures)} signatures of the SavedModel is the one to be asked by default."
        hint = "Export it with one signature, or with one called serving_default."
        raise RefusalError(ProbeErrorCode.INPUT_UNKNOWN, message, hint)
    taken = function.structured_input_signature[1]

    def call(tensors: Sequence[Tensor]) -> list[Tensor]:
        return ordered(function(**dict(zip(taken, tensors, strict=True))), request)

    call.loaded = loaded  # type: ignore[attr-defined]  # who lets go of it loses the variables
    return Loaded(
        call=call,
        inputs=specifications.of_signature(taken, request.ids),
        shapes=tuple(tuple(spec.shape) for spec in function.outputs if spec.shape.rank is not None),
        variables=tuple(function.trainable_variables),
        library=f"TensorFlow {tensorflow.__version__}",
        masked=True,
        precision="float32",
    )


def ordered(results: dict[str, Tensor], request: Request) -> list[Tensor]:
    """Give the outputs of a signature in the order of the file's, or of their names where those are others."""
    names = [output.name for output in request.outputs]
    if sorted(map(str, names)) == sorted(results):
        return [results[str(name)] for name in names]
    return [results[name] for name in sorted(results)]


# Structures


def packed(structure: Any, tensors: Iterator[Tensor]) -> Any:
    """Put tensors into the structure of the inputs, in the order in which Keras lists them."""
    match structure:
        case dict():
            found = {key: packed(structure[key], tensors) for key in sorted(structure)}
            return {key: found[key] for key in structure}
        case list() | tuple():
            return [packed(each, tensors) for each in structure]
        case _:
            return next(tensors)


def flattened(outputs: Any) -> list[Tensor]:
    """Give all tensors of a structure, dictionaries in the order of their keys as Keras has it."""
    match outputs:
        case dict():
            return [tensor for key in sorted(outputs) for tensor in flattened(outputs[key])]
        case list() | tuple():
            return [tensor for each in outputs for tensor in flattened(each)]
        case _:
            return [outputs]


_CAUSE_FOLLOWS = "Error encountered:"
_AROUND = ("Exception encountered when calling", "Arguments received", "Call arguments received")
"""How the parts of an error begin that say where it was."""

_NOISE = re.compile(r"\x1b\[[0-9;]*m|\{\{function_node [^}]*\}\} *| using config=\{.*\}", re.DOTALL)
"""Colours, what TensorFlow calls a function of its own, and the settings of the layer that was to be made."""


def said(error: BaseException) -> str:
    """Give the part of an error that says what is wrong, in one line; Keras puts the call and its arguments around."""
    text = _NOISE.sub("", str(error))
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    causes = [cause for part, cause in pairwise(parts) if part.endswith(_CAUSE_FOLLOWS)]
    telling = [part for part in parts if not part.startswith(_AROUND)]
    text = (causes or telling or parts or ["no reason was given"])[0]
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


_LONGEST = 300
"""Characters of what a library says."""
