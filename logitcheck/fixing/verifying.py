"""Proves of a result that was written that it is what was planned, before it takes its name. Else nothing is kept."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from logitcheck import inspection
from logitcheck.errors import UnreadableInputError
from logitcheck.fixing import sources, spans, statistics
from logitcheck.fixing.copying import are_equal
from logitcheck.fixing.planning import FixPlan
from logitcheck.fixing.result import NotWrittenError
from logitcheck.fixing.sources import NotFixableError, Source
from logitcheck.loader import document, fields
from logitcheck.loader.assemble import assemble
from logitcheck.loader.identify import Container

_DEFECT = "This is a defect of logitcheck: please report it. Nothing was written"


def new_text(source: Source, plan: FixPlan) -> str:
    """Give the document with the planned changes, and make sure that they are all that changed in it.

    Raises NotWrittenError if the document does not have what is to be changed where it should be, or has it twice.
    """
    if not plan.edits:
        return source.text
    text = source.text
    for edit in plan.edits:
        try:
            text = spans.replaced(text, (*source.base, *edit.place), edit.value)
        except spans.NoSuchPlaceError as error:
            message = f"{'.'.join(map(str, edit.place))} stands twice in the compile settings, or not where it should."
            raise NotWrittenError(f"{message} Save the model again with model.save(...).") from error
    before, after = document.parse(source.text, "the document"), document.parse(text, "the document")
    if not _are_alike(_without(after, source.base), _without(before, source.base)):
        raise NotWrittenError(f"{_DEFECT}: more would have changed than the compile settings.")
    if not _are_alike(_settings(after, source.base), plan.settings):
        raise NotWrittenError(f"{_DEFECT}: the compile settings would have become others than planned.")
    return text


def _without(whole: object, base: spans.Place) -> object:
    return {**fields.mapping(whole), base[0]: None} if base and isinstance(base[0], str) else None


def _settings(whole: object, base: spans.Place) -> object:
    return fields.mapping(whole).get(base[0]) if base and isinstance(base[0], str) else whole


def _are_alike(one: object, other: object) -> bool:
    """Whether two parsed documents are the same, NaN being itself."""
    import json

    return json.dumps(one) == json.dumps(other)


def check(source: Source, plan: FixPlan, text: str, written: Path) -> None:
    """Read the result at `written` as any model is read, and compare what is said of it with what was planned.

    Raises NotWrittenError if anything is another way.
    """
    try:
        stored, found = sources.read_again(source, written)
        stored = statistics.completed(stored, statistics.weights_of(source, written), plan.declarations)
        report = inspection.report_on(plan.after.path, assemble(stored), plan.declarations)
    except (UnreadableInputError, NotFixableError) as error:
        raise NotWrittenError(f"{_DEFECT}: the result could not be read ({error}).") from error
    if found.rstrip() != text.rstrip() or report != plan.after:
        raise NotWrittenError(f"{_DEFECT}: the result is not what was planned.")
    if source.container is Container.ARCHIVE and not _is_same_but_config(source.file, written):
        raise NotWrittenError(f"{_DEFECT}: another member of the archive would have changed.")


def _is_same_but_config(source: Path, written: Path) -> bool:
    """Whether two archives differ in nothing but `config.json`, as zipfile reads them."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(written) as after:
        if before.comment != after.comment or before.namelist() != after.namelist():
            return False
        pairs = list(zip(before.infolist(), after.infolist(), strict=True))
        if any(_facts(one) != _facts(other) for one, other in pairs):
            return False
        stretches = [_stretches(archive) for archive in (before, after)]
    with source.open("rb") as one_file, written.open("rb") as other_file:
        return all(
            stretches[1][name][1] - stretches[1][name][0] == end - start
            and are_equal(one_file, start, other_file, stretches[1][name][0], end - start)
            for name, (start, end) in stretches[0].items()
        )


def _facts(member: zipfile.ZipInfo) -> Mapping[str, object]:
    """Give what is listed of a member but where it stands, and of `config.json` also not what it holds."""
    facts = {name: getattr(member, name) for name in ("filename", "date_time", "compress_type", "comment")}
    facts |= {name: getattr(member, name) for name in ("create_system", "create_version", "extract_version")}
    facts |= {name: getattr(member, name) for name in ("internal_attr", "external_attr", "volume")}
    facts["extra"] = len(member.extra)
    if member.filename != "config.json":
        facts |= {name: getattr(member, name) for name in ("flag_bits", "CRC", "compress_size", "file_size")}
    return facts


def _stretches(archive: zipfile.ZipFile) -> Mapping[int, tuple[int, int]]:
    """Give where each member begins and the next one does, by its number, and what is before them all as -1."""
    order = sorted(range(len(archive.infolist())), key=lambda number: archive.infolist()[number].header_offset)
    starts = [archive.infolist()[number].header_offset for number in order]
    ends = [*starts[1:], archive.start_dir]
    found = {number: (start, end) for number, start, end in zip(order, starts, ends, strict=True)}
    config = next(number for number, member in enumerate(archive.infolist()) if member.filename == "config.json")
    return {-1: (0, starts[0])} | {number: stretch for number, stretch in found.items() if number != config}
