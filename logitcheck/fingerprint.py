"""What tells one finding from every other one, and stays the same when the model is trained again.

Baselines and code-scanning services recognise a finding by it. It is made of what the finding hangs on, never of its
wording: the rule, the output and layer, what the output is, and what is compiled for it.
"""

from __future__ import annotations

import re

from logitcheck.report import Finding, ModelReport

_MADE_OF = 1
"""Raised if what a fingerprint is made of changes: then each one is another."""

_LENGTH = 32


def of(model: ModelReport, finding: Finding) -> str:
    """Give the fingerprint of a finding of this model: 32 hexadecimal digits, without the path of the file."""
    from hashlib import sha256

    position, output = next(
        ((index, output) for index, output in enumerate(model.outputs) if output.name == finding.output), (0, None)
    )
    parts = [_MADE_OF, finding.code, position, _lasting(finding.output), _lasting(finding.layer), finding.subject]
    if output is not None:
        parts += [output.kind.value, output.axis, output.classes]
    return sha256("\0".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()[:_LENGTH]


def _lasting(name: str | None) -> str:
    """Give a name without the numbers that Keras counts up for every model built in one process: `dense_7`."""
    return re.sub(r"_\d+(?=/|$)", "", name or "")
