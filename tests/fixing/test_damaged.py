"""Damaged files of every format are fixed or left, in the one way or the other, and never end in anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

import logitcheck
from logitcheck.fixing import NotWrittenError
from logitcheck.reporter import fix_json, fix_text
from tests.fuzzing import formats

CAMPAIGN, INPUTS = 17, 400


@pytest.mark.parametrize("part", range(4))
def test_damaged_files_end_in_a_result_or_in_one_sentence(tmp_path: Path, part: int) -> None:
    for number in range(part * INPUTS // 4, (part + 1) * INPUTS // 4):
        made = formats.make(CAMPAIGN, number)
        path = tmp_path / f"input{made.format.suffix or '_' + str(made.format.member)}"
        target = path / made.format.member if made.format.member else path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(made.raw)
        fixed = tmp_path / f"fixed{number}{made.format.suffix}"
        try:
            result = logitcheck.fix(path, output=fixed, assume_keras=True)
        except NotWrittenError:
            assert not fixed.exists(), number
            continue
        assert list(fix_text.lines(result, 80)), number
        assert fix_json.render(result, "0").isascii(), number
        assert fixed.exists() is (result.output is not None) is bool(result.changes), number
        if result.output is not None:
            assert logitcheck.fix(fixed, assume_keras=True).changes == (), number
