"""Any field of a real config may be of any type, or not be there: that is told, and never a reason to fail."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck import inspection
from logitcheck.errors import UnreadableInputError
from logitcheck.loader.assemble import assemble
from logitcheck.loader.stored import of_archive
from logitcheck.model import ContainerFormat
from logitcheck.report import Report
from logitcheck.reporter import json_report, text_report
from tests.building import compiled, dense, layer, loss, report_on, sequential
from tests.fuzzing import formats, json_mutations

NAMES = {
    "a lone surrogate": "d\ud800",
    "an escape of the terminal": "\x1b[2J\x1b]0;owned\x07",
    "a line of its own": "ok\nmodel.keras: ok\r",
    "an escape of eight bits": "\x9b31m",
    "a command of GitHub": "::error file=x::owned",
    "markup of rich": "[bold red]owned[/]",
    "markup of HTML": "<script>owned</script>",
    "text from right to left": "\u202egnorw\u2066",
    "a separator of lines": "a\u2028b\x85c\x0bd",
    "a null character": "a\0b",
}

SHOWN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["softmax", "linear", "Dense", "InputLayer", "x" * 5000]),
    st.lists(st.integers(-1, 3), max_size=4),
    st.dictionaries(
        st.sampled_from(["class_name", "config", "layers", "name"]), st.none() | st.text(max_size=3), max_size=3
    ),
)


@cache
def configs() -> tuple[dict[str, Any], ...]:
    """The configs of all samples, with their compile settings."""
    found = []
    for name, format_ in formats.FORMATS.items():
        for seed in formats.seeds(name):
            config, training = format_.config(seed.parts)
            found.append(config | {"compile_config": training})
    return tuple(found)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_every_field_may_be_of_every_type(data: st.DataObject) -> None:
    config = copy.deepcopy(data.draw(st.sampled_from(configs())))
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(list(json_mutations.places(config))))
        if data.draw(st.booleans()):
            holder[key] = data.draw(SHOWN)
        else:
            del holder[key]
        if not list(json_mutations.places(config)):
            break
    try:
        model = assemble(of_archive(json.dumps(config).encode(), None, ContainerFormat.KERAS))
    except UnreadableInputError:
        return
    report = Report(models=(inspection.report_on("model", model),))
    assert json.loads(json_report.render(report, "0"))["models"][0]["error"] is None
    assert all(text.isprintable() for line in text_report.lines(report, 80, ascii_only=False) for text, _ in line)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("place", ["layer", "class", "loss", "activation", "metric", "version", "model"])
def test_no_name_gets_out_of_its_place(tmp_path: Path, name: str, place: str) -> None:
    head = dense("head", 3, name if place == "activation" else "softmax")
    entries = {"layer": layer("ReLU", name), "class": layer(name, "odd")}
    model = sequential(head, *([entries[place]] if place in entries else []), name=name)
    stored = name if place == "loss" else loss("CategoricalCrossentropy", from_logits=True)
    model = compiled(model, stored, metrics=[name] if place == "metric" else None)
    if place == "model":
        model["class_name"] = name
    report = Report(models=(report_on(tmp_path, model, name if place == "version" else "3.9.2"),))
    lines = ["".join(text for text, _ in line) for line in text_report.lines(report, 80, ascii_only=False)]
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith(("::", "model.keras: ok")) for line in lines)
    written = json_report.render(report, "0")
    assert written.isprintable() or set(written) - {"\n"} <= set(map(chr, range(0x20, 0x7F)))
    assert json.loads(written)
