"""The options of `probe`, and those of `inspect` that lead to it, as typer reads them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from logitcheck.formats import DocumentFormat


class Device(StrEnum):
    """What a model is run on."""

    CPU = "cpu"
    GPU = "gpu"


DEFAULT_TIMEOUT = 120.0
DEFAULT_MEMORY = 4096

ModelPath = Annotated[
    str, typer.Argument(metavar="MODEL", help="A .keras archive or folder, an HDF5 file or a SavedModel.")
]
Data = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Inputs instead of made ones: .npy, or .npz with an array for each input."),
]
Labels = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Labels of the data, which takes --data: .npy, or .npz with an array for each output."
    ),
]
Samples = Annotated[
    int,
    typer.Option(
        min=1,
        max=1_000_000,
        metavar="N",
        help="How many inputs to run it on, at most; a model with a batch size of its own gets whole batches.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Another number makes other inputs.")]
Timeout = Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="For the model, once TensorFlow has started.")]
Memory = Annotated[int, typer.Option(min=1, metavar="MB", help="For the model and TensorFlow, which takes 800.")]
DeviceOption = Annotated[Device, typer.Option(help="What to run it on.")]
Imports = Annotated[
    list[str] | None,
    typer.Option(
        "--import",
        metavar="MODULE",
        help="Import package.module first, which defines and registers layers of your own. May be given several times.",
    ),
]
Unsafe = Annotated[bool, typer.Option("--unsafe", help="Run code that is in the file, such as that of a Lambda.")]
ProbeFormat = Annotated[DocumentFormat, typer.Option("--format", help="text for people, json for programs.")]
ProbeTimeout = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        metavar="SECONDS",
        help=f"With --probe: for each model, once TensorFlow has started. By default {DEFAULT_TIMEOUT:g}.",
    ),
]
ProbeMemory = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="MB",
        help=f"With --probe: for each model and TensorFlow, which takes 800. By default {DEFAULT_MEMORY}.",
    ),
]
Probe = Annotated[
    bool,
    typer.Option(
        "--probe",
        help="Run the models that stay undetermined, and say what was seen of them. Takes logitcheck[tensorflow].",
    ),
]
