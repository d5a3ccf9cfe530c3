from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.errors import ErrorCode, UnreadableInputError
from logitcheck.loader import document, protobuf_wire
from logitcheck.loader.protobuf_wire import Message, Wire
from tests.saved_models import entry, span, varint, whole


def message(raw: bytes) -> Message:
    return Wire(BytesIO(raw), "model.pb").message()


def read(raw: bytes) -> list[tuple[int, object]]:
    """Every field, spans as bytes."""
    values = message(raw).fields()
    return [(number, value.as_bytes() if isinstance(value, Message) else value) for number, value in values]


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**32, 2**63, 2**64 - 1])
def test_an_integer_is_read(number: int) -> None:
    assert read(whole(1, number)) == [(1, number)]


def test_fields_come_in_the_order_of_the_file_with_their_numbers() -> None:
    assert read(span(2, "a") + whole(536_870_911, 7) + span(2, "")) == [(2, b"a"), (536_870_911, 7), (2, b"")]


def test_numbers_of_four_and_eight_bytes_are_read() -> None:
    raw = varint(1 << 3 | 5) + b"\1\0\0\0" + varint(2 << 3 | 1) + b"\2" + b"\0" * 7
    assert read(raw) == [(1, 1), (2, 2)]


def test_a_negative_integer_is_read() -> None:
    assert message(whole(1, -5)).integer(1) == -5


def test_what_is_not_stored_is_empty() -> None:
    empty = message(b"")
    assert (empty.integer(1), empty.text(1), empty.message(1)) == (0, "", None)


def test_repeated_integers_are_read_packed_or_one_by_one() -> None:
    raw = span(3, varint(1) + varint(300) + varint(-1)) + whole(3, 7)
    assert list(message(raw).integers(3)) == [1, 300, -1, 7]


def test_a_map_is_read() -> None:
    entries = message(entry(5, "a", b"\x08\x01") + entry(5, "b", b"")).entries(5)
    assert [(name, value.integer(1)) for name, value in entries] == [("a", 1), ("b", 0)]


def test_a_text_that_is_not_utf_8_is_damaged() -> None:
    with pytest.raises(UnreadableInputError, match="what follows byte 3 of its 4 makes no sense"):
        message(span(1, b"a\xff")).text(1)


@pytest.mark.parametrize("size", [4_000, 10_000, 1_000_000])
def test_fields_are_found_behind_long_ones_and_inside_them(size: int) -> None:
    """Longer than what is read at once, and crossing its end."""
    inner = span(4, b"x" * size) + span(5, "inside")
    raw = span(1, b"y" * size) + span(2, inner) + span(3, "behind")
    whole_message = message(raw)
    assert whole_message.text(3) == "behind"
    found = whole_message.message(2)
    assert found is not None
    assert found.text(5) == "inside"
    (long,) = found.messages(4)
    assert long.as_bytes() == b"x" * size


@pytest.mark.parametrize(
    "raw",
    [
        varint(1 << 3 | 2) + varint(2**40) + b"abc",
        varint(1 << 3 | 2) + varint(2**64 - 1) + b"abc",
        varint(1 << 3 | 2) + varint(4) + b"abc",
        span(1, varint(2 << 3 | 2) + varint(1)),
        b"\xff" * 20,
        b"\x08" + b"\x80" * 10 + b"\x01",
        b"\x08",
        b"\x0d\x00",
        b"\x0b\x0c",
        b"\x0e\x00",
    ],
    ids=[
        *("a length beyond the file", "one of 2^64", "one byte too long", "beyond its message", "a number without end"),
        *("a number of eleven bytes", "nothing behind the key", "half a number", "a group", "an unknown kind"),
    ],
)
def test_what_is_no_protocol_buffer_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableInputError) as raised:
        [list(inner.fields()) for inner in message(raw).messages(1)]
    assert raised.value.error.code is ErrorCode.TRUNCATED
    assert raised.value.error.message.startswith("model.pb ")


def test_a_file_that_shrinks_while_it_is_read_is_refused() -> None:
    file = BytesIO(span(1, b"x" * 100_000))
    stored = Wire(file, "model.pb").message()
    file.truncate(10)
    with pytest.raises(UnreadableInputError):
        stored.text(1)


def test_a_document_larger_than_any_config_is_not_read() -> None:
    head = varint(1 << 3 | 2) + varint(document.LARGEST + 1)
    (held,) = message(head + bytes(document.LARGEST + 1)).messages(1)
    with pytest.raises(UnreadableInputError) as raised:
        held.as_document()
    assert raised.value.error.code is ErrorCode.TOO_LARGE


def test_a_name_longer_than_any_is_not_read() -> None:
    longest = "x" * protobuf_wire.LONGEST_NAME
    assert message(span(1, longest)).text(1) == longest
    with pytest.raises(UnreadableInputError, match=r"model\.pb holds a name of 65,537 bytes") as raised:
        message(span(1, longest + "x")).text(1)
    assert raised.value.error.code is ErrorCode.TOO_LARGE


def test_long_parts_are_not_read_without_end() -> None:
    (held,) = message(span(1, bytes(1 << 20))).messages(1)
    with pytest.raises(UnreadableInputError) as raised:
        [held.as_bytes() for _ in range(50)]
    assert raised.value.error.code is ErrorCode.TOO_LARGE


# What should be there once, and is there again (protobuf.dev: "Last One Wins")


def test_of_a_number_and_a_text_the_last_one_counts() -> None:
    read = message(span(1, "good") + whole(2, 0) + span(1, "bad") + whole(2, 1))
    assert (read.text(1), read.integer(2)) == ("bad", 1)


def test_a_message_that_is_there_twice_is_refused() -> None:
    """Protobuf would merge the two, which takes their schema; nothing writes them so."""
    with pytest.raises(UnreadableInputError, match="is cut off or damaged"):
        message(span(1, b"") + whole(2, 0) + span(1, b"")).message(1)


def test_of_a_choice_one_is_given_and_two_are_refused() -> None:
    assert message(whole(3, 7) + whole(9, 1)).only((2, 3)) == (3, 7)
    assert message(whole(9, 1)).only((2, 3)) is None
    for second in (whole(3, 7), span(2, "")):
        with pytest.raises(UnreadableInputError, match="is cut off or damaged"):
            message(whole(3, 7) + second).only((2, 3))


def test_of_the_entries_of_a_map_the_last_one_with_a_name_counts() -> None:
    entries = message(entry(5, "a", whole(1, 1)) + entry(5, "a", whole(1, 2))).entries(5)
    assert {name: value.integer(1) for name, value in entries} == {"a": 2}


def test_the_first_text_is_given_without_reading_on() -> None:
    held = message(span(1, span(1, "first") + span(1, "last") + varint(2 << 3 | 2))).messages(1)[0]
    assert held.first_text(1) == "first"
    with pytest.raises(UnreadableInputError):
        held.text(1)


@pytest.mark.parametrize("raw", [whole(1, 0), span(1, b"\0" * 1000)], ids=["fields", "packed"])
def test_more_fields_than_any_model_has_are_refused(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf_wire, "MOST_LOOKS", 50)
    with pytest.raises(UnreadableInputError) as raised:
        list(message(raw * 51).integers(1))
    assert raised.value.error.code is ErrorCode.TOO_LARGE


@given(raw=st.binary(max_size=200))
def test_any_bytes_give_fields_or_an_error_of_the_family(raw: bytes) -> None:
    try:
        fields = read(raw)
    except UnreadableInputError:
        return
    assert all(0 <= number < 2**61 for number, _ in fields)


@given(
    stored=st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=2**29 - 1),
            st.one_of(st.integers(min_value=0, max_value=2**64 - 1), st.binary(max_size=300)),
        ),
        max_size=20,
    )
)
def test_what_is_written_is_what_is_read(stored: list[tuple[int, int | bytes]]) -> None:
    raw = b"".join(whole(at, value) if isinstance(value, int) else span(at, value) for at, value in stored)
    assert read(raw) == stored


def test_a_field_of_the_number_0_is_damaged() -> None:
    with pytest.raises(UnreadableInputError, match="is cut off or damaged"):
        list(message(b"\x02\x00").fields())


@pytest.mark.parametrize("missing", [1, 3, 9])
def test_a_cut_behind_what_is_wanted_is_found(missing: int) -> None:
    raw = span(1, "wanted") + span(2, "behind it")
    with pytest.raises(UnreadableInputError, match="is cut off or damaged"):
        message(raw[:-missing]).checked()
