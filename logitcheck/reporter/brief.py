"""What is said of a finding where there is one line for it."""

from __future__ import annotations

import re

from logitcheck.report import Finding, ModelReport

_QUOTED_OR_END = re.compile(
    r"""
    (?<![^\s(\[{=,:/]) b?                             # behind a letter it is an apostrophe
    (?P<quote>['"]) (?: \\. | (?!(?P=quote)) [^\\] )* (?P=quote)
    | (?<!\.) [.!?] (?=\s)                            # no space: a decimal point, or within code
    """,
    re.VERBOSE | re.DOTALL,
)
"""Names stand in messages as Python writes strings; whatever is in the quotes ends no sentence."""

_ABBREVIATIONS = frozenset({"approx.", "cf.", "e.g.", "etc.", "i.e.", "vs."})


def first_sentence(message: str) -> str:
    """Give the first sentence of a message, or all of it if it is one."""
    for found in _QUOTED_OR_END.finditer(message):
        if found["quote"] is None and not _is_abbreviation(message[: found.end()]):
            return message[: found.end()]
    return message


def one_of_several(model: ModelReport, finding: Finding) -> str:
    """Name the output of a finding if the model has others, in words to go behind the name of the rule."""
    return f" (output {finding.output!r})" if len(model.outputs) > 1 and finding.output else ""


def _is_abbreviation(text: str) -> bool:
    return text.rsplit(maxsplit=1)[-1].lstrip("([") in _ABBREVIATIONS
