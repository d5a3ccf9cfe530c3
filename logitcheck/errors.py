"""What can go wrong before a verdict: one family of errors, each saying what was expected, what was found, what to do.

An input that cannot be read is a value of a report (`InputError`), not a crash: `loader.load` turns the exception
into that value in one place, so that one bad file never stops a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.report import ModelReport


class ErrorCode(Enum):
    """Why an input could not be judged; the values are part of the JSON report."""

    MISSING = "missing"
    NO_MODEL_FOUND = "no-model-found"
    EMPTY_FOLDER = "empty-folder"
    NOT_A_FILE = "not-a-file"
    BROKEN_LINK = "broken-link"
    LINK_LOOP = "link-loop"
    LINK_OUTSIDE = "link-outside"
    PERMISSION_DENIED = "permission-denied"
    EMPTY_FILE = "empty-file"
    NOT_A_MODEL = "not-a-model"
    WEB_PAGE = "web-page"
    COMPRESSED = "compressed"
    LFS_POINTER = "lfs-pointer"
    ANNEX_POINTER = "annex-pointer"
    DVC_POINTER = "dvc-pointer"
    TRUNCATED = "truncated"
    WEIGHTS_ONLY = "weights-only"
    TF_CHECKPOINT = "tf-checkpoint"
    ORBAX_CHECKPOINT = "orbax-checkpoint"
    NO_CONFIG = "no-config"
    BAD_JSON = "bad-json"
    TOO_LARGE = "too-large"
    ENCRYPTED = "encrypted"
    MALFORMED_GRAPH = "malformed-graph"
    UNSUPPORTED_FORMAT = "unsupported-format"
    SAVED_MODEL_FILE = "saved-model-file"
    TFJS_GRAPH_MODEL = "tfjs-graph-model"
    TFLITE = "tflite"
    ONNX = "onnx"
    PYTORCH = "pytorch"
    PICKLE = "pickle"
    JOBLIB = "joblib"
    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    NUMPY = "numpy"
    YAML = "yaml"
    READ_ERROR = "read-error"
    READER_CRASHED = "reader-crashed"
    TIMEOUT = "timeout"
    INTERNAL_ERROR = "internal-error"


@dataclass(frozen=True, kw_only=True, slots=True)
class InputError:
    """Why one input has no verdict.

    code: stable identifier, part of the JSON report.
    message: one sentence: what was expected and what was found.
    hint: what the user can do about it.
    """

    code: ErrorCode
    message: str
    hint: str


class LogitcheckError(Exception):
    """Base of everything logitcheck raises on purpose."""


class SettingsError(LogitcheckError):
    """Settings that cannot be followed; the message names the file and, where it can be told, the line."""


class UnreadableInputError(LogitcheckError):
    """An input that cannot be judged; carries the `InputError` that the report shows."""

    def __init__(self, code: ErrorCode, message: str, hint: str) -> None:
        super().__init__(message)
        self.error = InputError(code=code, message=message, hint=hint)


class MalformedGraphError(UnreadableInputError):
    """A model config whose layers cannot be wired as it says."""

    def __init__(self, message: str) -> None:
        hint = "Keras cannot load such a config either; save the model again with model.save(...)."
        super().__init__(ErrorCode.MALFORMED_GRAPH, message, hint)


class InconsistentModelError(LogitcheckError):
    """A model whose loss, metrics and outputs do not fit together, before it is trained; `report` says all of it."""

    def __init__(self, message: str, report: ModelReport) -> None:
        super().__init__(message)
        self.report = report

    def __reduce__(self) -> tuple[type[InconsistentModelError], tuple[str, ModelReport]]:
        return type(self), (str(self), self.report)


class LogitcheckWarning(UserWarning):
    """A model that is trained all the same, although something of it does not fit or could not be judged."""
