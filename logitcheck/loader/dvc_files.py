"""What the files of DVC list as its outputs, read line by line: `name.dvc`, `dvc.yaml` and `dvc.lock`.

They are YAML, of which DVC itself writes a small part, and people write a bit more into `dvc.yaml`: mappings and lists
by indentation, names with and without quotes. What is written otherwise is not guessed at, but counted as unread, and
so is a file that is a link out of its folder.
Source: dvc.org/doc, "DVC Files", and what DVC 3 writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import opening
from logitcheck.loader.folder import is_file

LARGEST = 1 << 20
"""Bytes that are read of one file."""

_LONGEST_TEXT = 1000
"""Letters of a path or of the name of a stage, both of which are shown."""

PIPELINE, LOCK, POINTER = "dvc.yaml", "dvc.lock", ".dvc"

_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:[^:#]|:(?=\S)|(?<=\S)\#)+?):(?:\s+(.*))?""")
_QUOTED = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:\s#.*)?""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_NOT_PLAIN = tuple("[]{}&*!|>%@`,?\"'")
_ITEM = re.compile(r"-\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """A file or folder that DVC keeps.

    path: from the folder of the file that lists it. source: the name of that file. stage: of a pipeline, else "".
    size: in bytes, if known. is_folder: None where the file does not tell. is_made: whether DVC has had it once.
    """

    path: str
    source: str
    stage: str = ""
    size: int | None = None
    is_folder: bool | None = None
    is_made: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """What a file lists, and what could not be read of it: file and place, as "dvc.yaml, line 7"."""

    outputs: tuple[Output, ...] = ()
    unread: str | None = None


class _Line(NamedTuple):
    number: int
    indent: int
    text: str


class _Field(NamedTuple):
    line: _Line
    value: str
    below: Sequence[_Line]


class _UnreadError(Exception):
    """A line that is written in another way than is read here, or a whole file that is not read."""

    def __init__(self, line: _Line | str) -> None:
        self.where = line if isinstance(line, str) else f"line {line.number}"
        super().__init__(self.where)


def of_pointer(path: Path) -> Listing:
    """Read what a `.dvc` file lists; one of which nothing can be read stands for what it is called after."""
    called = Output(path=path.name.removesuffix(POINTER), source=path.name)
    try:
        fields = _mapping(_lines(path))
        folder = _scalar(fields["wdir"]) if "wdir" in fields else ""
        outputs = tuple(_stored(item, folder, called) for item in _items(fields["outs"].below))
    except (_UnreadError, KeyError, OSError):
        outputs = ()
    return Listing(outputs or (called,))


def of_pipeline(folder: Path) -> Listing:
    """Read what the stages of a folder's `dvc.yaml` and `dvc.lock` put out, but for metrics and plots.

    `dvc.lock` lists what was made, from the working folder of its stage, which stands in `dvc.yaml` alone.
    """
    written, unread = _stages(folder / PIPELINE)
    locked, unread_lock = _stages(folder / LOCK)
    outputs: list[Output] = []
    for stage, fields in locked.items():
        described = written.get(stage) or written.get(stage.partition("@")[0], {})
        try:
            outputs.extend(_of_locked(stage, fields, described))
        except _UnreadError as error:
            unread_lock = unread_lock or error.where
    made = {name for stage in locked for name in (stage, stage.partition("@")[0])}
    for stage, fields in written.items():
        try:
            outputs.extend(_of_written(stage, fields) if stage not in made else ())
        except _UnreadError as error:
            unread = unread or error.where
    places = ((LOCK, unread_lock), (PIPELINE, unread))
    told = next((f"{name}, {where}" for name, where in places if where is not None), None)
    return Listing(tuple(outputs), told)


def _of_locked(stage: str, fields: dict[str, _Field], described: dict[str, _Field]) -> Iterator[Output]:
    if "outs" not in fields:
        return
    folder = _scalar(described["wdir"]) if "wdir" in described else ""
    others = {path for key in ("metrics", "plots") if key in described for path in _names(described[key])}
    template = Output(path="", source=LOCK, stage=stage)
    for item in _items(fields["outs"].below):
        output = _stored(item, "", template)
        if output.path not in others:
            yield replace(output, path=_from(folder, output.path))


def _of_written(stage: str, fields: dict[str, _Field]) -> Iterator[Output]:
    if "outs" not in fields:
        return
    folder = _scalar(fields["wdir"]) if "wdir" in fields else ""
    for path in _names(fields["outs"]):
        yield Output(path=_from(folder, path), source=PIPELINE, stage=stage, is_made=False)


def _stages(path: Path) -> tuple[dict[str, dict[str, _Field]], str | None]:
    """Read the fields of each stage, those under `do` where it is made for each of several; and what is not read."""
    unread: str | None = None
    stages: dict[str, dict[str, _Field]] = {}
    try:
        whole = _mapping(_lines(path))
        named = _mapping(whole["stages"].below) if "stages" in whole else {}
    except _UnreadError as error:
        return {}, error.where
    except OSError:
        return {}, None
    for name, stage in named.items():
        try:
            fields = _mapping(stage.below)
            stages[name] = _mapping(fields["do"].below) if "do" in fields else fields
        except _UnreadError as error:
            unread = unread or error.where
    return stages, unread


def _lines(path: Path) -> list[_Line]:
    """Give the lines of a file that say something.

    Raises _UnreadError if it is larger than any that was seen, no text, or a link that leads out of its folder: DVC
    writes no links, and what is elsewhere is not to be shown.
    """
    if not is_file(path):
        raise FileNotFoundError(path)
    try:
        with opening.member(path, path.parent) as opened, BufferedReader(opened) as file:
            raw = file.read(LARGEST + 1)
    except UnreadableInputError as error:
        where = "a link that leads out of its folder" if error.error.code is ErrorCode.LINK_OUTSIDE else "no file"
        raise _UnreadError(where) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadError(_Line(1 + raw.count(b"\n", 0, error.start), 0, "")) from error
    if len(raw) > LARGEST:
        raise _UnreadError(_Line(1 + text.count("\n"), 0, ""))
    lines = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1)]
    said = [_Line(number, len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for number, line in lines]
    return [line for line in said if line.text and not line.text.startswith(("#", "---"))]


def _mapping(lines: Sequence[_Line]) -> dict[str, _Field]:
    """Split lines into the fields that stand at the indentation of the first, each with the lines below it."""
    fields: dict[str, _Field] = {}
    below: list[_Line] = []
    for line in lines:
        level = lines[0].indent
        if line.indent > level or (line.indent == level and _ITEM.match(line.text) and fields):
            below.append(line)
            continue
        found = _KEY.fullmatch(line.text)
        if line.indent < level or found is None:
            raise _UnreadError(line)
        below = []
        fields[_text(found[1], line)] = _Field(line, found[2] or "", below)
    return fields


def _items(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Split lines into the items of a list, each indented as if it had no dash."""
    item: list[_Line] = []
    for line in lines:
        dash = _ITEM.match(line.text)
        if item and (dash is None or line.indent > lines[0].indent):
            item.append(line)
            continue
        if dash is None:
            raise _UnreadError(line)
        if item:
            yield item
        item = [_Line(line.number, line.indent + dash.end(), line.text[dash.end() :])]
    if item:
        yield item


def _stored(item: Sequence[_Line], folder: str, template: Output) -> Output:
    """Read an output as DVC writes it: a mapping with `path`."""
    fields = _mapping(item)
    if "path" not in fields:
        raise _UnreadError(item[0])
    size = fields["size"].value if "size" in fields else ""
    return replace(
        template,
        path=_from(folder, _scalar(fields["path"])),
        size=int(size) if size.isdecimal() and len(size) < 19 else None,
        is_folder="nfiles" in fields or ("md5" in fields and fields["md5"].value.endswith(".dir")),
    )


def _from(folder: str, path: str) -> str:
    return path if "://" in path else str(Path(folder, path))


def _names(field: _Field) -> Iterator[str]:
    """Read outputs as people write them: names, some with options below them."""
    if field.value and not field.value.startswith("#"):
        raise _UnreadError(field.line)
    for item in _items(field.below):
        with_options = _KEY.fullmatch(item[0].text)
        if with_options is not None and not with_options[2]:
            yield _text(with_options[1], item[0])
        else:
            yield _text(" ".join(line.text for line in item), item[0])


def _scalar(field: _Field) -> str:
    """Read a text, which may go on over several lines."""
    return _text(" ".join([field.value, *(line.text for line in field.below)]), field.line)


def _text(raw: str, line: _Line) -> str:
    """Read a text with or without quotes.

    Raises _UnreadError for any other kind of value, and for a template that DVC fills in.
    """
    quoted = _QUOTED.fullmatch(raw)
    if len(raw) > _LONGEST_TEXT:
        raise _UnreadError(line)
    try:
        if quoted is None:
            text = _COMMENT.sub("", raw).strip()
        elif raw.startswith('"'):
            text = str(json.loads(quoted[1]))
        else:
            text = quoted[1][1:-1].replace("''", "'")
    except ValueError as error:
        raise _UnreadError(line) from error
    is_plain = not text.startswith(_NOT_PLAIN) and ": " not in f"{text} "
    if not text or "${" in text or "\0" in text or (quoted is None and not is_plain):
        raise _UnreadError(line)
    return text
