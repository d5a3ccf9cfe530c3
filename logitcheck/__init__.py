"""logitcheck tells from a saved Keras model whether it puts out logits or probabilities, and whether its loss knows.

`logitcheck.inspect(path)` gives the same report as the command line; its types are those of the JSON report.
`logitcheck.fix(path, output=...)` mends what compile settings can mend. Nothing of the model is run or imported, and
nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.analyzer.effects import BackendEffects, Effect
    from logitcheck.batch import inspect_all
    from logitcheck.declarations import Declarations, DeclaredInput, DeclaredOutput
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
        homes |= dict.fromkeys(("Declarations", "DeclaredInput", "DeclaredOutput"), "declarations")
        homes |= dict.fromkeys(("FixResult", "FixStatus", "NotWrittenError", "Weights"), "fixing.result")
        return getattr(import_module(f"logitcheck.{homes.get(name, 'report')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
