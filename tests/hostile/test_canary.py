"""Nothing of a model is executed, imported, unmarshalled or unpickled: the file that would be created never appears."""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.building import called, compiled, custom, dense, functional, layer, loss, sequential, source, tensor

CHECKOUT = Path(__file__).parent.parent.parent
CANARY = "canary_was_here"
SING = f"open({CANARY!r}, 'w').close()"


class Singing:
    """An object whose pickle creates the file."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return exec, (SING,)


CODE = marshal.dumps(compile(f"lambda x: {SING.replace(', ', ',')}", "canary", "eval"))
PICKLE = pickle.dumps(Singing())
ENCODED = base64.b64encode(CODE).decode()


def archive(model: Any, **members: bytes) -> dict[str, bytes]:
    """A `.keras` archive with further members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("metadata.json", '{"keras_version":"3.9.2"}')
        opened.writestr("config.json", model if isinstance(model, bytes) else json.dumps(model))
        for name, content in members.items():
            opened.writestr(name.replace("__", "."), content)
    return {"model.keras": made.getvalue()}


def hdf5(model: Any) -> dict[str, bytes]:
    """An HDF5 file of the model, beside a pickle in an attribute and in a dataset."""
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        file.attrs["model_config"] = json.dumps(model)
        file.attrs["training_config"] = json.dumps(model.get("compile_config"))
        file.attrs["optimizer_weights"] = np.void(PICKLE)
        file["pickle"] = np.void(PICKLE)
    return {"model.h5": made.getvalue()}


def arrays() -> bytes:
    """An `.npz` of objects, which are pickled."""
    made = io.BytesIO()
    np.savez(made, np.array([Singing()], dtype=object), allow_pickle=True)
    return made.getvalue()


LAMBDA = layer("Lambda", "sings", function={"class_name": "__lambda__", "config": {"code": ENCODED}})
OLD_LAMBDA = layer("Lambda", "sings", function=[ENCODED, None, None], function_type="lambda", module="canary_module")
RAW_LAMBDA = layer("Lambda", "sings", function={"class_name": "__lambda__", "config": ENCODED})
MODULE = custom("Sing", "sings") | {"module": "canary_module", "registered_name": "canary_module>Sing"}
SYSTEM = layer("system", "sings", command=f"touch {CANARY}") | {"module": "os"}
SAVED = layer("TFSMLayer", "sings", filepath="canary_module.py")
TORCH = layer("TorchModuleWrapper", "sings", module=base64.b64encode(PICKLE).decode())
LOOKUP = layer("StringLookup", "sings", vocabulary="canary_module.py")
FUNCTION = dense("sings", 3, {"module": "canary_module", "class_name": "function", "config": "sing"})
OBJECT = {"module": "canary_module", "class_name": "Sing", "config": {}, "registered_name": "canary_module>Sing"}
CALL = layer("Add", "sings") | {
    "inbound_nodes": [{"args": [{"class_name": "__lambda__", "config": ENCODED}], "kwargs": {}}]
}
LAYERS = {
    "a lambda": LAMBDA,
    "a lambda of Keras 2": OLD_LAMBDA,
    "a lambda in another form": RAW_LAMBDA,
    "a custom class": MODULE,
    "a function of the system": SYSTEM,
    "another SavedModel": SAVED,
    "a pickled PyTorch module": TORCH,
    "a vocabulary in a file": LOOKUP,
    "an activation function": FUNCTION,
    "an object as a dtype": dense("sings", 3, dtype=OBJECT),
    "an object as an initializer": dense("sings", 3, kernel_initializer=OBJECT),
    "a wrapped object": layer("TimeDistributed", "sings", layer=MODULE),
    "a cell": layer("RNN", "sings", cell=MODULE),
}
COMPILED = {
    "a loss": {"loss": OBJECT},
    "a loss function": {"loss": {"module": "canary_module", "class_name": "function", "config": "sing"}},
    "a loss that is a lambda": {"loss": {"class_name": "__lambda__", "config": {"code": ENCODED}}},
    "a metric": {"loss": "mse", "metrics": [OBJECT]},
    "an optimizer": {"loss": "mse", "optimizer": OBJECT},
}
MODELS = (
    {name: sequential(found, dense("head", 3)) for name, found in LAYERS.items()}
    | {
        f"{name}, called": functional([source(), called(found, tensor("x", (None, 4)))], [["sings", 0, 0]])
        for name, found in LAYERS.items()
    }
    | {name: sequential(dense("head", 3)) | {"compile_config": settings} for name, settings in COMPILED.items()}
    | {
        "a custom model": {"module": "canary_module", "class_name": "Sing", "config": {}},
        "a lambda as an argument": functional([source(), CALL], [["sings", 0, 0]]),
    }
)
GOOD = compiled(sequential(dense("head", 3, "softmax")), loss("CategoricalCrossentropy", from_logits=False))
FILES = (
    {f"{name}, .keras": archive(model) for name, model in MODELS.items()}
    | {f"{name}, .h5": hdf5(model) for name, model in MODELS.items()}
    | {
        "a pickle called .h5": {"model.h5": PICKLE},
        "a pickle called .keras": {"model.keras": PICKLE},
        "a pickle as the config": archive(PICKLE),
        "pickles in an archive": archive(GOOD, data__pkl=PICKLE, model__weights__npz=arrays(), canary_module__py=b"x"),
        "marshalled code": {"model.keras": CODE},
        "arrays": {"model.keras": arrays()},
        "a folder with arrays": {
            "model/config.json": json.dumps(GOOD).encode(),
            "model/metadata.json": b"{}",
            "model/model.weights.npz": arrays(),
            "model/__init__.py": SING.encode(),
        },
    }
)


def run(code: str, folder: Path) -> None:
    """Run Python in a folder whose modules it can import."""
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{CHECKOUT}"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


@pytest.fixture
def cage(tmp_path: Path) -> Path:
    """A folder with a module that creates the file when it is imported."""
    sings = f"{SING}\ndef sing(*_): {SING}\nclass Sing:\n    def __init__(self, **_): {SING}\n"
    (tmp_path / "canary_module.py").write_text(sings)
    return tmp_path


@pytest.mark.parametrize(
    "code",
    [
        "import canary_module",
        f"import pickle; pickle.loads({PICKLE!r})",
        f"import marshal; eval(marshal.loads({CODE!r}))(1)",
    ],
    ids=["module", "pickle", "code"],
)
def test_the_canary_sings(cage: Path, code: str) -> None:
    """Each bait works: without this, the tests below would prove nothing."""
    run(code, cage)
    assert (cage / CANARY).exists()


def test_no_model_makes_the_canary_sing(cage: Path) -> None:
    paths = []
    for number, content in enumerate(FILES.values()):
        for name, raw in content.items():
            path = cage / f"m{number}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
            paths.append(str(path if not name.startswith("model/") else path.parent))
    before = sorted(cage.rglob("*"))
    code = f"""
import logitcheck
from logitcheck.reporter import text_report
report = logitcheck.inspect_all({sorted(set(paths))!r})
assert len(report.models) == {len(FILES)}
list(text_report.lines(report, 80, ascii_only=True))
"""
    run(code, cage)
    assert not any(path.name == CANARY for path in cage.rglob("*"))
    assert [path for path in sorted(cage.rglob("*")) if "__pycache__" not in str(path)] == before
