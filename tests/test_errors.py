from __future__ import annotations

import pytest

from logitcheck.errors import ErrorCode, LogitcheckError, MalformedGraphError, UnreadableInputError


def test_an_unreadable_input_carries_the_error_of_the_report() -> None:
    error = UnreadableInputError(ErrorCode.TRUNCATED, "It is cut off.", "Fetch it again.").error
    assert (error.code, error.message, error.hint) == (ErrorCode.TRUNCATED, "It is cut off.", "Fetch it again.")


def test_an_unreadable_input_shows_its_message() -> None:
    assert str(UnreadableInputError(ErrorCode.TRUNCATED, "It is cut off.", "Fetch it again.")) == "It is cut off."


def test_a_malformed_graph_has_its_own_code_and_says_what_to_do() -> None:
    error = MalformedGraphError("Two layers have one name.").error
    assert error.code is ErrorCode.MALFORMED_GRAPH
    assert error.message == "Two layers have one name."
    assert "model.save(" in error.hint


@pytest.mark.parametrize("family", [UnreadableInputError, MalformedGraphError])
def test_all_errors_are_one_family(family: type[Exception]) -> None:
    assert issubclass(family, LogitcheckError)


def test_codes_are_kebab_case_and_used_once() -> None:
    values = [code.value for code in ErrorCode]
    assert len(set(values)) == len(values)
    assert all(value == value.lower() and value.replace("-", "").isalpha() for value in values)


def test_the_codes_of_the_json_report_keep_their_spelling() -> None:
    assert {code.value for code in ErrorCode} >= {
        *("missing", "no-model-found", "not-a-file", "permission-denied", "empty-file", "not-a-model", "lfs-pointer"),
        *("truncated", "weights-only", "no-config", "bad-json", "too-large", "encrypted", "malformed-graph"),
        *("unsupported-format", "read-error", "internal-error"),
    }
