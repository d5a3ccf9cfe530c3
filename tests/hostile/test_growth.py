"""However long one text or key of a file is, its report is as short as ever, and made as fast."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from logitcheck.errors import ErrorCode
from logitcheck.report import Report
from logitcheck.reporter import json_report
from tests.building import called, compiled, dense, functional, loss, report_on, source, tensor
from tests.fuzzing import formats
from tests.hostile import growing, making

CHECKOUT = Path(__file__).parent.parent.parent
SECONDS = 2.0
MEGABYTES = 300.0


@pytest.mark.parametrize(("outputs", "letters", "is_read"), [(500, 20, True), (500, 900, False), (20, 900, True)])
def test_many_outputs_with_long_names_are_refused_before_their_report_is_endless(
    tmp_path: Path, outputs: int, letters: int, is_read: bool
) -> None:
    names = [f"{at}{'x' * letters}" for at in range(outputs)]
    layers = [source(), *(called(dense(name, 3, "softmax"), tensor("x", (None, 4))) for name in names)]
    model = functional(layers, [[name, 0, 0] for name in names])
    report = report_on(tmp_path, compiled(model, [loss("CategoricalCrossentropy", from_logits=True)] * outputs))
    assert (report.error.code if report.error else None) is (None if is_read else ErrorCode.TOO_LARGE)
    assert len(json_report.render(Report(models=(report,)), "0")) < making.MB


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is told by the module resource")
@pytest.mark.parametrize("name", formats.FORMATS)
def test_no_text_of_a_file_makes_its_report_long_or_slow(name: str) -> None:
    command = [sys.executable, "-m", "tests.hostile.growing", name]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["count"] > 100
    assert told["slowest"][0] <= SECONDS, told["slowest"]
    assert told["megabytes"] <= MEGABYTES
    assert told["longest"][0] < growing.GROWN / 10 < 4 * making.MB, told["longest"]
