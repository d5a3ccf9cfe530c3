"""First sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from logitcheck.reporter.brief import first_sentence
from tests.building import compiled, dense, report_on, sequential
from tests.rules import test_messages


@pytest.mark.parametrize(
    ("message", "first"),
    [
        pytest.param("One. Two.", "One.", id="two sentences"),
        pytest.param("One. two() does it.", "One.", id="second begins with a small letter"),
        pytest.param("Is it one? Two.", "Is it one?", id="question"),
        pytest.param("One", "One", id="no end"),
        pytest.param("One.", "One.", id="one sentence"),
        pytest.param("", "", id="nothing"),
        pytest.param("It is near 2.303. Then.", "It is near 2.303.", id="number"),
        pytest.param("It is 73.1 %. Then.", "It is 73.1 %.", id="percent"),
        pytest.param("Layers, e.g. Dense (i.e. one), are. Then.", "Layers, e.g. Dense (i.e. one), are.", id="e.g."),
        pytest.param("Use compile(..., loss=x). Then.", "Use compile(..., loss=x).", id="code"),
        pytest.param("It goes on ... so. Then.", "It goes on ... so.", id="ellipsis"),
        pytest.param("Layer 'a. b' is. Then.", "Layer 'a. b' is.", id="in quotes"),
        pytest.param("Layer 'a. B! C? d.' is. Then.", "Layer 'a. B! C? d.' is.", id="several in quotes"),
        pytest.param("""Layer "it's. b" is. Then.""", """Layer "it's. b" is.""", id="in double quotes"),
        pytest.param(r"Layer 'a\'. \"b' is. Then.", r"Layer 'a\'. \"b' is.", id="escaped quote"),
        pytest.param("Layer 'a\n. b' is. Then.", "Layer 'a\n. b' is.", id="newline"),
        pytest.param("(layer 'a. b'): {'c. d': f()}. Then.", "(layer 'a. b'): {'c. d': f()}.", id="in brackets"),
        pytest.param("f(name='a. b') is. Then.", "f(name='a. b') is.", id="argument"),
        pytest.param("The user's own. It's it.", "The user's own.", id="apostrophe"),
        pytest.param("A quote ' alone. Then 'b'.", "A quote ' alone. Then 'b'.", id="what opens before a name"),
        pytest.param("A quote ' alone. Then.", "A quote ' alone.", id="a quote that never closes"),
        pytest.param("It starts with b'a. b'. Then.", "It starts with b'a. b'.", id="bytes"),
    ],
)
def test_a_sentence_ends_where_it_ends(message: str, first: str) -> None:
    assert first_sentence(message) == first


def messages() -> Iterator[str]:
    """Every message of the golden file: the line behind that of its finding."""
    for case in test_messages.expected().values():
        for said in re.split(r"\n\n", case)[1:]:
            if said.strip():
                yield said.splitlines()[1]


def test_of_every_message_the_first_sentence_is_whole_and_alone() -> None:
    found = set(messages())
    assert len(found) > 100
    for message in found:
        first = first_sentence(message)
        assert message == first or message.startswith(f"{first} ")
        # None of the layers of these models has a name with a full stop in it.
        assert ". " not in first, message
        assert first.endswith("."), message
        assert first.count("(") == first.replace(", inf)", "").count(")"), message


@pytest.mark.parametrize("name", ["a. B", "it's. B", 'say "a. b". C', "'. B", "a\n. B", "'\". B", "\\'. B", "\\. B"])
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_no_name_of_a_layer_ends_the_sentence(name: str, loss: str, tmp_path: Path) -> None:
    found = report_on(tmp_path, compiled(sequential(dense(name, 3)), loss)).findings[0]
    assert first_sentence(found.message).endswith("puts out any real number.")
    assert repr(name) in first_sentence(found.message)
