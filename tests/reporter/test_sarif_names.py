"""Names in the SARIF report: those that mean mischief come through harmless, and every path comes back of its URI."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from unittest import mock
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck import inspection
from logitcheck.report import ModelReport, Report
from logitcheck.reporter import places, sarif_places, sarif_report
from tests.building import Config, called, compiled, dense, functional, loss, sequential, source, tensor
from tests.reporter.reports import unreadable
from tests.reporter.sarif_reports import FLAGGED, URI_REFERENCE, WRONG, Json, inspected, quiet, repository, run_of

HOSTILE = {
    "markup": "dense[/blue][link=http://evil.example]",
    "escapes": "\x1b[31mred\x1b]8;;http://evil.example\x07",
    "newlines": "two\nlines\r\n::error::injected",
    "quotes": "\"quoted\" 'names' `and` more",
    "percent": "%0A%25 100% %s {0} {name} {{1}}",
    "spaces": " spaces  and\ttabs ",
    "scripts": "Кириллица 漢字 עברית 👍",
    "surrogates": "\ud800 alone \udcff",
    "backslashes": "back\\slash\\u0041\\n",
    "links": "[click](http://evil.example) ![image](data:x)",
    "html": "<img src=x onerror=alert(1)><script>",
    "bidi": "\u202egnp.exe\u200b",
    "paths": "a//b/../../c#d?e:f",
}


def models_with(name: str, folder: Path) -> list[ModelReport]:
    """Models with the name wherever a model or a setting has one."""
    layer = sequential(dense(name, 3, "softmax"), name=name)
    heads = [called(dense(of, 3, "softmax"), tensor("x", (None, 4))) for of in (name, "other")]
    outputs = functional([source(), *heads], {name: [name, 0, 0], "other": ["other", 0, 0]}, name=name)
    wrong: list[Config] = [compiled(layer, FLAGGED), compiled(layer, loss(name)), compiled(outputs, FLAGGED)]
    models = [inspected(folder / f"{number}.keras", model) for number, model in enumerate(wrong)]
    renamed = [dataclasses.replace(model, path=f"{folder}/{name}/{model.path[-7:]}") for model in models]
    unreadable = inspection.inspect(os.fspath(folder / "missing"))
    assert unreadable.error is not None
    error = dataclasses.replace(unreadable.error, message=name, hint=name)
    return [*renamed, quiet(models[0], name), dataclasses.replace(unreadable, path=f"{folder}/{name}", error=error)]


def texts_for_people(run: Json) -> list[str]:
    """All texts that have something of a model in them."""
    texts = [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]]
    for result in run["results"]:
        flows = result.get("codeFlows", [])
        steps = [step["location"] for flow in flows for step in flow["threadFlows"][0]["locations"]]
        texts += [result["message"]["text"], *(step["message"]["text"] for step in steps)]
        texts += [item["justification"] for item in result.get("suppressions", [])]
        for location in [*result["locations"], *steps]:
            texts += [text for logical in location["logicalLocations"] for text in logical.values()]
    return texts


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_come_through_harmless(tmp_path: Path, name: str) -> None:
    run = run_of(*models_with(name, repository(tmp_path)))
    assert {result["ruleId"] for result in run["results"]} == {"LC101", "LC403"}
    for text in texts_for_people(run):
        assert text.replace("\n", "").isprintable()
    for artifact in run["artifacts"]:
        assert URI_REFERENCE.fullmatch(artifact["location"]["uri"])


def test_only_fixes_begin_a_line(tmp_path: Path) -> None:
    for result in run_of(*models_with(HOSTILE["newlines"], tmp_path))["results"]:
        _, *fixes = result["message"]["text"].splitlines()
        assert all(fix.startswith(("Fix ", "Try: ")) for fix in fixes)


def test_names_make_no_links_and_no_placeholders(tmp_path: Path) -> None:
    for name in (HOSTILE["links"], HOSTILE["percent"]):
        for result in run_of(*models_with(name, tmp_path / str(len(name))))["results"]:
            text = result["message"]["text"]
            assert "](" not in text
            assert "{0}" not in text.replace("{{0}}", "")


def test_what_is_written_is_ascii_and_letters_of_every_script_come_back(tmp_path: Path) -> None:
    models = models_with(HOSTILE["scripts"], tmp_path)
    assert sarif_report.render(Report(models=tuple(models)), "0.1.0").isascii()
    assert HOSTILE["scripts"] in run_of(*models)["results"][0]["message"]["text"]


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_file_of_any_name_is_where_its_uri_says(tmp_path: Path, name: str) -> None:
    file = repository(tmp_path) / "models" / name.replace("/", "_").replace("\ud800", "")
    model = inspected(file, WRONG)
    (artifact,) = run_of(model)["artifacts"]
    assert (tmp_path / os.fsdecode(unquote_to_bytes(artifact["location"]["uri"]))).samefile(file)


PARTS = st.text(st.characters(exclude_characters="/\0", codec=None), min_size=1, max_size=12).filter(
    lambda part: part not in {".", ".."}
)


@settings(deadline=None)
@given(parts=st.lists(PARTS, min_size=1, max_size=4))
def test_a_uri_decodes_to_the_path_below_the_root(parts: list[str]) -> None:
    with mock.patch.object(places, "is_repository", lambda folder: folder == Path("/repository")):
        uri = uri_at(f"/repository/{'/'.join(parts)}")
    assert URI_REFERENCE.fullmatch(uri)
    assert ":" not in uri
    assert unquote_to_bytes(uri) == bytes_of("/".join(parts))


@settings(deadline=None)
@given(parts=st.lists(PARTS, min_size=1, max_size=4))
def test_the_uri_of_a_path_outside_decodes_to_the_whole_path(parts: list[str]) -> None:
    path = f"/elsewhere/{'/'.join(parts)}"
    with mock.patch.object(places, "is_repository", lambda folder: folder == Path("/repository")):
        uri = uri_at(path)
    assert URI_REFERENCE.fullmatch(uri)
    assert unquote_to_bytes(uri.removeprefix("file://")) == bytes_of(path)


@settings(deadline=None)
@given(first=PARTS, second=PARTS)
def test_two_paths_never_share_a_uri(first: str, second: str) -> None:
    shared = uri_at(f"/repository/{first}") == uri_at(f"/repository/{second}")
    assert shared == (bytes_of(first) == bytes_of(second))


def uri_at(path: str) -> str:
    """The URI of whatever is at a path."""
    return sarif_places.of(unreadable(path=path)).uri


def bytes_of(path: str) -> bytes:
    """The bytes of a path, also of one that no file system can have."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("given_path", ["models/a.keras", "./models/a.keras", "models/../models//a.keras"])
def test_a_path_is_the_same_however_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_path: str
) -> None:
    monkeypatch.chdir(repository(tmp_path))
    assert uri_at(given_path) == "models/a.keras"


def test_it_is_the_same_from_a_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository(tmp_path) / "models").mkdir()
    monkeypatch.chdir(tmp_path / "models")
    assert uri_at("a.keras") == uri_at(f"{tmp_path}/models/a.keras") == "models/a.keras"


def test_a_worktree_has_a_file_where_a_repository_has_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    assert uri_at(f"{tmp_path}/a.keras") == "a.keras"


def test_a_link_is_where_it_was_found(tmp_path: Path) -> None:
    (repository(tmp_path / "repository") / "linked").symlink_to(tmp_path)
    assert uri_at(f"{tmp_path}/repository/linked/a.keras") == "linked/a.keras"


def test_a_path_that_no_system_takes_has_a_uri(tmp_path: Path) -> None:
    assert uri_at(f"{repository(tmp_path)}/nothing\0in/{'x' * 5000}").startswith("nothing%00in/xxx")


def test_the_root_itself_has_a_uri(tmp_path: Path) -> None:
    assert uri_at(str(repository(tmp_path))) == f"file://{tmp_path}"


def test_without_a_repository_the_current_folder_is_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "is_repository", lambda _: False)
    monkeypatch.chdir(tmp_path)
    assert uri_at("a.keras") == "a.keras"
    assert uri_at("../a.keras") == f"file://{tmp_path.parent}/a.keras"
