"""Every config and model of the project's shared material; skipped where a checkout stands alone.

The folder lies beside the checkout and is not part of it: configs of twelve Keras versions, and models that strangers
published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from logitcheck import inspection
from logitcheck.errors import ErrorCode
from logitcheck.report import Outcome
from tests import saved_models
from tests.building import write

SHARED = Path(__file__).parent.parent.parent / "shared"
EXAMPLES = SHARED / "keras-examples"
MODELS = SHARED / "real-models"

_COMPILE_SETTINGS = {"keras_config": "keras_compile_config", "h5_model_config": "h5_training_config"}
_VERSIONS = {"graph_keras3": "3.15.1", "keras3": "3.9.2", "old_keras1": "1.2.2", "old_keras2": "2.3.1"}


def configs(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every model config in one example file, with its compile settings if it has some."""
    example = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(example, Mapping):
        return
    for key in ("keras", "h5", "to_json", "model_config", "keras_config", "h5_model_config"):
        stored = example.get(key)
        config = json.loads(stored) if isinstance(stored, str) and stored.startswith("{") else stored
        if isinstance(config, dict) and "class_name" in config:
            settings = example.get(_COMPILE_SETTINGS.get(key, "training_config"))
            yield key, config | ({"compile_config": settings} if isinstance(settings, dict) else {})


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the folder ../shared is not here")
def test_every_example_config_loads_or_is_unknown_for_a_reason(tmp_path: Path) -> None:
    count = 0
    for path in sorted(EXAMPLES.glob("*.json")):
        if path.name.startswith("sm_"):
            continue  # nodes of SavedModels, not configs
        version = next((value for prefix, value in _VERSIONS.items() if path.name.startswith(prefix)), "2.8.0")
        for key, config in configs(path):
            report = inspection.inspect(write(tmp_path / "model.keras", config, version))
            assert report.error is None, (path.name, key, report.error)
            unknown = [output for output in report.outputs if output.kind.value == "unknown"]
            assert all(output.evidence or report.findings for output in unknown), (path.name, key)
            count += 1
    assert count > 1000


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the folder ../shared is not here")
def test_the_root_of_every_example_of_a_saved_model_is_read(tmp_path: Path) -> None:
    count = 0
    for path in sorted(EXAMPLES.glob("sm_*.json")):
        try:
            root = json.loads(path.read_text("utf-8"))[0]
        except json.JSONDecodeError:
            continue  # one was written down with its backslashes halved
        metadata = saved_models.span(1, saved_models.span(3, "root") + saved_models.span(5, root.get("5") or root["3"]))
        report = inspection.inspect(saved_models.write(tmp_path / path.stem, None, metadata))
        assert report.error is None, (path.name, report.error)
        unknown = [output for output in report.outputs if output.kind.value == "unknown"]
        assert bool(unknown) == ("subclass" in path.name or "lambda" in path.name), path.name
        count += 1
    assert count == 14


@pytest.mark.skipif(not MODELS.is_dir(), reason="the folder ../shared is not here")
def test_no_published_model_that_is_right_raises_an_alarm() -> None:
    rows = [json.loads(line) for line in (MODELS / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    base = MODELS / "models" if (MODELS / "models").is_dir() else MODELS
    wrong: list[str] = []
    for row in rows:
        report = inspection.inspect(base / row["file"])
        if report.error is not None:
            if report.error.code is not ErrorCode.UNSUPPORTED_FORMAT:
                wrong.append(row["file"])
        elif row["expect"] in {"ok", "mismatch", "not_applicable"} and report.outcome is not Outcome(row["expect"]):
            wrong.append(row["file"])
    assert wrong == []
    assert len(rows) > 100
