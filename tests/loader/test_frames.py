"""What is asked of the process that reads HDF5: attributes of a path, or numbers from the weights at one."""

from __future__ import annotations

import pytest

from logitcheck.loader import frames

PATHS = [b"/models/a.keras", "/modèles/a.h5".encode("latin-1"), b"{", b"C:\\models\\a.h5"]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_alone_asks_for_attributes(path: bytes) -> None:
    assert frames.read_request(frames.request(path)) == (path, None)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("wanted", [[], [{"steps": [["normalization", 0, 1, "n\udcff"]]}]])
def test_what_is_wanted_of_the_weights_comes_with_the_path(path: bytes, wanted: object) -> None:
    assert frames.read_request(frames.request(path, wanted)) == (path, wanted)
