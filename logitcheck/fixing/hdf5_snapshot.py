"""What an HDF5 file holds, as a hash for each object, link and attribute, so that two files can be compared.

Run in a process of its own. Nothing outside the file is followed: of soft, external and virtual links, and of data that
stand in other files, only what they name is hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

import h5py
import numpy as np

_BUFFER = 1 << 20
_ROWS = 4096
"""Rows of a dataset of texts that are read at once."""


def of_file(path: Path) -> dict[str, str]:
    """Hash everything in the file at `path`: objects by their paths, attributes with their names behind an @."""
    with h5py.File(path, "r", locking=False) as file, path.open("rb") as raw:
        block = file.userblock_size
        found = {"user block": _hash(block, raw.read(block))}
        found.update(_objects(file.id, raw))
    return found


def _objects(root: Any, raw: BufferedReader) -> Iterator[tuple[str, str]]:
    """Walk over hard links; an object that is met again is what it was called first."""
    seen: dict[tuple[int, int], str] = {}
    pending = [("/", h5py.h5o.open(root, b"/"))]
    while pending:
        name, item = pending.pop()
        place = h5py.h5o.get_info(item)
        known = seen.setdefault((place.fileno, place.addr), name)
        if known != name:
            yield name, _hash("the same as", known)
            continue
        yield from _attributes(name, item)
        if isinstance(item, h5py.h5g.GroupID):
            yield name, _hash("group")
            for link in item:
                path = f"{name.rstrip('/')}/{link.decode('utf-8', 'surrogateescape')}"
                kind = item.links.get_info(link).type
                if kind == h5py.h5l.TYPE_HARD:
                    pending.append((path, h5py.h5o.open(item, link)))
                else:
                    yield path, _hash("link", kind, repr(item.links.get_val(link)))
        elif isinstance(item, h5py.h5d.DatasetID):
            yield name, _dataset(item, raw)
        else:
            yield name, _hash("type", item.encode())


def _attributes(name: str, item: Any) -> Iterator[tuple[str, str]]:
    for index in range(h5py.h5a.get_num_attrs(item)):
        attribute = h5py.h5a.open(item, index=index)
        kind = attribute.get_type()
        if attribute.get_space().get_simple_extent_type() == h5py.h5s.NULL:
            value = _hash("no value")
        elif _is_variable(kind):
            array = np.empty(attribute.shape, dtype=attribute.dtype)
            attribute.read(array)
            value = _hash(*_texts(array.tolist()))
        else:
            array = np.empty(attribute.shape, dtype=f"V{kind.get_size()}")
            attribute.read(array, mtype=kind)
            value = _hash(array.tobytes())
        called = attribute.name.decode("utf-8", "surrogateescape")
        yield f"{name}@{called}", _hash(kind.encode(), attribute.shape, value)


def _dataset(item: Any, raw: BufferedReader) -> str:
    """Hash the shape, the type, the storage and the data of a dataset."""
    made, kind = item.get_create_plist(), item.get_type()
    filters = [made.get_filter(index) for index in range(made.get_nfilters())]
    layout = made.get_layout()
    facts = [kind.encode(), item.shape, item.get_space().get_simple_extent_dims(1), layout, filters]
    if layout == h5py.h5d.VIRTUAL:
        sources = [(made.get_virtual_filename(at), made.get_virtual_dsetname(at)) for at in _virtual(made)]
        return _hash(*facts, sources)
    if made.get_external_count():
        return _hash(*facts, [made.get_external(at) for at in range(made.get_external_count())])
    if _is_variable(kind):
        return _hash(*facts, *_rows(item))
    if layout == h5py.h5d.CHUNKED:
        return _hash(*facts, made.get_chunk(), *_chunks(item))
    if layout == h5py.h5d.COMPACT:
        array = np.empty(item.shape, dtype=f"V{kind.get_size()}")
        item.read(h5py.h5s.ALL, h5py.h5s.ALL, array, mtype=kind)
        return _hash(*facts, array.tobytes())
    return _hash(*facts, _stretch(raw, item.get_offset(), item.get_storage_size()))


def _virtual(made: Any) -> range:
    return range(made.get_virtual_count())


def _stretch(raw: BufferedReader, start: int | None, length: int) -> str:
    """Hash bytes of the file itself, where data stand as they are."""
    if start is None:
        return "not stored"
    raw.seek(start)
    made = hashlib.blake2b()
    rest = length
    while rest > 0:
        block = raw.read(min(_BUFFER, rest))
        if not block:
            raise OSError("the data of a dataset reach beyond the end of the file")
        made.update(block)
        rest -= len(block)
    return made.hexdigest()


def _chunks(item: Any) -> Iterator[str]:
    """Hash the chunks of a dataset as they are stored, compressed or not."""
    for index in range(item.get_num_chunks()):
        stored = item.get_chunk_info(index)
        mask, data = item.read_direct_chunk(stored.chunk_offset)
        yield _hash(stored.chunk_offset, mask, data)


def _rows(item: Any) -> Iterator[str]:
    """Hash the values of a dataset of texts, which stand elsewhere in the file."""
    dataset = h5py.Dataset(item)
    if not dataset.shape:
        yield _hash(*_texts([dataset[()]]))
        return
    for start in range(0, dataset.shape[0], _ROWS):
        yield _hash(*_texts(dataset[start : start + _ROWS].tolist()))


def _is_variable(kind: Any) -> bool:
    """Whether values of a type, or parts of them, stand elsewhere in the file than the rest."""
    match kind:
        case h5py.h5t.TypeStringID():
            return bool(kind.is_variable_str())
        case h5py.h5t.TypeCompoundID():
            return any(_is_variable(kind.get_member_type(at)) for at in range(kind.get_nmembers()))
        case h5py.h5t.TypeArrayID():
            return _is_variable(kind.get_super())
        case _:
            return isinstance(kind, h5py.h5t.TypeVlenID)


def _texts(value: object) -> Iterator[bytes]:
    """Give nested values as bytes that tell them apart."""
    match value:
        case list() | tuple():
            yield b"[" + str(len(value)).encode()
            for item in value:
                yield from _texts(item)
        case np.ndarray():
            yield from _texts(value.tolist())
        case str():
            yield b"s" + value.encode("utf-8", "surrogateescape")
        case bytes():
            yield b"b" + value
        case _:
            yield repr(value).encode()


def _hash(*facts: object) -> str:
    """Hash facts so that none runs into the next."""
    made = hashlib.blake2b(digest_size=32)
    for fact in facts:
        raw = fact if isinstance(fact, bytes) else repr(fact).encode("utf-8", "surrogatepass")
        made.update(len(raw).to_bytes(8, "big"))
        made.update(raw)
    return made.hexdigest()
