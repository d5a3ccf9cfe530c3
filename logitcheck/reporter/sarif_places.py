"""Where a model is, as SARIF says it: a URI from the root of the repository, since GitHub knows files by nothing else.

Paths outside the repository become absolute `file:` URIs: GitHub takes them, though it cannot show the file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from logitcheck.report import ModelReport
from logitcheck.reporter import places
from logitcheck.reporter.escaping import printable

_ROOT = "%SRCROOT%"
"""What CodeQL calls the root of the repository, and GitHub in its examples; where that is, whoever reads it knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a model is.

    uri: relative to the root of the repository, or absolute. shown: the same for people to read.
    """

    uri: str
    shown: str

    def artifact_location(self) -> dict[str, Any]:
        """Give the file as an `artifactLocation`."""
        return {"uri": self.uri} if self.uri.startswith("file:") else {"uri": self.uri, "uriBaseId": _ROOT}

    def physical_location(self) -> dict[str, Any]:
        """Give the file as a `physicalLocation`.

        A model has no lines, but GitHub refuses the whole report if a result has none (microsoft/binskim#509).
        """
        return {"artifactLocation": self.artifact_location(), "region": {"startLine": 1}}


def of(model: ModelReport) -> Place:
    """Give the place of a model, or of the file that stands for it where it is a folder."""
    below = places.of(model)
    uri = _whole(model) if below is None else _percent_encoded(below)
    return Place(uri=uri, shown=printable(os.fsdecode(unquote_to_bytes(uri))))


def _whole(model: ModelReport) -> str:
    """Give the absolute URI of a model that lies in no repository."""
    try:
        path = places.main_file(model).as_posix()
    except OSError:  # the current folder is gone
        return _percent_encoded(model.path)
    start = "file://" if path.startswith("/") and not path.startswith("//") else "file:"
    return start + _percent_encoded(path if path.startswith("/") else f"///{path}", keep="/:")


def _percent_encoded(path: str, keep: str = "/") -> str:
    """Encode the bytes that the file system has for a path; a colon too, which would make the first part a scheme."""
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:  # a surrogate that stands for no byte: there is no such file, but a name for it
        raw = path.encode("utf-8", "surrogatepass")
    return quote_from_bytes(raw, safe=keep)
