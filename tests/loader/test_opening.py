"""Whatever comes to be at a path after it was looked at, nothing but a regular file is read, and it in its folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from logitcheck import loader
from logitcheck.errors import ErrorCode, InputError
from logitcheck.loader import opening
from tests import saved_models
from tests.building import compiled, dense, sequential, write
from tests.loader.older import refusal, write_hdf5

MODEL = compiled(sequential(dense("d", 3, "softmax")), "categorical_crossentropy")
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")

_swaps: list[Callable[[str], None]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _swaps and isinstance(arguments[0], (str, os.PathLike)):
        _swaps[-1](os.fspath(arguments[0]))


@cache
def _start_to_watch() -> None:
    sys.addaudithook(_watch)  # for good: it cannot be taken away


@contextmanager
def swapped(path: Path, swap: Callable[[], None], at: int) -> Iterator[None]:
    """Have something else come to be at a path just before it is opened for the `at`-th time."""
    count = 0

    def look(opened: str) -> None:
        nonlocal count
        if opened == str(path):
            count += 1
            if count == at:
                path.unlink()
                swap()

    _start_to_watch()
    _swaps.append(look)
    try:
        yield
    finally:
        _swaps.pop()
    assert count >= at


def archive(folder: Path) -> Path:
    return write(folder / "a.keras", MODEL)


def bare_json(folder: Path) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps(MODEL), "utf-8")
    return path


def hdf5(folder: Path) -> Path:
    return write_hdf5(folder / "a.h5", MODEL)


@pytest.mark.parametrize("make", [archive, bare_json], ids=["archive", "JSON"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_pipe_that_comes_to_be_there_is_not_waited_for(tmp_path: Path, make: Callable[[Path], Path], at: int) -> None:
    path = make(tmp_path)
    with swapped(path, lambda: os.mkfifo(path), at):
        error = loader.load(path)
    assert isinstance(error, InputError)
    assert (error.code, error.message) == (
        ErrorCode.NOT_A_FILE,
        "Expected a model file or folder, found a named pipe.",
    )


def test_nor_in_the_place_of_an_hdf5_file(tmp_path: Path) -> None:
    path = hdf5(tmp_path)
    with swapped(path, lambda: os.mkfifo(path), 1):
        error = loader.load(path)
    assert isinstance(error, InputError)
    assert error.code is ErrorCode.NOT_A_FILE


@pytest.mark.parametrize("member", ["keras_metadata.pb", "saved_model.pb"])
def test_nor_in_the_place_of_a_member_of_a_saved_model(tmp_path: Path, member: str) -> None:
    folder = saved_models.write(tmp_path, saved_models.saved(), saved_models.described(MODEL))
    path = folder / member
    with swapped(path, lambda: os.mkfifo(path), 2):
        error = loader.load(folder)
    assert isinstance(error, InputError)
    assert error.code is ErrorCode.NOT_A_FILE


@pytest.mark.parametrize("member", ["config.json", "metadata.json"])
def test_a_link_out_of_the_folder_that_comes_to_be_there_is_not_followed(tmp_path: Path, member: str) -> None:
    folder, outside = tmp_path / "model", tmp_path / "outside.json"
    folder.mkdir()
    for name in ("config.json", "metadata.json"):
        (folder / name).write_text('{"class_name": "Sequential", "config": {"layers": []}}', "utf-8")
    outside.write_text("{}", "utf-8")
    path = folder / member
    with swapped(path, lambda: path.symlink_to(outside), 1):
        error = loader.load(folder)
    assert isinstance(error, InputError)
    assert error.code is ErrorCode.LINK_OUTSIDE


def test_a_link_that_was_there_for_the_moment_of_opening_is_not_followed(tmp_path: Path) -> None:
    """What is open is compared with what is there now: not the path counts, but the file."""
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "outside").write_text("secret", "utf-8")
    path = folder / "config.json"
    path.write_text("{}", "utf-8")
    opened = opening.regular(tmp_path / "outside")
    assert not opening._is_below(opened, path, folder)
    opened.close()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        opening.regular(tmp_path)


@pytest.mark.parametrize("name", ["/dev/null", "/dev/zero"])
def test_a_device_is_not_read(name: str) -> None:
    assert refusal(opening.regular, Path(name)).message.endswith("found a device.")
