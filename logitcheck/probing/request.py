"""What the process that runs a model is asked: one request as data, and as the JSON that crosses the pipe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from logitcheck.model import ContainerFormat

IMPORTED = "imported"
"""What the process says when all modules are imported, and that was all it was asked."""


class Library(Enum):
    """Who loads a file: Keras 3 those of Keras 3, tf-keras those of Keras 1 and 2, TensorFlow itself a SavedModel."""

    KERAS = "keras"
    TF_KERAS = "tf_keras"
    TENSORFLOW = "tensorflow"


class Reading(Enum):
    """How a cross-entropy reads an output: as one distribution over classes, or each element on its own."""

    CATEGORICAL = "categorical"
    BINARY = "binary"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputAsked:
    """One output: its name, and how the cross-entropy reads it whose numbers are wanted; None for no numbers.

    axis: that of the classes. sparse_labels: whether the loss takes class ids, which TensorFlow computes otherwise.
    guessed: whether no loss says how: then one unit is read on its own, whatever `reads` says.
    """

    name: str | None
    reads: Reading | None = None
    axis: int = -1
    sparse_labels: bool = False
    guessed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One model to run.

    path: absolute. outputs: as the file has them; fewer or others than the model gives if it cannot be walked.
    ids: for each input of the graph, below what the whole numbers must stay that go into it, if it is known.
    seconds: for running it, so that there is time left to tell; samples that do not fit in are left out.
    imports: modules to import first, searched in `import_folder`, too. only_imports: whether that is all: then there
    is no model, and nothing else matters.
    """

    path: str
    container: ContainerFormat
    library: Library
    outputs: tuple[OutputAsked, ...]
    ids: tuple[int | None, ...] = ()
    samples: int = 256
    seed: int = 0
    seconds: float = 60.0
    data: str | None = None
    labels: str | None = None
    imports: tuple[str, ...] = ()
    import_folder: str = ""
    unsafe: bool = False
    only_imports: bool = False


def to_json(request: Request) -> bytes:
    """Write a request."""
    return json.dumps(asdict(request), default=_of_enum).encode("ascii")


def _of_enum(value: Enum) -> str:
    return str(value.value)


def of_json(content: bytes | bytearray) -> Request:
    """Read what `to_json` wrote."""
    stored: dict[str, Any] = json.loads(content)
    return Request(
        **stored
        | {
            "container": ContainerFormat(stored["container"]),
            "library": Library(stored["library"]),
            "outputs": tuple(map(_output, stored["outputs"])),
            "ids": tuple(stored["ids"]),
            "imports": tuple(stored["imports"]),
        }
    )


def _output(stored: Mapping[str, Any]) -> OutputAsked:
    reads = stored["reads"]
    return OutputAsked(**{**stored, "reads": None if reads is None else Reading(reads)})
