"""The words of what settings say of a user's own layers and losses: as an entry to paste, and in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from logitcheck.analyzer.losses import Expects
from logitcheck.declarations import DeclaredInput, DeclaredOutput

TAKEN: Mapping[Expects, str] = {
    Expects.LOGITS: "logits",
    Expects.PROBABILITIES: "probabilities",
    Expects.UNIT_INTERVAL: "values in [0, 1]",
    Expects.ANY: "any number",
}
"""What a loss can be declared to take."""

PUT_OUT: Mapping[DeclaredOutput, str] = {
    DeclaredOutput.LOGITS: "declared to put out logits",
    DeclaredOutput.PROBABILITIES: "declared to put out probabilities",
    DeclaredOutput.UNIT_INTERVAL: "declared to put out values in [0, 1]",
    DeclaredOutput.LOG_PROBABILITIES: "declared to put out log-probabilities",
    DeclaredOutput.UNCHANGED: "declared to change nothing",
}

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def loss_entry(key: str, takes: DeclaredInput) -> str:
    """Write the entry of pyproject.toml that says what a loss takes."""
    return f'[tool.logitcheck.losses] {_written(key)} = "{takes.value}"'


def layer_entry(key: str, output: DeclaredOutput) -> str:
    """Write the entry of pyproject.toml that says what a layer puts out."""
    return f'[tool.logitcheck.layers] {_written(key)} = "{output.value}"'


def _written(key: str) -> str:
    """Write a key as TOML has it: quoted as in JSON, but that TOML wants one more character escaped."""
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")


def say_of_layer(key: str) -> str:
    """Write how to say what a layer puts out, with all that can be said."""
    others = [output for output in DeclaredOutput if output is not DeclaredOutput.PROBABILITIES]
    entry = layer_entry(key, DeclaredOutput.PROBABILITIES)
    return f"Say in settings what it puts out: {entry} (or {_listed(others)})"


def say_of_loss(key: str, *, from_logits: bool | None) -> str:
    """Write how to say what a loss takes, with all that can be said; `from_logits` is what its config hints at."""
    first = DeclaredInput.PROBABILITIES if from_logits is False else DeclaredInput.LOGITS
    others = [takes for takes in DeclaredInput if takes is not first]
    return f"Say in settings what it takes: {loss_entry(key, first)} (or {_listed(others)})"


def _listed(values: Sequence[DeclaredOutput | DeclaredInput]) -> str:
    return ", ".join(f'"{value.value}"' for value in values)
