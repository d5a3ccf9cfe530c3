"""What should change at one place of the compile settings for one output, or why it is not for a tool to change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from logitcheck.analyzer import OutputAnalysis
from logitcheck.fixing.forms import Edit
from logitcheck.fixing.places import Places
from logitcheck.fixing.result import Weights
from logitcheck.fixing.spans import Place
from logitcheck.model import LossForm, SavedModel
from logitcheck.report import Finding

BY_NAME = (
    "the file knows {label!r} by its name only, and a function of your own can have that name: with --assume-keras it"
    " is taken for that of Keras"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What one finding about one output asks of one place.

    position: of the output. place: of the loss or metric. edit: what to write, or None and the `reason` why nothing is.
    weights, advice: what becomes of weights that were trained before.
    """

    finding: Finding
    position: int
    place: Place | None
    edit: Edit | None = None
    reason: str = ""
    weights: Weights = Weights.UNAFFECTED
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """One output as it is looked at for fixing, with the model and the settings that it is part of.

    assume_keras: whether functions that are known by name are taken for those of Keras.
    """

    model: SavedModel
    settings: Mapping[str, object]
    places: Places
    position: int
    output: OutputAnalysis
    assume_keras: bool

    def may_be_somebodys(self, form: LossForm, raw: object) -> bool:
        """Whether what is stored may be a function of the user's that only shares the name of one of Keras.

        A string in an archive is certainly one; HDF5 files keep of a function its bare name. Keras 2 resolves "acc" to
        an object that is called so, and not as the function that it wraps: then nobody passed that function.
        """
        if self.assume_keras or form is LossForm.OBJECT:
            return False
        if form is LossForm.STRING:
            return self.model.functions_by_name
        return not _is_resolved(raw)


def _is_resolved(raw: object) -> bool:
    match raw:
        case {"class_name": "MeanMetricWrapper", "config": {"fn": str(function), "name": str(name)}}:
            return not name.endswith(function)
        case _:
            return False


def codes(findings: Iterable[Finding]) -> set[str]:
    """Give the codes of findings about a loss, information among them."""
    return {finding.code for finding in findings if finding.code.startswith("LC1")}
