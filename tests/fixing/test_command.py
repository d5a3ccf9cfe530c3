"""The command `fix` as it is typed: what it prints where, and its exit statuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import logitcheck
from logitcheck.reporter import fix_json
from tests.building import called, compiled, custom, dense, functional, loss, sequential, source, tensor, write
from tests.fixing.making import BINARY, CATEGORICAL, SPARSE, hdf5, head, keras, settings_of
from tests.rules.said_of_graphs import CASES
from tests.test_cli import SAMPLES, run


def partly(folder: Path) -> Path:
    """A model with one loss that can be mended and one that cannot."""
    x = tensor("x", (None, 4))
    layers = [source(), called(dense("a", 1), x), called(dense("b", 3, "sigmoid"), x)]
    return keras(folder, functional(layers, [["a", 0, 0], ["b", 0, 0]]), [BINARY, CATEGORICAL])


def undetermined(folder: Path) -> Path:
    return write(folder / "model.keras", compiled(sequential(custom("Head", "head")), CATEGORICAL))


def joined(text: str) -> str:
    """Text without its line breaks, which come where paths of temporary folders are long."""
    return " ".join(text.split())


class TestExitStatus:
    @pytest.mark.parametrize("how", [["-o", "fixed.keras"], ["--in-place"], ["--diff"]], ids=" ".join)
    @pytest.mark.parametrize("output_format", ["text", "json"])
    def test_is_the_same_however_it_is_asked_for(self, tmp_path: Path, how: list[str], output_format: str) -> None:
        place = [str(tmp_path / word) if word == "fixed.keras" else word for word in how]
        for make, status in (
            (lambda: keras(tmp_path, head(), SPARSE), 0),
            (lambda: keras(tmp_path, head(3, "softmax"), SPARSE), 0),
            (lambda: partly(tmp_path), 1),
            (lambda: keras(tmp_path, head(3, "sigmoid"), CATEGORICAL), 2),
            (lambda: undetermined(tmp_path), 2),
        ):
            done = run("fix", str(make()), *place, "--format", output_format)
            assert done.returncode == status, done.stdout + done.stderr
            for extra in ("fixed.keras", "model.keras.bak"):
                (tmp_path / extra).unlink(missing_ok=True)

    def test_is_2_for_an_input_that_cannot_be_read(self, tmp_path: Path) -> None:
        done = run("fix", str(tmp_path / "missing.keras"), "--diff")
        assert done.returncode == 2
        assert done.stdout == ""
        assert "UNREADABLE" in done.stderr

    def test_is_2_for_a_folder_of_models(self, tmp_path: Path) -> None:
        keras(tmp_path, head(), SPARSE)
        assert run("fix", str(tmp_path), "--in-place").returncode == 2

    @pytest.mark.parametrize("how", [[], ["--diff", "--in-place"], ["-o", "x", "--in-place"]], ids=" ".join)
    def test_is_2_unless_it_is_said_where_the_result_goes(self, tmp_path: Path, how: list[str]) -> None:
        done = run("fix", str(keras(tmp_path, head(), SPARSE)), *how)
        assert done.returncode == 2
        assert "-o FIXED, --in-place and --diff" in done.stderr

    def test_is_2_for_a_result_that_cannot_be_written(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(), SPARSE)
        done = run("fix", str(path), "-o", str(tmp_path / "none" / "x.keras"))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"logitcheck: There is no folder {tmp_path / 'none'} to write into.\n"

    def test_is_2_for_settings_that_cannot_be_followed(self, tmp_path: Path) -> None:
        done = run("fix", str(keras(tmp_path, head(), SPARSE)), "--diff", "--select", "LC999")
        assert done.returncode == 2
        assert "--select" in done.stderr


class TestDiff:
    def test_is_alone_on_standard_output_and_applies(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(), SPARSE)
        before = path.read_bytes()
        done = run("fix", str(path), "--diff")
        assert done.stdout.startswith(f"--- {path}: compile settings\n+++ {path}: compile settings\n@@")
        assert '\n-  "loss": "sparse_categorical_crossentropy",\n' in done.stdout
        assert '\n+      "from_logits": true\n' in done.stdout
        assert "would be fixed; nothing was written" in joined(done.stderr)
        assert path.read_bytes() == before

    def test_of_a_model_that_is_right_is_empty(self, tmp_path: Path) -> None:
        done = run("fix", str(keras(tmp_path, head(3, "softmax"), SPARSE)), "--diff")
        assert (done.returncode, done.stdout) == (0, "")
        assert "nothing to fix; nothing was written" in done.stderr

    def test_of_a_file_whose_name_breaks_lines_keeps_its_header_whole(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(), SPARSE).rename(tmp_path / "a\n+++ b.keras")
        done = run("fix", str(path), "--diff")
        first, second, third = done.stdout.splitlines()[:3]
        assert first.startswith("--- ")
        assert first.endswith(r"a\n+++ b.keras: compile settings")
        assert second == first.replace("---", "+++", 1)
        assert third.startswith("@@")

    def test_has_no_colours_where_it_is_kept(self, tmp_path: Path) -> None:
        """CI services set FORCE_COLOR for everybody; a diff with colours applies to nothing."""
        assert "\x1b" not in run("fix", str(keras(tmp_path, head(), SPARSE)), "--diff", FORCE_COLOR="1").stdout

    def test_names_from_files_reach_no_terminal_as_they_are(self, tmp_path: Path) -> None:
        wrong = loss("BinaryCrossentropy", from_logits=False, name="\x1b[31m::error::\u202e")
        path = keras(tmp_path, head(1), wrong)
        for how in ("--diff", "--in-place"):
            done = run("fix", str(path), how)
            assert done.returncode == 0
            assert "\x1b" not in done.stdout + done.stderr
            assert "\u202e" not in done.stdout + done.stderr


class TestText:
    def test_says_what_changed_and_what_becomes_of_weights(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(), SPARSE)
        done = run("fix", str(path), "--in-place")
        said = joined(done.stdout)
        assert said.startswith(f"{path}: fixed, in place; the old file is {path}.bak LC102 output 'head': loss: ")
        assert '"sparse_categorical_crossentropy" -> SparseCategoricalCrossentropy(name=' in said
        assert ", from_logits=true) Train again: weights" in said

    def test_says_what_is_left_why_and_what_a_person_can_do(self, tmp_path: Path) -> None:
        path = partly(tmp_path)
        done = run("fix", str(path), "-o", str(tmp_path / "fixed.keras"))
        said = joined(done.stdout)
        assert f"{path}: PARTLY FIXED, and written to {tmp_path / 'fixed.keras'}" in said
        assert "Left as it is: LC108 output 'b': whether the classes exclude each other is known to you alone" in said
        assert "You can A" in said

    def test_names_several_outputs_and_notes(self, tmp_path: Path) -> None:
        x = tensor("x", (None, 4))
        layers = [source(), called(dense("a", 1), x), called(dense("b", 1), x)]
        path = keras(tmp_path, functional(layers, [["a", 0, 0], ["b", 0, 0]]), BINARY)
        (tmp_path / "link.keras").symlink_to(path.name)
        done = run("fix", str(tmp_path / "link.keras"), "--in-place", "--no-backup")
        said = joined(done.stdout)
        assert "outputs 'a', 'b': loss:" in said
        assert "in place; no backup was made" in said
        assert f"Note: {tmp_path / 'link.keras'} is a link and stays one" in said

    def test_says_once_what_becomes_of_weights_where_it_is_the_same(self, tmp_path: Path) -> None:
        precision = {"class_name": "Precision", "module": "keras.metrics", "config": {"thresholds": None}}
        metrics = ["accuracy", precision]
        path = keras(tmp_path, head(1), loss("BinaryCrossentropy", from_logits=True), metrics=metrics)
        said = joined(run("fix", str(path), "--in-place").stdout)
        assert "LC201 output 'head': metrics[0]: \"accuracy\" -> BinaryAccuracy(" in said
        assert "LC201 output 'head': Precision, metrics[1].config.thresholds: not set -> 0.0" in said
        assert said.count("Training and weights are not affected") == 1

    def test_says_that_a_model_with_nothing_to_fix_is_not_copied(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(3, "softmax"), SPARSE)
        done = run("fix", str(path), "-o", str(tmp_path / "fixed.keras"))
        assert joined(done.stdout) == f"{path}: nothing to fix; nothing was written"

    def test_is_what_python_prints(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(), SPARSE)
        said = joined(str(logitcheck.fix(path)))
        assert said.startswith(f"{path}: would be fixed; nothing was written LC102")

    def test_names_flags_where_a_function_is_known_by_name(self, tmp_path: Path) -> None:
        path = hdf5(tmp_path, head(), SPARSE)
        assert "--assume-keras" in joined(run("fix", str(path), "--diff").stderr)
        assert run("fix", str(path), "--in-place", "--assume-keras").returncode == 0


def test_json_says_all_of_it(tmp_path: Path) -> None:
    path = partly(tmp_path)
    done = run("fix", str(path), "--in-place", "--backup", ".old", "--format", "json")
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["schema_version"] == 1
    assert (said["path"], said["status"], said["output"]) == (str(path), "partly_fixed", str(path))
    assert said["backup"] == f"{path}.old"
    (change,) = said["changes"]
    assert (change["code"], change["outputs"], change["place"]) == ("LC102", ["a"], ["loss", 0])
    assert (change["before"], change["weights"]) == (BINARY, "retrain")
    (refusal,) = said["refusals"]
    assert (refusal["code"], refusal["output"]) == ("LC108", "b")
    assert said["before"]["outcome"] == said["after"]["outcome"] == "mismatch"
    assert [finding["code"] for finding in said["before"]["findings"]] == ["LC102", "LC108"]
    assert [finding["code"] for finding in said["after"]["findings"]] == ["LC108", "LC401"]
    assert said["diff"].startswith("---")
    assert settings_of(path)["loss"][0] == change["after"]


SCHEMA = json.loads((Path(fix_json.__file__).parent / "fix.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("how", ["--diff", "--in-place"])
@pytest.mark.parametrize(
    ("made", "status"),
    [
        (lambda folder: keras(folder, head(), SPARSE), "fixed"),
        (partly, "partly_fixed"),
        (lambda folder: keras(folder, head(3, "softmax"), SPARSE), "nothing_to_fix"),
        (undetermined, "refused"),
        (lambda folder: folder / "missing.keras", "unreadable"),
    ],
    ids=["fixed", "partly_fixed", "nothing_to_fix", "refused", "unreadable"],
)
def test_json_is_as_its_schema_says(made: Callable[[Path], Path], status: str, how: str, tmp_path: Path) -> None:
    said = json.loads(run("fix", str(made(tmp_path)), how, "--format", "json").stdout)
    jsonschema.validate(said, SCHEMA, jsonschema.Draft202012Validator)
    assert said["status"] == status
    assert (said["output"] is not None) is (how == "--in-place" and status in {"fixed", "partly_fixed"})


def test_json_says_why_nothing_was_written(tmp_path: Path) -> None:
    path = keras(tmp_path, head(), SPARSE)
    (tmp_path / "there.keras").touch()
    done = run("fix", str(path), "-o", str(tmp_path / "there.keras"), "--format", "json")
    said = json.loads(done.stdout)
    jsonschema.validate(said, SCHEMA, jsonschema.Draft202012Validator)
    assert (done.returncode, said["status"], said["output"]) == (2, "not_written", None)
    assert said["problem"] in done.stderr
    assert "is there already" in said["problem"]
    assert [change["code"] for change in said["changes"]] == ["LC102"]


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--diff", "--in-place"],
        ["--in-place", "--backup", ".old", "--no-backup"],
        ["-o", "new.keras", "--backup", ".old"],
        ["--diff", "--no-backup"],
        ["--in-place", "--force"],
        ["-o", "-"],
    ],
    ids=" ".join,
)
def test_options_that_contradict_each_other_are_wrong_usage(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keras(tmp_path, head(), SPARSE)
    monkeypatch.chdir(tmp_path)
    done = run("fix", str(path), *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert list(tmp_path.iterdir()) == [path]


class TestSettings:
    def test_keep_quiet_what_is_there_on_purpose(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(), SPARSE)
        (tmp_path / "logitcheck.toml").write_text("ignore = ['LC102']\n")
        done = run("fix", str(path), "--diff")
        assert (done.returncode, done.stdout) == (0, "")
        assert "Kept quiet" in done.stderr
        assert run("fix", str(path), "--diff", "--isolated").stdout != ""

    @pytest.mark.parametrize(
        ("settings", "options", "why"),
        [
            ("", ["--select", "LC2"], "its rule is not selected."),
            ("", ["--ignore", "LC1"], "ignored by ignore."),
            ('ignore = { LC102 = "is ranked only" }', [], "ignored by ignore: is ranked only."),
            ('per-file-ignores = { "*.keras" = ["LC102"] }', [], "ignored by per-file-ignores."),
        ],
        ids=["not selected", "ignored", "ignored with a reason", "ignored in a file"],
    )
    def test_what_they_keep_quiet_is_left_for_that_reason(
        self, settings: str, options: list[str], why: str, tmp_path: Path
    ) -> None:
        path = keras(tmp_path, head(), SPARSE)
        (tmp_path / "logitcheck.toml").write_text(settings)
        done = run("fix", str(path), "--diff", *options)
        assert joined(done.stderr).endswith(f"LC102 output 'head': {why}")

    def test_say_what_layers_of_ones_own_put_out(self, tmp_path: Path) -> None:
        path = write(tmp_path / "model.keras", compiled(sequential(custom("Head", "head")), BINARY))
        assert run("fix", str(path), "--in-place").returncode == 2
        (tmp_path / "logitcheck.toml").write_text("[layers]\n'mine>Head' = 'logits'\n")
        assert run("fix", str(path), "--in-place").returncode == 0
        assert settings_of(path)["loss"]["config"]["from_logits"] is True

    def test_select_what_is_fixed(self, tmp_path: Path) -> None:
        path = keras(tmp_path, head(1), BINARY, metrics=["accuracy"])
        run("fix", str(path), "--in-place", "--select", "LC1")
        assert settings_of(path)["metrics"] == ["accuracy"]
        assert settings_of(path)["loss"]["class_name"] == "BinaryCrossentropy"


class TestOtherContainers:
    def test_a_saved_model_is_refused_with_the_reason(self) -> None:
        path = SAMPLES.parent / "tests" / "data" / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"
        done = run("fix", str(path), "--diff")
        assert done.returncode == 2
        assert "graphs that were traced with them" in joined(done.stderr)

    @pytest.mark.parametrize(
        ("case", "said"),
        [
            ("exported softmax", "exported for serving, and holds no compile settings"),
            ("a graph without an end", "traced with them"),
        ],
        ids=["exported", "undetermined"],
    )
    def test_a_graph_is_refused_with_the_reason(self, tmp_path: Path, case: str, said: str) -> None:
        report = CASES[case].report(tmp_path)
        done = run("fix", report.path, "--diff")
        assert done.returncode == 2
        assert said in joined(done.stderr)

    def test_a_model_of_tensorflow_js_is_refused_with_the_reason(self, tmp_path: Path) -> None:
        path = tmp_path / "model.json"
        topology = {"model_config": head(), "training_config": {"loss": SPARSE}, "keras_version": "2.15.0"}
        path.write_text(json.dumps({"format": "layers-model", "modelTopology": topology}))
        done = run("fix", str(path), "--diff")
        assert done.returncode == 2
        assert "TensorFlow.js" in done.stderr

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
    def test_json_in_another_encoding_is_refused(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "model.json"
        path.write_text(json.dumps(compiled(head(), SPARSE)), encoding)
        done = run("fix", str(path), "--in-place")
        assert done.returncode == 2
        assert "another encoding" in joined(done.stdout)

    def test_json_changes_in_one_span_only(self, tmp_path: Path) -> None:
        text = json.dumps(compiled(head(3, "softmax"), loss("CategoricalCrossentropy", from_logits=True)), indent=3)
        path = tmp_path / "model.json"
        path.write_text(text)
        assert run("fix", str(path), "--in-place").returncode == 0
        assert path.read_text() == text.replace('"from_logits": true', '"from_logits": false')


def test_nothing_heavy_is_imported_for_an_archive(tmp_path: Path) -> None:
    path = keras(tmp_path, head(), SPARSE)
    code = (
        f"import sys; sys.argv = ['logitcheck', 'fix', {str(path)!r}, '--in-place']\nfrom logitcheck.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.stderr.write(' '.join(n for n in ('h5py', 'numpy', 'rich', 'tensorflow') if n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_help_teaches_by_example() -> None:
    shown = run("fix", "--help").stdout
    assert "logitcheck fix model.keras -o fixed.keras" in shown
    assert "Exit status" in shown
    assert "fix" in run("--help").stdout
