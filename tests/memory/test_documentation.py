"""The page about models in memory: its code runs, and does what it says."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parent.parent.parent / "docs" / "notebooks.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_code_on_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("keras", reason="the extra [test] brings it")
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
            exec(block, names)
        names["test_the_loss_fits_the_output"]()
    shown = capsys.readouterr().out
    assert "<model sequential" in shown
    assert "Fix B  Keep the logits:" in shown
