"""What a linter is told to overlook has its reason beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("logitcheck", "tests", "benchmarks", "sample_models")
SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path != Path(__file__)]
WITH_REASON = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)*( {2}| \()\w")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_suppression_says_why(source: Path) -> None:
    lines = [line for line in source.read_text("utf-8").splitlines() if "# noqa" in line]
    assert [line for line in lines if not WITH_REASON.search(line)] == []
