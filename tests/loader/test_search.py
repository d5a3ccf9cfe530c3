from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from logitcheck.batch import inspect_all
from logitcheck.errors import ErrorCode
from logitcheck.loader import search
from tests.building import compiled, dense, sequential, write
from tests.loader.older import write_hdf5
from tests.loader.test_folder import saved_model, unpacked
from tests.rights import open_to_all, without_rights
from tests.unreadable import LFS, TFJS_GRAPH

MODEL = compiled(sequential(dense("d", 3, "softmax")), "mse")


def found(path: Path) -> list[str]:
    """The inputs found in a folder that are to be opened."""
    return [_below(path, each.path) for each in search.find(path) if each.error is None]


def refused(path: Path) -> dict[str, str]:
    """The inputs found in a folder that are not to be opened, each with the code of the reason."""
    return {_below(path, each.path): each.error.code.value for each in search.find(path) if each.error is not None}


def _below(folder: Path, path: str) -> str:
    return Path(path).relative_to(folder).as_posix()


def test_models_are_found_by_content(tmp_path: Path) -> None:
    write(tmp_path / "archive", MODEL)
    write_hdf5(tmp_path / "hdf5.bin", MODEL)
    assert found(tmp_path) == ["archive", "hdf5.bin"]


def test_files_that_are_no_models_are_not_found(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words", "utf-8")
    (tmp_path / "empty").touch()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as opened:
        opened.writestr("readme.txt", "x")
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["a.keras", "a.h5", "a.hdf5", "a.hdf", "A.KERAS", "a.H5"])
def test_files_with_the_suffix_of_a_model_are_found_whatever_they_hold(tmp_path: Path, name: str) -> None:
    """A pointer of Git LFS or an empty file must not be passed over in silence."""
    (tmp_path / name).touch()
    assert found(tmp_path) == [name]


def test_a_broken_link_with_the_suffix_of_a_model_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.keras").symlink_to("gone")
    assert found(tmp_path) == ["a.keras"]


def test_folders_that_are_models_are_found_and_not_entered(tmp_path: Path) -> None:
    write_hdf5(unpacked(tmp_path / "one") / "model.weights.h5", MODEL)
    write_hdf5(saved_model(tmp_path / "two") / "inner.h5", MODEL)
    assert found(tmp_path) == ["one", "two"]


def test_models_are_found_in_subfolders_in_sorted_order(tmp_path: Path) -> None:
    for name in ["b/z.keras", "b/a.keras", "a/deep/x.keras", "c.keras"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, MODEL)
    assert found(tmp_path) == ["c.keras", "a/deep/x.keras", "b/a.keras", "b/z.keras"]


@pytest.mark.parametrize("name", [".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages"])
def test_hidden_folders_and_those_of_tools_are_skipped(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    write(tmp_path / name / "a.keras", MODEL)
    assert found(tmp_path) == []


def test_hidden_files_are_skipped(tmp_path: Path) -> None:
    write(tmp_path / ".a.keras", MODEL)
    assert found(tmp_path) == []


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    write(tmp_path / "real" / "a.keras", MODEL)
    (tmp_path / "real" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path) == ["real/a.keras"]


def test_a_folder_called_like_a_model_is_searched(tmp_path: Path) -> None:
    (tmp_path / "models.keras").mkdir()
    write(tmp_path / "models.keras" / "a.keras", MODEL)
    assert found(tmp_path) == ["models.keras/a.keras"]


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["model.json", "architecture.txt", "model"])
def test_a_json_document_is_found_where_it_begins_like_a_model(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(json.dumps(MODEL), "utf-8")
    assert found(tmp_path) == [name]


def test_other_json_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "app", "config": {}}', "utf-8")
    (tmp_path / "labels.json").write_text('{"class_name": "cat"}\n{"class_name": "dog"}\n', "utf-8")
    assert found(tmp_path) == []


def test_json_that_turns_out_to_be_no_model_is_left_out(tmp_path: Path) -> None:
    """A tokenizer is serialized as models are."""
    (tmp_path / "tokenizer.json").write_text('{"class_name": "Tokenizer", "config": {}}', "utf-8")
    write(tmp_path / "model.keras", MODEL)
    assert [Path(model.path).name for model in inspect_all([str(tmp_path)]).models] == ["model.keras"]


def test_a_model_as_json_that_is_cut_off_is_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps(MODEL)[:-5], "utf-8")
    (report,) = inspect_all([str(tmp_path)]).models
    assert report.error is not None
    assert report.error.code is ErrorCode.BAD_JSON


def test_the_config_of_an_unpacked_folder_is_found_once(tmp_path: Path) -> None:
    unpacked(tmp_path / "a")
    assert found(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["a.keras", "a.H5", "model.json", "model"])
def test_a_file_that_dvc_did_not_fetch_is_found_by_its_pointer(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.dvc").write_text(f"outs:\n- path: {name}\n  size: 5\n", "utf-8")
    (tmp_path / "data.csv.dvc").write_text("outs:\n- path: data.csv\n", "utf-8")
    assert (found(tmp_path), refused(tmp_path)) == ([], {name: "dvc-pointer"})


def test_a_folder_that_dvc_did_not_fetch_is_found_since_models_may_be_in_it(tmp_path: Path) -> None:
    (tmp_path / "runs.v1.dvc").write_text("outs:\n- md5: 1.dir\n  path: runs.v1\n", "utf-8")
    assert refused(tmp_path) == {"runs.v1": "dvc-pointer"}
    (report,) = inspect_all([str(tmp_path)]).models
    assert report.error is not None
    assert report.error.message == "The folder is tracked by DVC (runs.v1.dvc) and was not fetched."
    assert report.error.hint.endswith("If no models are in it, give the paths of those that are to be inspected.")


def pipeline(project: Path, *outputs: str) -> None:
    """A project of DVC with one stage, which has these outputs."""
    (project / ".dvc").mkdir(parents=True)
    lines = "".join(f"    - path: {output}\n      size: 5\n" for output in outputs)
    (project / "dvc.lock").write_text(f"schema: '2.0'\nstages:\n  train:\n    outs:\n{lines}", "utf-8")


@pytest.mark.parametrize("at", [".", "inside"], ids=["given", "below"])
def test_what_a_pipeline_made_and_was_not_fetched_is_found(tmp_path: Path, at: str) -> None:
    pipeline(tmp_path / at, "models/a.keras", "b.h5", "c.h5", "scores.csv", ".cache/d.keras", "venv/e.keras")
    (tmp_path / at / "c.h5").touch()
    prefix = "" if at == "." else f"{at}/"
    assert refused(tmp_path) == {f"{prefix}models/a.keras": "dvc-pointer", f"{prefix}b.h5": "dvc-pointer"}
    assert found(tmp_path) == [f"{prefix}c.h5"]


def test_what_belongs_into_the_folder_according_to_a_pipeline_above_is_found(tmp_path: Path) -> None:
    """Of the folder of an output there is nothing but a .gitignore, which DVC writes."""
    pipeline(tmp_path / "project", "models/a.keras", "models/runs/b.keras", "others/c.keras", "models2/d.keras")
    models = tmp_path / "project" / "models"
    models.mkdir()
    (models / ".gitignore").write_text("/a.keras\n", "utf-8")
    assert refused(models) == {"a.keras": "dvc-pointer", "runs/b.keras": "dvc-pointer"}


def test_a_pipeline_above_the_root_of_the_project_is_another_one(tmp_path: Path) -> None:
    pipeline(tmp_path, "project/models/a.keras")
    (tmp_path / "project" / ".dvc").mkdir(parents=True)
    (tmp_path / "project" / "models").mkdir()
    assert refused(tmp_path / "project" / "models") == {}


def test_a_pipeline_cannot_name_what_lies_outside_of_the_folder(inside: Path) -> None:
    pipeline(inside, "../a.keras", "/b.keras", "s3://bucket/c.keras", "x/../../d.keras")
    assert refused(inside) == {}


def test_a_file_of_dvc_that_is_a_link_out_of_the_folder_is_not_read(inside: Path) -> None:
    pipeline(inside.parent / "out", "a.keras")
    (inside / "dvc.lock").symlink_to("../out/dvc.lock")
    (inside / "b.keras.dvc").symlink_to("../secret")
    os.mkfifo(inside.parent / "secret")  # to open it would never end
    assert (found(inside), refused(inside)) == ([], {})


@pytest.mark.parametrize("at", [".", "models"], ids=["in it", "around it"])
def test_nor_is_one_beside_another_or_in_a_folder_above(inside: Path, at: str) -> None:
    """What it lists would be shown; that it is not read is not passed over in silence."""
    pipeline(inside.parent / "out", "secret.keras", "models/secret.keras")
    (inside / ".dvc").mkdir()
    (inside / "models").mkdir()
    (inside / "dvc.yaml").write_text("stages: {}\n", "utf-8")
    (inside / "dvc.lock").symlink_to("../out/dvc.lock")
    assert refused(inside / at) == {}
    (report,) = inspect_all([str(inside / at)]).models
    assert report.error is not None
    assert "secret" not in report.error.message
    assert report.error.message.endswith("that is not read (dvc.lock, a link that leads out of its folder).")


def test_a_file_of_dvc_that_is_a_link_within_its_folder_is_read(inside: Path) -> None:
    pipeline(inside, "a.keras")
    (inside / "dvc.lock").rename(inside / "real.lock")
    (inside / "dvc.lock").symlink_to("real.lock")
    assert refused(inside) == {"a.keras": "dvc-pointer"}


@pytest.mark.parametrize("name", ["dvc.yaml", "dvc.lock", "a.keras.dvc"])
def test_a_pipe_that_is_called_as_a_file_of_dvc_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["model.json", "model", "model.keras", "saved_model.bak/saved_model", "MODEL.JSON"])
def test_a_pointer_of_git_lfs_is_found_where_a_model_may_be_called_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(LFS, "utf-8")
    assert told(tmp_path) == {name: "lfs-pointer"}


@pytest.mark.parametrize("name", ["model.json", "model", "saved_model.pb", "keras_metadata.pb"])
def test_a_link_of_git_annex_is_found_where_a_model_may_be_called_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(".git/annex/objects/Xk/0w/SHA256E-s5--abc/SHA256E-s5--abc")
    assert told(tmp_path) == {name: "annex-pointer"}


def test_a_pointer_with_another_name_is_passed_over_beside_a_model(tmp_path: Path) -> None:
    """Pictures and tables are kept in Git LFS, too."""
    (tmp_path / "photo.png").write_text(LFS, "utf-8")
    write(tmp_path / "a.keras", MODEL)
    assert found(tmp_path) == ["a.keras"]


def test_a_graph_model_of_tensorflow_js_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(TFJS_GRAPH, "utf-8")
    assert told(tmp_path) == {"model.json": "tfjs-graph-model"}


def told(folder: Path) -> dict[str, str]:
    """The code of the error of each report on a folder."""
    reports = inspect_all([str(folder)]).models
    return {_below(folder, report.path): report.error.code.value for report in reports if report.error is not None}


def test_a_file_that_dvc_fetched_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.keras.dvc").write_text("outs:\n- path: a.keras\n", "utf-8")
    write(tmp_path / "a.keras", MODEL)
    assert found(tmp_path) == ["a.keras"]


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A folder with a folder around it."""
    (tmp_path / "inside").mkdir()
    return tmp_path / "inside"


def test_a_link_that_leads_out_of_the_folder_is_named_and_not_followed(inside: Path) -> None:
    write(inside.parent / "out.keras", MODEL)
    (inside / "a.keras").symlink_to("../out.keras")
    assert (found(inside), refused(inside)) == ([], {"a.keras": "link-outside"})


def test_a_link_by_way_of_another_that_leads_out_is_named(inside: Path) -> None:
    write(inside.parent / "out.keras", MODEL)
    (inside / ".first").symlink_to("../out.keras")
    (inside / "a.keras").symlink_to(".first")
    assert refused(inside) == {"a.keras": "link-outside"}


def test_a_link_below_a_folder_whose_name_begins_alike_leads_out(inside: Path) -> None:
    (inside.parent / "inside2").mkdir()
    write(inside.parent / "inside2" / "out.keras", MODEL)
    (inside / "a.keras").symlink_to("../inside2/out.keras")
    assert refused(inside) == {"a.keras": "link-outside"}


def test_a_link_to_a_model_folder_outside_is_named(inside: Path) -> None:
    unpacked(inside.parent / "out")
    (inside / "a").symlink_to("../out")
    assert (found(inside), refused(inside)) == ([], {"a": "link-outside"})


def test_a_link_to_another_folder_outside_is_passed_over(inside: Path) -> None:
    write(inside.parent / "out.keras", MODEL)
    (inside / "a").symlink_to("..")
    assert (found(inside), refused(inside)) == ([], {})


def test_a_link_without_the_name_of_a_model_that_leads_out_is_not_opened(inside: Path) -> None:
    secret = inside.parent / "secret"
    os.mkfifo(secret)  # to open it would never end
    (inside / "a.txt").symlink_to("../secret")
    (inside / "b").symlink_to(write(inside.parent / "out.keras", MODEL))
    assert (found(inside), refused(inside)) == ([], {})


def test_a_link_that_stays_in_the_folder_is_followed(inside: Path) -> None:
    write(inside / "epoch_10.keras", MODEL)
    (inside / "best.keras").symlink_to("epoch_10.keras")
    assert found(inside) == ["best.keras", "epoch_10.keras"]


def test_the_folder_searched_may_be_a_link_itself(inside: Path) -> None:
    write(inside / "a.keras", MODEL)
    (inside / "b.keras").symlink_to("a.keras")
    (inside.parent / "link").symlink_to("inside")
    assert found(inside.parent / "link") == ["a.keras", "b.keras"]


def test_a_link_that_leads_nowhere_out_of_the_folder_is_opened_by_no_one(inside: Path) -> None:
    (inside / "a.keras").symlink_to("../.git/annex/objects/SHA256E-s5--abc/SHA256E-s5--abc")
    (report,) = inspect_all([str(inside)]).models
    assert report.error is not None
    assert report.error.code is ErrorCode.ANNEX_POINTER


def test_links_in_a_circle_end(inside: Path) -> None:
    (inside / "a.keras").symlink_to("b.keras")
    (inside / "b.keras").symlink_to("a.keras")
    (inside / "c").symlink_to("c")
    assert [model.error.code for model in inspect_all([str(inside)]).models if model.error] == [ErrorCode.LINK_LOOP] * 2


@pytest.mark.parametrize("mode", [0, 0o444], ids=["closed", "listed, but not entered"])
def test_a_folder_that_may_not_be_read_is_named(mode: int) -> None:
    with open_to_all() as place:
        write(place / "a.keras", MODEL)
        (place / "closed").mkdir()
        write(place / "closed" / "b.keras", MODEL)
        (place / "closed").chmod(mode)
        with without_rights():
            assert (found(place), refused(place)) == (["a.keras"], {"closed": "permission-denied"})
        (place / "closed").chmod(0o700)


@pytest.mark.parametrize("name", [".git", "lost+found"])
def test_a_folder_that_is_skipped_may_be_closed(name: str) -> None:
    with open_to_all() as place:
        (place / name).mkdir(mode=0)
        with without_rights():
            assert (found(place), refused(place)) == ([], {})


@pytest.mark.parametrize("mode", [0, 0o444, 0o111], ids=["closed", "listed", "entered"])
def test_a_closed_folder_that_was_given_is_not_taken_for_one_without_models(mode: int) -> None:
    with open_to_all() as place:
        (place / "closed").mkdir()
        (place / "closed").chmod(mode)
        with without_rights():
            (report,) = inspect_all([str(place / "closed")]).models
        (place / "closed").chmod(0o700)
    assert report.error is not None
    assert report.error.code is ErrorCode.PERMISSION_DENIED


@pytest.mark.parametrize("given", [1, 2])
def test_a_folder_in_which_nothing_turns_out_to_be_a_model_is_told_so(tmp_path: Path, given: int) -> None:
    """Otherwise nothing would be said, which looks as if all were well."""
    (tmp_path / "tokenizer.json").write_text('{"class_name": "Tokenizer", "config": {}}', "utf-8")
    (model,) = inspect_all([str(tmp_path)] * given).models
    assert model.error is not None
    assert model.error.code is ErrorCode.NO_MODEL_FOUND
