"""Why a finding is not for a tool to fix, where no setting answers it: what would have to be guessed, or changed."""

from __future__ import annotations

from collections.abc import Mapping

_OF_THE_LAYERS = "the layers have to change, and fix never touches them"
_OF_INTENT = "either the activation or the loss has to be another one, and the file does not tell which was meant"

_WHY: Mapping[str, str] = {
    "LC103": "no from_logits makes this output right for this loss",
    "LC104": "the range of this activation fits no cross-entropy: the file does not tell which activation was meant",
    "LC105": f"a softmax over one unit is 1 under any loss: {_OF_THE_LAYERS}",
    "LC106": f"one unit has no classes to choose from: {_OF_INTENT}",
    "LC107": f"the activation runs over another axis than the loss reads: {_OF_THE_LAYERS}",
    "LC108": f"whether the classes exclude each other is known to you alone: {_OF_INTENT}",
    "LC109": f"whether the classes exclude each other is known to you alone: {_OF_INTENT}",
    "LC110": f"an activation stands on another one: {_OF_THE_LAYERS}",
    "LC111": f"this loss has no from_logits: {_OF_INTENT}",
    "LC112": f"this loss has no from_logits: {_OF_INTENT}",
    "LC113": f"whole numbers have no gradient under any loss: {_OF_THE_LAYERS}",
    "LC204": "which metric was meant, and what the labels are, the file does not tell",
    "LC301": f"the precision is that of the layers: {_OF_THE_LAYERS}",
}


def general(code: str) -> str:
    """Say why what a rule finds is not fixed."""
    return _WHY.get(code, "no setting of compile() answers it")


def shared(outputs: str) -> str:
    """Say why a setting that serves several outputs is left, if it is wrong for some of them only."""
    return f"it is stored once for {outputs}, which need different ones: compile with one for each output"
