"""What is read of the files of DVC; the texts without a remark are such as DVC 3.67 wrote."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from logitcheck.loader.dvc_files import LARGEST, Listing, Output, of_pipeline, of_pointer

POINTER = """\
outs:
- md5: 11f9281acb676ae07ae93d86c4ae7fff
  size: 18493
  hash: md5
  path: {}
"""
FOLDER = """\
outs:
- md5: 0f8536975097d5d97707534069623570.dir
  size: 36986
  nfiles: 2
  hash: md5
  path: whole
"""
LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: mkdir -p models && cp base.keras models/model.keras && echo '{}' >
      metrics.json && cp -r whole out_dir && echo 1 > sav
    deps:
    - path: base.keras
      hash: md5
      md5: 11f9281acb676ae07ae93d86c4ae7fff
      size: 18493
    outs:
    - path: metrics.json
      hash: md5
      md5: 8a80554c91d9fca8acb82f023de02f11
      size: 3
    - path: models/model.keras
      hash: md5
      md5: 11f9281acb676ae07ae93d86c4ae7fff
      size: 18493
    - path: out_dir
      hash: md5
      md5: 0f8536975097d5d97707534069623570.dir
      size: 36986
      nfiles: 2
  wd:
    cmd: cp ../base.keras "very long name of a model that goes on and on so that
      yaml folds the line somewhere 0123456789.keras"
    outs:
    - path: very long name of a model that goes on and on so that yaml folds the
        line somewhere 0123456789.keras
      hash: md5
      md5: 11f9281acb676ae07ae93d86c4ae7fff
      size: 18493
  each@p:
    cmd: cp base.keras models/each_p.h5
    outs:
    - path: models/each_p.h5
      hash: md5
      md5: 11f9281acb676ae07ae93d86c4ae7fff
      size: 18493
"""
WRITTEN = """\
# by hand
vars:
  - names: [p, q]
stages:
  train:
    cmd: |
      python train.py
      outs:
      - shell.keras
    outs:
      - models/model.keras
      - out_dir:
          cache: true
    metrics:
      - metrics.json:
          cache: true
  wd:
    wdir: sub dir
    cmd: [a, b]
    outs: ["flow.keras"]
  each:
    foreach: ${names}
    do:
      cmd: cp base.keras models/each_${item}.h5
      outs:
      - models/each_${item}.h5
  never:
    cmd: cp base.keras models/never.keras
    outs:
    - models/never.keras   # not run yet
    - "quoted: #1.keras"
    - 'it''s.h5':
        persist: true
"""


def listing(folder: Path, written: str | None, locked: str | None = None) -> Listing:
    """What is read of the pipeline in a folder."""
    for name, text in (("dvc.yaml", written), ("dvc.lock", locked)):
        if text is not None:
            (folder / name).write_text(text, "utf-8")
    return of_pipeline(folder)


def pointer(folder: Path, text: str | bytes) -> Output:
    """What is read of `a.keras.dvc`."""
    (folder / "a.keras.dvc").write_bytes(text if isinstance(text, bytes) else text.encode())
    (output,) = of_pointer(folder / "a.keras.dvc").outputs
    return output


def stage(*lines: str) -> str:
    """A pipeline of one stage, written by hand."""
    return "\n".join(["stages:", "  s:", *(f"    {line}" for line in lines), ""])


def paths(found: Listing) -> list[str]:
    return [output.path for output in found.outputs]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("b.keras", "b.keras"),
        ('"we ird: #\'1.keras"', "we ird: #'1.keras"),
        ("'it''s: x'", "it's: x"),
        ("é.h5", "é.h5"),
    ],
)
def test_a_pointer_names_its_output(tmp_path: Path, written: str, expected: str) -> None:
    assert pointer(tmp_path, POINTER.format(written)) == Output(
        path=expected, source="a.keras.dvc", size=18_493, is_folder=False
    )


def test_the_address_of_an_output_on_another_machine_stays_as_it_is(tmp_path: Path) -> None:
    assert pointer(tmp_path, "wdir: b\n" + POINTER.format("s3://bucket/c.keras")).path == "s3://bucket/c.keras"


def test_a_pointer_to_a_folder_is_told_from_one_to_a_file(tmp_path: Path) -> None:
    assert pointer(tmp_path, FOLDER) == Output(path="whole", source="a.keras.dvc", size=36_986, is_folder=True)


def test_the_path_is_from_the_working_folder(tmp_path: Path) -> None:
    assert pointer(tmp_path, "wdir: ../b\n" + POINTER.format("c.keras")).path == "../b/c.keras"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "outs:",
        "outs: []",
        "outs:\n- md5: 1\n",
        "outs:\n- path: [1]\n",
        "outs:\n- path: ${x}\n",
        'outs:\n- path: "a\n',
        'outs:\n- path: "\\x41"\n',
        "outs:\n  path: x\n",
        "\tx",
        b"outs:\n- path: \xff\n",
        b"#" * (LARGEST + 1),
        "<html>",
    ],
    ids=lambda text: repr(text)[:30],
)
def test_a_pointer_that_is_not_understood_stands_for_what_it_is_called_after(tmp_path: Path, text: str | bytes) -> None:
    assert pointer(tmp_path, text) == Output(path="a.keras", source="a.keras.dvc")


def test_a_pipeline_is_what_was_made_and_what_was_not_yet(tmp_path: Path) -> None:
    long = "very long name of a model that goes on and on so that yaml folds the line somewhere 0123456789.keras"
    found = listing(tmp_path, WRITTEN, LOCK)
    locked = {"source": "dvc.lock", "is_folder": False, "size": 18_493}
    written = {"source": "dvc.yaml", "stage": "never", "is_made": False}
    assert found.outputs == (
        Output(path="models/model.keras", stage="train", **locked),
        Output(path="out_dir", stage="train", **{**locked, "is_folder": True, "size": 36_986}),
        Output(path=f"sub dir/{long}", stage="wd", **locked),
        Output(path="models/each_p.h5", stage="each@p", **locked),
        Output(path="models/never.keras", **written),
        Output(path="quoted: #1.keras", **written),
        Output(path="it's.h5", **written),
    )
    assert found.unread is None


def test_without_the_stages_as_written_those_that_were_made_are_read(tmp_path: Path) -> None:
    assert paths(listing(tmp_path, None, LOCK))[:2] == ["metrics.json", "models/model.keras"]


def test_of_stages_as_written_those_that_are_made_for_each_of_several_are_not_read(tmp_path: Path) -> None:
    found = listing(tmp_path, WRITTEN.replace('outs: ["flow.keras"]', "outs:\n    - x.keras"))
    assert paths(found) == [
        "models/model.keras",
        "out_dir",
        "sub dir/x.keras",
        "models/never.keras",
        "quoted: #1.keras",
        "it's.h5",
    ]
    assert found.unread == "dvc.yaml, line 27"


@pytest.mark.parametrize(
    "lines",
    [
        ("outs: [a.keras, b.keras]",),
        ("outs: *others",),
        ("outs:", "- {a.keras: {cache: true}}"),
        ("outs:", "- ${name}.keras"),
        ("outs:", "- &anchor a.keras"),
        ("outs:", "-"),
        ("outs:", "- a: b"),
        ("outs:", "  a.keras"),
        ("outs:", "- 'a.keras"),
        ("wdir: ${place}", "outs:", "- a.keras"),
        ("cmd: x", "<<: *defaults", "just words"),
    ],
    ids=" / ".join,
)
def test_what_is_written_otherwise_is_counted_as_unread(tmp_path: Path, lines: tuple[str, ...]) -> None:
    found = listing(tmp_path, stage(*lines))
    assert paths(found) == []
    assert found.unread is not None
    assert found.unread.startswith("dvc.yaml, line ")


def test_one_stage_that_is_not_understood_takes_no_other_away(tmp_path: Path) -> None:
    found = listing(tmp_path, "stages:\n  a:\n    outs: [x]\n  b:\n    outs:\n    - b.keras\n")
    assert (paths(found), found.unread) == (["b.keras"], "dvc.yaml, line 3")


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=repr)
@pytest.mark.parametrize("indent", ["", "  "], ids=["as the key", "below it"])
def test_lists_may_be_indented_or_not(tmp_path: Path, indent: str, end: str) -> None:
    text = stage("outs:", f"{indent}- a.keras", "", f"{indent}- b.keras", "cmd: x").replace("\n", end)
    assert paths(listing(tmp_path, "---" + end + text)) == ["a.keras", "b.keras"]


def test_a_pipeline_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert listing(tmp_path, None) == Listing()


def test_a_pipeline_without_stages_lists_nothing(tmp_path: Path) -> None:
    assert listing(tmp_path, "metrics:\n- metrics.json\n", "schema: '2.0'\n") == Listing()


@pytest.mark.parametrize(
    "text",
    [" " * 500_000 + "x", "a: " + "b" * 500_000, "a" * 500_000, '"' * 500_000, ("- " * 250_000), "a:b#" * 200_000],
)
def test_no_line_takes_long(tmp_path: Path, text: str) -> None:
    """What is tried anew at each letter of a long line would take minutes."""
    start = time.process_time()
    listing(tmp_path, stage("outs:", f"- {text}", text), stage("outs:", f"- path: {text}", f"  {text}"))
    assert time.process_time() - start < 1


def test_a_name_longer_than_any_is_not_read(tmp_path: Path) -> None:
    """It would be shown."""
    assert listing(tmp_path, stage("outs:", f"- {'a' * 2000}.keras")).unread == "dvc.yaml, line 4"
    assert paths(listing(tmp_path, stage("outs:", f"- {'a' * 900}.keras"))) == [f"{'a' * 900}.keras"]


def test_a_file_larger_than_any_is_not_read(tmp_path: Path) -> None:
    assert listing(tmp_path, "#" * (LARGEST + 1)).unread == "dvc.yaml, line 1"
