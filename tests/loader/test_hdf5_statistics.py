"""Numbers of Normalization layers in HDF5: read where all is as Keras writes it, else not known."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from logitcheck import inspection
from logitcheck.loader import hdf5_statistics, learned
from logitcheck.report import ModelReport
from tests.loader.adapted import GROUP, MEAN, VARIANCE, Change, archive, hdf5, model, normalization, replaced, weights

LEARNED = "unknown: its mean and variance are learned from data"


def told(report: ModelReport) -> tuple[float | None, float | None]:
    assert report.error is None
    (output,) = report.outputs
    if output.low is None:
        assert output.evidence[-1].effect == LEARNED
    return output.low, output.high


def test_the_numbers_of_an_archive_are_read(tmp_path: Path) -> None:
    report = inspection.inspect(archive(tmp_path / "a.keras"))
    assert told(report) == (-1.0, 1.0)
    assert report.outputs[0].evidence[-1].effect == "its mean and variance in the weights: values in [-1, 1]"


def test_the_numbers_of_an_hdf5_file_are_read(tmp_path: Path) -> None:
    assert told(inspection.inspect(hdf5(tmp_path / "a.h5"))) == (-1.0, 1.0)


def test_a_layer_that_changes_nothing_says_where_that_is_known_from(tmp_path: Path) -> None:
    same = weights(replaced("0", np.zeros(3, "float32")), replaced("1", np.ones(3, "float32")))
    report = inspection.inspect(archive(tmp_path / "a.keras", same))
    assert report.outputs[0].evidence[-1].effect == "hands the values on, by its mean and variance in the weights"


def linked(name: str, link: object) -> Change:
    def change(file: h5py.File) -> None:
        del file[f"{GROUP}/{name}"]
        file[f"{GROUP}/{name}"] = link

    return change


def moved(file: h5py.File) -> None:
    """The group of the layer behind a link by name, inside the same file."""
    file.move("layers/normalization", "elsewhere")
    file["layers/normalization"] = h5py.SoftLink("/elsewhere")


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(3,), dtype="float32")
    layout[:] = h5py.VirtualSource("other.h5", "numbers", shape=(3,))
    del file[f"{GROUP}/0"]
    file.create_virtual_dataset(f"{GROUP}/0", layout)


def external(file: h5py.File) -> None:
    del file[f"{GROUP}/0"]
    file.create_dataset(f"{GROUP}/0", (3,), "float32", external=[("other.bin", 0, 12)])


def never_written(file: h5py.File) -> None:
    del file[f"{GROUP}/0"]
    file.create_dataset(f"{GROUP}/0", (3,), "float32")


def without_space(file: h5py.File) -> None:
    del file[f"{GROUP}/0"]
    file[f"{GROUP}/0"] = h5py.Empty("float32")


def huge(file: h5py.File) -> None:
    del file[f"{GROUP}/0"]
    file.create_dataset(f"{GROUP}/0", (1 << 40,), "float32", chunks=(1 << 20,))


def group_in_place(file: h5py.File) -> None:
    del file[f"{GROUP}/0"]
    file.create_group(f"{GROUP}/0")


def both(value: object) -> Change:
    """Put one array in the place of the means and of the variances."""

    def change(file: h5py.File) -> None:
        for name in ("0", "1"):
            replaced(name, value)(file)

    return change


def behind_a_link(file: h5py.File) -> None:
    file.move("model_weights/norm", "elsewhere")
    file["model_weights/norm"] = h5py.SoftLink("/elsewhere")


HOSTILE: dict[str, Change] = {
    "a link by name": linked("0", h5py.SoftLink(f"/{GROUP}/1")),
    "a link to itself": linked("0", h5py.SoftLink(f"/{GROUP}/0")),
    "a link to another file": linked("0", h5py.ExternalLink("other.h5", "/numbers")),
    "a group behind a link": moved,
    "an array of other files": virtual,
    "an array in another file": external,
    "a huge array": both(np.zeros(70_000, "float32")),
    "a huge array that was never written": huge,
    "an array in pieces": replaced("0", np.array(MEAN, "float32"), chunks=(3,)),
    "a compressed array": replaced("0", np.array(MEAN, "float32"), compression="gzip"),
    "an array that was never written": never_written,
    "an array without a space": without_space,
    "not a number": replaced("0", np.array([0.0, np.nan, 1.0], "float32")),
    "an infinite variance": replaced("1", np.array([1.0, np.inf, 1.0], "float32")),
    "a negative variance": replaced("1", np.array([1.0, -1.0, 1.0], "float32")),
    "a variance of 0, for which Keras puts its epsilon": replaced("1", np.array([1.0, 0.0, 1.0], "float32")),
    "a mean near the end of float32": replaced("0", np.array([1e30, 0.0, 1.0], "float32")),
    "whole numbers": replaced("0", np.array([1, 2, 3])),
    "texts": replaced("0", [b"a", b"b", b"c"]),
    "pairs": replaced("0", np.zeros(3, [("a", "f4"), ("b", "f4")])),
    "complex numbers": replaced("0", np.zeros(3, "complex64")),
    "numbers that do not go together": replaced("0", np.zeros(2, "float32")),
    "another size than that of the input": both(np.ones(2, "float32")),
    "more axes than the layer keeps": both(np.ones((3, 1), "float32")),
    "a count of several": replaced("2", np.array([0, 0])),
    "a count that is none": replaced("2", np.float32(0)),
    "no count": lambda file: file.__delitem__(f"{GROUP}/2"),
    "a weight too many": lambda file: file.__setitem__(f"{GROUP}/3", np.float32(0)),
    "a group in the place of an array": group_in_place,
    "the name of another layer": lambda file: file[GROUP].attrs.__setitem__("name", "other"),
    "a layer of the class too many": lambda file: file.create_group("layers/normalization_1/vars"),
    "no such layer": lambda file: file.__delitem__("layers/normalization"),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_not_as_keras_writes_it_is_not_known(
    change: Change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with h5py.File("other.h5", "w") as other:
        other["numbers"] = np.array(MEAN, "float32")
    Path("other.bin").write_bytes(np.array(MEAN, "float32").tobytes())
    assert told(inspection.inspect(archive(tmp_path / "a.keras", weights(change)))) == (None, None)


def named(*names: bytes) -> Change:
    return lambda file: file["model_weights/norm"].attrs.__setitem__("weight_names", list(names))


OWN = (b"norm/mean:0", b"norm/variance:0", b"norm/count:0")
HOSTILE_HDF5: dict[str, Change] = {
    "no names": lambda file: file["model_weights/norm"].attrs.__delitem__("weight_names"),
    "a weight too few": named(*OWN[:2]),
    "a weight too many": named(*OWN, b"norm/more:0"),
    "another order": named(OWN[1], OWN[0], OWN[2]),
    "the name of another layer": named(b"other/mean:0", b"other/variance:0", b"other/count:0"),
    "names of several layers": named(b"norm/mean:0", b"other/norm/variance:0", b"norm/count:0"),
    "a number in the place of names": lambda file: file["model_weights/norm"].attrs.__setitem__("weight_names", 7),
    "names that lead out": named(b"norm/../mean:0", b"/norm/variance:0", b"norm/count:0"),
    "a group behind a link": behind_a_link,
    "no weights": lambda file: file.__delitem__("model_weights"),
}


@pytest.mark.parametrize("change", HOSTILE_HDF5.values(), ids=HOSTILE_HDF5.keys())
def test_names_that_are_not_those_of_the_layer_are_not_followed(change: Change, tmp_path: Path) -> None:
    assert told(inspection.inspect(hdf5(tmp_path / "a.h5", change))) == (None, None)


def test_all_layers_together_have_so_many_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a.keras")
    place = {"steps": [["normalization", 0, 1, "norm"]]}
    monkeypatch.setattr(learned, "MOST_NUMBERS", 5)
    known = {"shape": [3], "mean": MEAN, "variance": VARIANCE}
    assert hdf5_statistics.read(path, [place, place]) == [known, None]


@pytest.mark.parametrize("wanted", [7, [7], [{}], [{"steps": [7]}], [{"steps": []}], [{"group": "norm"}]])
def test_a_request_that_makes_no_sense_has_no_answer(wanted: object, tmp_path: Path) -> None:
    found = hdf5_statistics.read(hdf5(tmp_path / "a.h5"), wanted)
    assert not any(found or [])


def test_several_layers_are_told_apart_by_their_order(tmp_path: Path) -> None:
    def second(file: h5py.File) -> None:
        group = file.create_group("layers/normalization_1/vars")
        group["0"], group["1"], group["2"] = np.float32([5, 5, 5]), np.float32([1, 1, 1]), np.int64(0)

    config = model(normalization(), normalization("second"))
    report = inspection.inspect(archive(tmp_path / "a.keras", weights(second), config=config))
    assert told(report) == (-6.0, -4.0)


def test_a_model_without_need_opens_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from logitcheck.loader import isolation

    def never(*_: object) -> object:
        raise AssertionError("the weights were asked for")

    monkeypatch.setattr(isolation, "statistics", never)
    head = {**normalization(), "config": {"name": "d", "units": 3, "activation": "softmax"}, "class_name": "Dense"}
    on_input = archive(tmp_path / "a.keras", config=model(normalization(), head | {"name": "d"}))
    assert inspection.inspect(on_input).outputs[0].kind.value == "probabilities"
    with pytest.raises(AssertionError, match="asked for"):
        inspection.inspect(archive(tmp_path / "b.keras"))
