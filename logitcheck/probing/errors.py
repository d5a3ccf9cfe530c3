"""Why a model could not be run and looked at: each reason one sentence, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from logitcheck.errors import LogitcheckError

LONGEST = 600
"""Characters of a message: what a library says of a failure may go on for pages."""


OF_CODE = (NameError, AttributeError, ImportError)
"""Errors of code, for which inputs and files are hardly to blame."""

LOOK_AT_CODE = "Look at the code of its layers: what a Lambda takes from outside of itself is not in the file."


class ProbeErrorCode(Enum):
    """Why there are no observations; the values are part of the JSON report."""

    UNREADABLE = "unreadable"
    NO_TENSORFLOW = "no-tensorflow"
    NO_TF_KERAS = "no-tf-keras"
    NO_WEIGHTS = "no-weights"
    UNSAFE_CODE = "unsafe-code"
    CUSTOM_OBJECT = "custom-object"
    IMPORT_FAILED = "import-failed"
    LOAD_FAILED = "load-failed"
    INPUT_UNKNOWN = "input-unknown"
    INPUT_UNSUPPORTED = "input-unsupported"
    OUTPUT_UNSUPPORTED = "output-unsupported"
    BAD_DATA = "bad-data"
    BAD_LABELS = "bad-labels"
    RUN_FAILED = "run-failed"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out-of-memory"
    TIMEOUT = "timeout"
    NO_PROCESS = "no-process"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeError:
    """Why a model could not be observed.

    message: one sentence, what happened. hint: what the user can do about it.
    """

    code: ProbeErrorCode
    message: str
    hint: str


class RefusalError(LogitcheckError):
    """Raised where there will be no observations; carries the reason."""

    def __init__(self, code: ProbeErrorCode, message: str, hint: str) -> None:
        super().__init__(message)
        self.error = ProbeError(code=code, message=message[:LONGEST], hint=hint)
