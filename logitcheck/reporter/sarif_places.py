"""Where a model is, as SARIF says it: a URI from the root of the repository, since GitHub knows files by nothing else.

Paths outside the repository become absolute `file:` URIs: GitHub takes them, though it cannot show the file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from logitcheck.model import ContainerFormat
from logitcheck.report import ModelReport
from logitcheck.reporter.escaping import printable

_ROOT = "%SRCROOT%"
"""What CodeQL calls the root of the repository, and GitHub in its examples; where that is, whoever reads it knows."""

_FIRST_FILE = {ContainerFormat.SAVED_MODEL: "saved_model.pb", ContainerFormat.KERAS_FOLDER: "config.json"}
"""The file that says what a model in a folder is: a folder is no artifact, neither for SARIF (3.24.1) nor for Git."""


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
    """Give the place of a model, or of the first thing to look at in its folder."""
    inner = _FIRST_FILE.get(model.format) if model.format is not None else None
    uri = _uri(model.path if inner is None else os.path.join(model.path, inner))  # noqa: PTH118  it stays text
    return Place(uri=uri, shown=printable(os.fsdecode(unquote_to_bytes(uri))))


def _uri(path: str) -> str:
    """Give a path as a URI: from the root of its repository if there is one, else from the current folder.

    Links on the way are not resolved: Git knows a file by the path it was found under.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow links
    root = next((folder for folder in (absolute, *absolute.parents) if _is_repository(folder)), None) or Path.cwd()
    if absolute.is_relative_to(root):
        relative = absolute.relative_to(root).as_posix()
        return "./" if relative == "." else _percent_encoded(relative)
    whole = absolute.as_posix()
    start = "file://" if whole.startswith("/") and not whole.startswith("//") else "file:"
    return start + _percent_encoded(whole if whole.startswith("/") else f"///{whole}", keep="/:")


def _is_repository(folder: Path) -> bool:
    """Whether Git keeps its things here: in a folder, or behind a file in a worktree or submodule."""
    return os.path.exists(folder / ".git")  # noqa: PTH110  Path.exists raises in a folder that may not be entered


def _percent_encoded(path: str, keep: str = "/") -> str:
    """Encode the bytes that the file system has for a path; a colon too, which would make the first part a scheme."""
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:  # a surrogate that stands for no byte: there is no such file, but a name for it
        raw = path.encode("utf-8", "surrogatepass")
    return quote_from_bytes(raw, safe=keep)
