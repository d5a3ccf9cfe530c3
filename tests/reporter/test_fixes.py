from __future__ import annotations

import pytest

from logitcheck.reporter import fixes

COMPILE = "model.compile(..., loss=keras.losses.BinaryCrossentropy(from_logits=True))"


@pytest.mark.parametrize(
    ("fix", "room", "rows"),
    [
        pytest.param("Keep the logits: f(a, b)", 40, ["Keep the logits: f(a, b)"], id="all in one row"),
        pytest.param("Keep the logits: f(a, b)", 20, ["Keep the logits:", "f(a, b)"], id="behind a colon"),
        pytest.param("Keep the logits: f(a, b)", 6, ["Keep", "the", "logits:", "f(a, b)"], id="wider than a row"),
        pytest.param("End it in Dense(1) and use " + COMPILE, 69, ["End it in Dense(1) and use", COMPILE], id="inside"),
        pytest.param(
            "Use: Dense(1, activation='sigmoid') and " + COMPILE,
            69,
            ["Use:", "Dense(1, activation='sigmoid') and", COMPILE],
            id="twice",
        ),
        pytest.param(
            f"Use: {COMPILE} (Other if labels are one-hot)",
            30,
            ["Use:", COMPILE, "(Other if labels are one-hot)"],
            id="prose behind",
        ),
        pytest.param("Use it: (this is prose)", 12, ["Use it:", "(this is", "prose)"], id="prose in brackets"),
        pytest.param(
            "Use this: def f(a, b): return g(a) + b", 20, ["Use this:", "def f(a, b): return g(a) + b"], id="function"
        ),
        pytest.param("Put in: Dense(1)  # with loss=f()", 20, ["Put in:", "Dense(1)", "# with loss=f()"], id="comment"),
        pytest.param("Check: it is unknown why", 12, ["Check: it is", "unknown why"], id="prose behind a colon"),
        pytest.param(
            'Say what: [tool.logitcheck.layers] "a>B:c d" = "logits" (or "x")',
            30,
            ["Say what:", "[tool.logitcheck.layers]", '"a>B:c d" = "logits" (or "x")'],
            id="a line of settings",
        ),
        pytest.param('Say: key = "value"', 8, ["Say:", 'key = "value"'], id="a line of settings, wider than a row"),
        pytest.param("End it in f({'a': [1, 2], 'b': 3})", 20, ["End it in", "f({'a': [1, 2], 'b': 3})"], id="nested"),
    ],
)
def test_code_is_never_broken(fix: str, room: int, rows: list[str]) -> None:
    assert list(fixes.rows(fix, room)) == rows


@pytest.mark.parametrize("fix", ["a (", "a) b", "", "a(b c", "(", 'a "b c', '"', " = ", "= a"])
def test_brackets_that_do_not_match_lose_no_letter(fix: str) -> None:
    assert " ".join(fixes.rows(fix, 1)) == fix


@pytest.mark.parametrize(
    ("fix", "parts"),
    [
        pytest.param("Keep it: f(a, b)", [("Keep it:", False), ("f(a, b)", True)], id="behind a colon"),
        pytest.param(
            "End it in f(1) and use g(2)",
            [("End it in", False), ("f(1)", True), ("and use", False), ("g(2)", True)],
            id="inside",
        ),
        pytest.param("Put in: f(1)  # with g", [("Put in:", False), ("f(1)  # with g", True)], id="comment"),
        pytest.param("Use: def f(a): return a + 1", [("Use:", False), ("def f(a): return a + 1", True)], id="function"),
        pytest.param("Remove layer 'a', or (b)", [("Remove layer 'a', or (b)", False)], id="prose"),
        pytest.param("f(1)", [("f(1)", True)], id="code"),
        pytest.param("", [("", False)], id="nothing"),
    ],
)
def test_code_is_told_from_prose(fix: str, parts: list[tuple[str, bool]]) -> None:
    assert list(fixes.parts(fix)) == parts
