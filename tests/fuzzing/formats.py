"""The formats that are damaged: where valid files of each are, and how each is taken apart and put together again.

A further format is one more entry of FORMATS.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy as np

from tests.fuzzing import byte_mutations, json_mutations

ROOT = Path(__file__).parent.parent.parent
_SEED_FOLDERS = (ROOT / "sample_models", ROOT / "tests" / "data" / "old")
_LARGEST_SEED = 200_000

Parts = dict[str, Any]
"""What a model file says: its documents under their names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One format.

    suffix: of its files. member: the path in the input, for one that is a folder, of the file with the bytes.
    read: the documents in the bytes of a file; raises an exception if it holds none. write: a file with such documents.
    mutate: damage to the documents. config: the document that is judged, with the compile settings.
    """

    suffix: str
    read: Callable[[bytes], Parts]
    write: Callable[[Parts, Random], bytes]
    config: Callable[[Parts], tuple[Any, Any]]
    mutate: Callable[[Parts, Sequence[Parts], Random], Parts] = json_mutations.mutate
    member: str | None = None


def _read_archive(raw: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = {"config.json", *({"metadata.json"} & set(archive.namelist()))}
        return {name: json.loads(archive.read(name)) for name in sorted(names)}


def _write_archive(parts: Parts, random: Random) -> bytes:
    made = io.BytesIO()
    method = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, document in parts.items() if isinstance(parts, dict) else ():
            if name.endswith(".json") and "\0" not in name:
                archive.writestr(name, json.dumps(document))
    return made.getvalue()


def _config_of_archive(parts: Parts) -> tuple[Any, Any]:
    return parts["config.json"], parts["config.json"].get("compile_config")


_ATTRIBUTES = ("model_config", "training_config", "keras_version", "backend")


def _read_hdf5(raw: bytes) -> Parts:
    parts: Parts = {}
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(raw)
        copy.flush()
        with h5py.File(copy.name, "r", locking=False) as file:
            for name in _ATTRIBUTES:
                value = file.attrs.get(name)
                text = value.decode() if isinstance(value, bytes) else value
                if text is not None:
                    parts[name] = json.loads(text) if name.endswith("_config") else str(text)
    parts["model_config"]
    return parts


def _write_hdf5(parts: Parts, random: Random) -> bytes:
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        for name, document in parts.items() if isinstance(parts, dict) else ():
            if name in _ATTRIBUTES and document is not None:
                text = document if isinstance(document, str) else json.dumps(document)
                encoded = text.encode("utf-8", "surrogatepass").replace(b"\0", b"")
                fixed = len(encoded) < 60_000 and random.random() < 0.5
                file.attrs[name] = np.bytes_(encoded) if fixed and encoded else encoded.decode("utf-8", "replace")
    return made.getvalue()


def _config_of_hdf5(parts: Parts) -> tuple[Any, Any]:
    return parts["model_config"], parts.get("training_config")


FORMATS: dict[str, Format] = {
    "keras": Format(suffix=".keras", read=_read_archive, write=_write_archive, config=_config_of_archive),
    "hdf5": Format(suffix=".h5", read=_read_hdf5, write=_write_hdf5, config=_config_of_hdf5),
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One valid file."""

    name: str
    raw: bytes
    parts: Parts


@cache
def seeds(name: str) -> tuple[Seed, ...]:
    """The valid files of a format, in a stable order."""
    wanted = FORMATS[name]
    found = sorted(path for folder in _SEED_FOLDERS for path in folder.rglob(f"*{wanted.suffix}") if path.is_file())
    made = []
    for path in found:
        if path.stat().st_size <= _LARGEST_SEED:
            raw = path.read_bytes()
            made.append(Seed(str(path.relative_to(ROOT)), raw, wanted.read(raw)))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Input:
    """One damaged file: its number in the campaign, what it was made from and how, and its bytes."""

    number: int
    format: Format
    seed: Seed
    damage: str
    raw: bytes


def make(campaign: int, number: int) -> Input:
    """The input of this number in the campaign of that number: the same ones again, always and everywhere."""
    random = Random(f"{campaign}:{number}")
    name = random.choice(list(FORMATS))
    wanted, known = FORMATS[name], seeds(name)
    seed = random.choice(known)
    if random.random() < 0.4:
        raw = byte_mutations.mutate(seed.raw, [other.raw for other in known], random)
        return Input(number, wanted, seed, "bytes", raw)
    parts = wanted.mutate(seed.parts, [other.parts for other in known], random)
    return Input(number, wanted, seed, "structure", wanted.write(parts, random))
