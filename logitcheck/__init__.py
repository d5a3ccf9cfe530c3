"""logitcheck tells from a Keras model whether it puts out logits or probabilities, and whether its loss knows.

`logitcheck.inspect` gives the report of the command line, of a saved model or of one in memory; its types are those of
the JSON report. `logitcheck.fix` mends what compile settings can mend in a file. `logitcheck.LogitCheck` is the report
as a Keras callback, `logitcheck.testing` as an assertion. Nothing of the model is run or imported, and nothing heavy is
imported before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.analyzer.effects import BackendEffects, Effect
    from logitcheck.batch import inspect_all
    from logitcheck.callback import LogitCheck
    from logitcheck.declarations import Declarations, DeclaredInput, DeclaredOutput
    from logitcheck.errors import InconsistentModelError, LogitcheckWarning
    from logitcheck.fixing import fix
    from logitcheck.fixing.result import FixResult, FixStatus, NotWrittenError, Weights
    from logitcheck.inspection import inspect
    from logitcheck.report import (
        EvidenceStep,
        Finding,
        LossReport,
        ModelReport,
        Outcome,
        OutputReport,
        Report,
        Severity,
        Verdict,
    )

__version__ = "0.1.0"

__all__ = [
    "BackendEffects",
    "Declarations",
    "DeclaredInput",
    "DeclaredOutput",
    "Effect",
    "EvidenceStep",
    "Finding",
    "FixResult",
    "FixStatus",
    "InconsistentModelError",
    "LogitCheck",
    "LogitcheckWarning",
    "LossReport",
    "ModelReport",
    "NotWrittenError",
    "Outcome",
    "OutputReport",
    "Report",
    "Severity",
    "Verdict",
    "Weights",
    "fix",
    "inspect",
    "inspect_all",
]


def __getattr__(name: str) -> object:
    """Import the public names on first use, so that `import logitcheck` costs next to nothing."""
    from importlib import import_module

    if name in __all__:
        homes = {"inspect": "inspection", "inspect_all": "batch", "fix": "fixing"}
        homes |= dict.fromkeys(("BackendEffects", "Effect"), "analyzer.effects")
        homes |= {"LogitCheck": "callback", "InconsistentModelError": "errors", "LogitcheckWarning": "errors"}
        homes |= dict.fromkeys(("Declarations", "DeclaredInput", "DeclaredOutput"), "declarations")
        homes |= dict.fromkeys(("FixResult", "FixStatus", "NotWrittenError", "Weights"), "fixing.result")
        return getattr(import_module(f"logitcheck.{homes.get(name, 'report')}"), name)
    if name == "testing":
        return import_module("logitcheck.testing")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
