"""What a run came to."""

from __future__ import annotations

import pytest

from logitcheck.report import Outcome, Report, Severity
from logitcheck.reporter import summary
from tests.reporter.reports import finding, model, report, skipped, unreadable

RIGHT = model("right.keras")
WRONG = model("wrong.keras", finding())
WARNED = model("warned.keras", finding(Severity.WARNING), outcome=Outcome.OK)
UNDETERMINED = model("custom.keras", outcome=Outcome.UNDETERMINED)
NO_LOSS = model("no_loss.keras", finding(Severity.INFO), outcome=Outcome.NOT_APPLICABLE)
KNOWN = model("known.keras", outcome=Outcome.OK, skipped=(skipped(None),))
IGNORED = model("ignored.keras", outcome=Outcome.MISMATCH, skipped=(skipped("ranked"), skipped(None)))


@pytest.mark.parametrize(
    ("judged", "read", "counts"),
    [
        pytest.param(report(), "0 models", "0 errors, 0 warnings", id="nothing"),
        pytest.param(report(RIGHT), "1 model", "0 errors, 0 warnings; 1 ok", id="right"),
        pytest.param(report(WRONG, RIGHT), "2 models", "1 error, 0 warnings; 1 ok", id="wrong and right"),
        pytest.param(report(WARNED), "1 model", "0 errors, 1 warning", id="a warning is not ok"),
        pytest.param(report(unreadable()), "0 models", "0 errors, 0 warnings; 1 unreadable", id="nothing was read"),
        pytest.param(report(RIGHT, unreadable()), "1 model", "0 errors, 0 warnings; 1 ok, 1 unreadable", id="half"),
        pytest.param(report(UNDETERMINED), "1 model", "0 errors, 0 warnings; 1 undetermined", id="undetermined"),
        pytest.param(
            report(NO_LOSS), "1 model", "0 errors, 0 warnings, 1 info; 1 with nothing to compare", id="no loss"
        ),
        pytest.param(report(IGNORED), "1 model", "0 errors, 0 warnings; 2 findings skipped", id="skipped"),
        pytest.param(report(KNOWN), "1 model", "0 errors, 0 warnings; 1 finding skipped", id="skipped is not ok"),
    ],
)
def test_what_is_counted(judged: Report, read: str, counts: str) -> None:
    assert (summary.models_read(judged), summary.counts(judged)) == (read, counts)
