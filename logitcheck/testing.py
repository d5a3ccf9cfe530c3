"""An assertion for test suites: a model and its loss fit together. It works with pytest and without."""

from __future__ import annotations

import os
from collections.abc import Iterable

from logitcheck import demands, inspection
from logitcheck.declarations import Declarations

__all__ = ["assert_consistent"]


def assert_consistent(
    model_or_path: str | os.PathLike[str] | object,
    *,
    fail_on: str = "warning",
    strict: bool = False,
    ignore: str | Iterable[str] = (),
    declarations: Declarations | None = None,
) -> None:
    """Assert that what a model puts out is what its loss and its metrics expect.

    model_or_path: a model in memory, or the path of a saved one.
    fail_on: the mildest finding that fails: "error", "warning" or "info".
    strict: whether it also fails where nothing can be proved.
    ignore: rules that are not asked, by code or name: "LC201", "threshold-on-logits", "LC2".
    declarations: what layers and losses of your own do; None takes what settings say of them.

    Raises AssertionError with the report as its text; so does a file that cannot be read. Nothing else is taken from
    settings, so that a test means the same wherever it runs.

        from logitcheck.testing import assert_consistent

        def test_the_classifier_is_compiled_as_it_ends():
            assert_consistent(build_classifier())
            assert_consistent("models/classifier.keras", ignore="LC301")
    """
    __tracebackhide__ = True  # pytest shows the line of the test, not this one
    settings = demands.demand(fail_on=fail_on, strict=strict, ignore=ignore)
    declared = demands.declarations(model_or_path, declarations)
    report = demands.told(inspection.inspect(model_or_path, declarations=declared), settings)
    if report.error is not None or demands.is_refused(report, settings):
        raise AssertionError(demands.text(report))
