"""The formats that are damaged: where valid files of each are, and how each is taken apart and put together again.

A further format is one more entry of FORMATS.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy as np

from tests import saved_models
from tests.fuzzing import byte_mutations, json_mutations, wire_mutations

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


def _read_json(raw: bytes) -> Parts:
    return {"config": json.loads(raw)}


def _write_json(parts: Parts, _: Random) -> bytes:
    return json.dumps(parts.get("config") if isinstance(parts, dict) else parts).encode()


def _config_of_json(parts: Parts) -> tuple[Any, Any]:
    return parts["config"], parts["config"].get("compile_config")


def _read_metadata(raw: bytes) -> Parts:
    """Read the node of the model; what the others say of layers is not looked at."""
    for number, kind, node in list(wire_mutations.fields(raw)):
        with contextlib.suppress(IndexError):
            if (number, kind) == (1, 2) and wire_mutations.find(node, 3) == b"root":
                return {"metadata": json.loads(wire_mutations.find(node, 5))}
    raise ValueError("no node of it is the model")


def _write_metadata(parts: Parts, _: Random) -> bytes:
    return saved_models.described(parts.get("metadata") if isinstance(parts, dict) else parts)


def _read_saved_model(raw: bytes) -> Parts:
    """Read what Keras says of the root of the graph that is served, or of the first; raises IndexError without any."""
    graphs = wire_mutations.every(raw, 2)
    served = [graph for graph in graphs if _is_served(graph)] or graphs
    root = wire_mutations.every(wire_mutations.find(served[0], 7), 1)[0]
    return {"metadata": json.loads(wire_mutations.find(root, 4, 3)), "raw": raw}


def _is_served(graph: bytes) -> bool:
    return any(b"serve" in wire_mutations.every(about, 4) for about in wire_mutations.every(graph, 1)[-1:])


def _mutate_saved_model(parts: Parts, others: Sequence[Parts], random: Random) -> Parts:
    """Damage to the message itself; what is written as JSON in it is damaged in the other formats."""
    del others
    raw = parts["raw"]
    for _ in range(random.choice((1, 1, 2, 5))):
        try:
            raw = wire_mutations.mutate(raw, random)
        except (ValueError, IndexError):
            break
    return {"raw": raw}


def _config_of_metadata(parts: Parts) -> tuple[Any, Any]:
    metadata = parts["metadata"]
    config = metadata.get("model_config")
    if not isinstance(config, dict) or "layers" not in config.get("config", {}):
        config = {"class_name": metadata["class_name"], "config": metadata["config"]}
    return _without_tuples(config), _without_tuples(metadata.get("training_config"))


def _without_tuples(item: Any) -> Any:
    if isinstance(item, dict):
        if item.get("class_name") in ("__tuple__", "TensorShape") and isinstance(item.get("items"), list):
            return _without_tuples(item["items"])
        return {key: _without_tuples(value) for key, value in item.items()}
    return [_without_tuples(value) for value in item] if isinstance(item, list) else item


FORMATS: dict[str, Format] = {
    "keras": Format(suffix=".keras", read=_read_archive, write=_write_archive, config=_config_of_archive),
    "hdf5": Format(suffix=".h5", read=_read_hdf5, write=_write_hdf5, config=_config_of_hdf5),
    "json": Format(suffix=".json", read=_read_json, write=_write_json, config=_config_of_json),
    "metadata": Format(
        suffix="", member="keras_metadata.pb", read=_read_metadata, write=_write_metadata, config=_config_of_metadata
    ),
    "saved_model": Format(
        suffix="",
        member="saved_model.pb",
        read=_read_saved_model,
        write=lambda parts, _: parts["raw"],
        config=_config_of_metadata,
        mutate=_mutate_saved_model,
    ),
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
    if name not in {"keras", "hdf5"}:
        return tuple(_made(name))
    wanted = FORMATS[name]
    found = sorted(path for folder in _SEED_FOLDERS for path in folder.rglob(f"*{wanted.suffix}") if path.is_file())
    made = []
    for path in found:
        if path.stat().st_size <= _LARGEST_SEED:
            raw = path.read_bytes()
            made.append(Seed(str(path.relative_to(ROOT)), raw, wanted.read(raw)))
    return tuple(made)


def _made(name: str) -> Iterator[Seed]:
    """Valid files of a format of which there are few, from those of the others."""
    random = Random(0)
    if name == "json":
        for seed in seeds("keras"):
            raw = _write_json({"config": seed.parts["config.json"]}, random)
            yield Seed(f"{seed.name} as JSON", raw, _read_json(raw))
        return
    for seed in seeds("hdf5"):
        config = seed.parts["model_config"]
        about = {
            "keras_version": "2.8.0",
            "backend": "tensorflow",
            "training_config": seed.parts.get("training_config"),
        }
        metadata = {"class_name": config["class_name"], "model_config": config, **about}
        if name == "metadata":
            raw = saved_models.described(metadata)
        else:
            raw = saved_models.saved(object_graph=saved_models.objects([saved_models.root(metadata)], {}))
        if "/tf2" in seed.name:
            yield Seed(f"{seed.name} as a SavedModel", raw, FORMATS[name].read(raw))
    if name == "saved_model":
        for path in sorted((ROOT / "tests" / "data" / "saved_model").rglob("saved_model.pb")):
            raw = path.read_bytes()
            yield Seed(str(path.relative_to(ROOT)), raw, _read_saved_model(raw))


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
