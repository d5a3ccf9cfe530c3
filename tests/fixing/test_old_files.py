"""Files of old versions of Keras are fixed where those have the flag; what else is in them stays."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

import logitcheck
from logitcheck import FixStatus, Outcome
from logitcheck.fixing import hdf5_snapshot
from tests.building import codes
from tests.fixing.archives import members
from tests.test_old_files import OLD, TRUTH

WITHOUT_FLAG = ("keras1.2.2", "keras2.1.6", "keras2.2.4")
WRONG = [entry for entry in TRUTH if entry["codes"]]


def is_fixable(truth: dict[str, Any]) -> bool:
    return set(truth["codes"]) <= {"LC101", "LC102"} and not truth["file"].startswith(WITHOUT_FLAG)


@pytest.mark.parametrize("truth", WRONG, ids=[entry["file"] for entry in WRONG])
def test_what_a_flag_mends_is_mended(truth: dict[str, Any], tmp_path: Path) -> None:
    source = OLD / truth["file"]
    before = source.read_bytes()
    target = tmp_path / source.name
    result = logitcheck.fix(source, output=target, assume_keras=True)
    assert source.read_bytes() == before
    if not is_fixable(truth):
        assert result.status is FixStatus.REFUSED
        assert not target.exists()
        return
    assert result.status is FixStatus.FIXED
    report = logitcheck.inspect(target)
    assert (report.outcome, codes(report), report.keras_version) == (Outcome.OK, [], result.before.keras_version)
    seen = hdf5_snapshot.of_file if source.suffix == ".h5" else members
    one, other = dict(seen(source)), dict(seen(target))
    differing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert differing == ({"/@training_config"} if source.suffix == ".h5" else {"1 config.json"})


@pytest.mark.parametrize("truth", [entry for entry in TRUTH if not entry["codes"]], ids=lambda entry: entry["file"])
def test_what_is_right_has_nothing_to_fix(truth: dict[str, Any]) -> None:
    result = logitcheck.fix(OLD / truth["file"])
    expected = FixStatus.REFUSED if truth["expect"] == "undetermined" else FixStatus.NOTHING_TO_FIX
    assert result.status is expected


def test_the_flag_is_the_only_thing_that_a_class_is_given_of_its_own(tmp_path: Path) -> None:
    source = OLD / "keras3.9.2" / "softmax_from_logits_bad.keras"
    target = tmp_path / "fixed.keras"
    logitcheck.fix(source, output=target)
    texts = []
    for path in (source, target):
        with zipfile.ZipFile(path) as archive:
            texts.append(archive.read("config.json").decode())
    assert texts[0].replace('"from_logits": true', '"from_logits": false') == texts[1]
    assert json.loads(texts[0]) != json.loads(texts[1])
