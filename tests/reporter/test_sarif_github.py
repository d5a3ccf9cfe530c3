"""What GitHub demands of a SARIF file, each demand a test: a file that breaks one is refused, or shown as nothing.

The demands are those that GitHub documents as "SARIF support for code scanning", those of the action that uploads
(github/codeql-action), and the rules GH1001 to GH1007 of microsoft/sarif-sdk.
"""

from __future__ import annotations

import dataclasses
import gzip
import re
import zipfile
from pathlib import Path

import pytest

from logitcheck import inspection
from logitcheck.report import ModelReport, Report, Severity
from logitcheck.reporter import sarif_report
from tests.building import Config, compiled, dense, loss, sequential, write
from tests.reporter.sarif_reports import FLAGGED, RIGHT, WRONG, Json, inspected, quiet, repository, run_of, uri_of
from tests.reporter.test_golden import SAMPLES

TAG = re.compile(r"</?[A-Za-z]")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """The run over all samples, and over a model that was asked to be quiet, one outside, and one that is none."""
    root, outside = repository(tmp_path_factory.mktemp("repository")), tmp_path_factory.mktemp("outside")
    (root / "empty.h5").touch()
    models = [inspection.inspect(path) for path in (*SAMPLES, root / "empty.h5")]
    models += [quiet(inspected(root / "quiet.keras", WRONG), "known")]
    return run_of(*models, inspected(root / "wrong.keras", WRONG), inspected(outside / "wrong.keras", WRONG))


def rules(run: Json) -> list[Json]:
    described: list[Json] = run["tool"]["driver"]["rules"]
    return described


def steps(result: Json) -> list[Json]:
    flows = result.get("codeFlows", [])
    return [step for flow in flows for thread in flow["threadFlows"] for step in thread["locations"]]


def test_the_file_names_the_schema_and_the_version_it_takes() -> None:
    document = sarif_report.document(Report(models=()), "0.1.0")
    assert (document["$schema"], document["version"]) == ("https://json.schemastore.org/sarif-2.1.0.json", "2.1.0")


def test_there_is_one_run() -> None:
    """More than one of a tool and category is refused."""
    assert len(sarif_report.document(Report(models=()), "0.1.0")["runs"]) == 1


def test_the_tool_has_a_name_and_a_semantic_version(run: Json) -> None:
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("logitcheck", "0.1.0")
    assert driver["informationUri"] == "https://github.com/logitcheck/logitcheck"


def test_the_category_is_left_to_whoever_uploads_it(run: Json) -> None:
    """The `category` of the upload action counts only where the file has none."""
    assert "automationDetails" not in run


def test_every_rule_has_a_name_of_at_most_255_letters(run: Json) -> None:
    assert all(0 < len(rule["name"]) <= 255 for rule in rules(run))


@pytest.mark.parametrize("field", ["shortDescription", "fullDescription"])
def test_every_rule_has_descriptions_of_at_most_1024_letters(run: Json, field: str) -> None:
    assert all(0 < len(rule[field]["text"]) <= 1024 for rule in rules(run))


def test_every_rule_has_help_as_text_and_as_markdown(run: Json) -> None:
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules(run))


def test_help_has_no_html(run: Json) -> None:
    """SARIF forbids it (3.11.4.2)."""
    assert not [rule["id"] for rule in rules(run) if TAG.search(rule["help"]["markdown"])]


def test_every_rule_has_an_absolute_help_address(run: Json) -> None:
    assert all(rule["helpUri"].startswith("https://") for rule in rules(run))


def test_every_rule_has_a_level(run: Json) -> None:
    assert {rule["defaultConfiguration"]["level"] for rule in rules(run)} == {"error", "warning", "note"}


def test_every_rule_has_a_precision_and_a_severity_github_knows(run: Json) -> None:
    assert {rule["properties"]["precision"] for rule in rules(run)} <= {"very-high", "high", "medium", "low"}
    severities = {rule["properties"]["problem.severity"] for rule in rules(run)}
    assert severities == {"error", "warning", "recommendation"}


def test_no_rule_has_more_tags_than_are_shown(run: Json) -> None:
    """20 are taken, 10 of them shown."""
    assert all(0 < len(rule["properties"]["tags"]) <= 10 for rule in rules(run))


def test_no_rule_counts_as_a_vulnerability(run: Json) -> None:
    for rule in rules(run):
        assert "security-severity" not in rule["properties"]
        assert "security" not in rule["properties"]["tags"]


def test_every_rule_has_an_identifier_of_its_own(run: Json) -> None:
    identifiers = [rule["id"] for rule in rules(run)]
    assert len(set(identifiers)) == len(identifiers)


def test_there_are_results_to_look_at(run: Json) -> None:
    assert len({result["ruleId"] for result in run["results"]}) >= 8


def test_no_result_is_without_a_location(run: Json) -> None:
    """The whole file is refused if one is."""
    assert all(len(result["locations"]) == 1 for result in run["results"])


def test_every_location_has_a_line(run: Json) -> None:
    for result in run["results"]:
        for location in [*result["locations"], *(step["location"] for step in steps(result))]:
            assert location["physicalLocation"]["region"] == {"startLine": 1}


def test_every_uri_is_relative_to_the_root_of_the_repository(run: Json) -> None:
    uris = [uri_of(result) for result in run["results"]]
    assert "wrong.keras" in uris
    for uri in uris:
        assert not uri.startswith(("/", ".", "\\"))
        assert ".." not in uri.split("/")


def test_only_files_outside_have_an_absolute_uri_with_the_scheme_of_the_checkout(run: Json) -> None:
    """Any other scheme than that of the checkout, `file`, has the whole file refused (github/codeql-action#754)."""
    schemes = [uri.partition(":")[0] for uri in map(uri_of, run["results"]) if ":" in uri]
    assert schemes == ["file"]


def test_only_relative_uris_have_a_base(run: Json) -> None:
    for result in run["results"]:
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location.get("uriBaseId") == (None if ":" in location["uri"] else "%SRCROOT%")


def test_the_index_of_a_rule_agrees_with_its_identifier(run: Json) -> None:
    assert all(rules(run)[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_every_result_has_a_message_that_begins_with_a_sentence(run: Json) -> None:
    """The first one is the title of the alert."""
    for result in run["results"]:
        first = result["message"]["text"].splitlines()[0]
        assert first[0].isupper()
        assert first.endswith(".")


def test_every_step_of_a_flow_is_written_where_it_is_and_says_something(run: Json) -> None:
    """References into `run.threadFlowLocations` are not followed (GH1002)."""
    all_steps = [step for result in run["results"] for step in steps(result)]
    assert all(step["location"]["message"]["text"] and "index" not in step for step in all_steps)


def test_no_flow_has_more_steps_than_are_shown(run: Json) -> None:
    assert max(len(steps(result)) for result in run["results"]) <= 1000


def test_every_result_has_the_fingerprint_that_github_reads(run: Json) -> None:
    """Else the upload makes one of the first line of the file, which is another after training again."""
    for result in run["results"]:
        assert re.fullmatch(r"[0-9a-f]{32}:1", result["partialFingerprints"]["primaryLocationLineHash"])


def key(result: Json) -> tuple[str, str, str]:
    """What GitHub knows an alert by."""
    return uri_of(result), result["ruleId"], result["partialFingerprints"]["primaryLocationLineHash"]


def test_no_two_results_are_taken_for_one(run: Json) -> None:
    keys = [key(result) for result in run["results"]]
    assert len(set(keys)) == len(keys)


def test_equal_findings_of_one_file_are_numbered(tmp_path: Path) -> None:
    model = inspected(repository(tmp_path) / "wrong.keras", WRONG)
    results = run_of(dataclasses.replace(model, findings=model.findings * 2))["results"]
    assert [key(result)[2].partition(":")[2] for result in results] == ["1", "2"]


def retrained(path: Path, model: Config, weights: bytes) -> ModelReport:
    """What is said of a model that was saved with these weights."""
    write(path, model)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model.weights.h5", weights)
    return inspection.inspect(path)


def wrong(first: str, last: str, given: Config = FLAGGED, units: int = 3) -> Config:
    return compiled(sequential(dense(first, 8, "relu"), dense(last, units, "softmax")), given)


def test_a_model_trained_again_makes_no_new_alert(tmp_path: Path) -> None:
    """Its weights are others, and Keras counted on when it named the layers."""
    path = repository(tmp_path) / "wrong.keras"
    before = retrained(path, wrong("dense", "dense_1"), b"some weights")
    after = retrained(path, wrong("dense_16", "dense_17"), b"other weights, and more of them")
    assert before.findings[0].layer != after.findings[0].layer
    assert [*map(key, run_of(before)["results"])] == [*map(key, run_of(after)["results"])]


@pytest.mark.parametrize(
    "changed",
    [wrong("dense", "scores"), wrong("dense", "dense_1", loss("CategoricalFocalCrossentropy", from_logits=True))],
    ids=["layer", "loss"],
)
def test_another_model_in_its_place_makes_a_new_alert(tmp_path: Path, changed: Config) -> None:
    path = repository(tmp_path) / "wrong.keras"
    before, after = inspected(path, wrong("dense", "dense_1")), inspected(path, changed)
    assert not {*map(key, run_of(before)["results"])} & {*map(key, run_of(after)["results"])}


def test_what_is_said_in_other_words_makes_no_new_alert(tmp_path: Path) -> None:
    model = inspected(repository(tmp_path) / "wrong.keras", WRONG)
    reworded = tuple(dataclasses.replace(finding, message="Other words.", fixes=()) for finding in model.findings)
    again = dataclasses.replace(model, findings=reworded)
    assert [*map(key, run_of(model)["results"])] == [*map(key, run_of(again)["results"])]


def test_no_alert_is_opened_for_what_is_kept_quiet_if_the_caller_asks_for_that(tmp_path: Path) -> None:
    """GitHub does not know suppressions (github/codeql-action#1230)."""
    model = quiet(inspected(repository(tmp_path) / "wrong.keras", WRONG), "known")
    assert run_of(model, with_skipped=False)["results"] == []


def test_what_is_unreadable_is_no_result(run: Json) -> None:
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert [notification["level"] for notification in notifications] == ["error"]
    assert "empty.h5" not in map(uri_of, run["results"])


@pytest.mark.parametrize(
    ("readable", "unreadable", "successful"), [(0, 0, True), (2, 0, True), (1, 1, True), (0, 1, False), (0, 2, False)]
)
def test_a_run_fails_only_if_nothing_could_be_read(
    tmp_path: Path, readable: int, unreadable: int, *, successful: bool
) -> None:
    """A failed one is refused; a good one without results would close every alert there is."""
    models = [inspected(tmp_path / f"{number}.keras", RIGHT) for number in range(readable)]
    models += [inspection.inspect(tmp_path / f"missing-{number}.keras") for number in range(unreadable)]
    (invocation,) = run_of(*models)["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert len(invocation["toolExecutionNotifications"]) == unreadable


def test_of_more_results_than_are_taken_the_worst_are_kept_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif_report, "MOST_RESULTS", 4)
    model = inspected(repository(tmp_path) / "wrong.keras", WRONG)
    (finding,) = model.findings
    info, warning, error = (dataclasses.replace(finding, severity=Severity(of)) for of in ("info", "warning", "error"))
    model = dataclasses.replace(model, findings=(info, error, warning, info, error, warning, error, warning))
    run = run_of(model, quiet(model, "known"))
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error", "error"]
    assert all(result["suppressions"] == [] for result in run["results"])
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (notification["descriptor"]["id"], notification["level"]) == ("results-left-out", "warning")
    assert "The 12 mildest" in notification["message"]["text"]


def test_as_many_results_as_are_taken_are_small_enough() -> None:
    """25,000 results are taken, and 10 MB of them when they are compressed."""
    models = [model for model in map(inspection.inspect, SAMPLES) if model.findings]
    findings = sum(len(model.findings) for model in models)
    rounds = range(sarif_report.MOST_RESULTS // findings + 1)
    many = [dataclasses.replace(model, path=f"{of}/{model.path}") for of in rounds for model in models]
    text = sarif_report.render(Report(models=tuple(many)), "0.1.0")
    assert sarif_report.MOST_RESULTS == 25_000 == text.count('"ruleIndex"')
    assert len(gzip.compress(text.encode(), 1)) < 10_000_000
