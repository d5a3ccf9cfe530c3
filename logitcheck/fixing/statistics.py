"""What Normalization layers of a model that is to be fixed learned of data: read where it decides, as by `inspect`."""

from __future__ import annotations

from pathlib import Path

from logitcheck.analyzer import analyze
from logitcheck.declarations import Declarations
from logitcheck.fixing.sources import Source
from logitcheck.loader import folder, learned
from logitcheck.loader.assemble import assemble
from logitcheck.loader.identify import Container
from logitcheck.loader.stored import StoredModel


def completed(stored: StoredModel, path: Path, declarations: Declarations) -> StoredModel:
    """Give a model with the numbers in the weights at `path`, if an output hangs on them and they are known."""
    if not any(analysis.hangs_on_statistics for analysis in analyze(assemble(stored), declarations)):
        return stored
    return learned.completed(path, stored) or stored


def weights_of(source: Source, written: Path) -> Path:
    """Tell where the weights of a result are: in it, or beside the document that is written, which is all of it."""
    is_document = source.container is Container.FOLDER and not folder.is_folder(written)
    return source.path if is_document else written
