"""The SARIF report: as a whole, by its schema, and part for part.

After a wanted change run `python -m tests.reporter.test_sarif` and read the difference before committing it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from logitcheck import fingerprint, inspection
from logitcheck.report import Report, SkippedBy
from logitcheck.reporter import places, sarif_report, sarif_results
from logitcheck.rules import catalogue, documentation
from logitcheck.rules.base import Rule
from tests.building import custom, sequential
from tests.reporter.sarif_reports import (
    DATA,
    RIGHT,
    SCHEMA,
    VALIDATOR,
    WRONG,
    Json,
    inspected,
    quiet,
    repository,
    run_of,
    uri_of,
)
from tests.reporter.test_golden import ROOT, SAMPLES, report_on

GOLDEN = DATA / "golden" / "all.sarif"
SAVED_MODEL = DATA / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"


def of_all_samples() -> str:
    """The report on all sample models, as if this were a repository, also where it is only a copy."""
    with contextlib.chdir(ROOT), mock.patch.object(places, "is_repository", lambda folder: folder == ROOT):
        return sarif_report.render(report_on(*SAMPLES), "0.1.0")


def test_sarif_of_all_models() -> None:
    assert of_all_samples() == GOLDEN.read_text(encoding="utf-8")


def test_sarif_of_all_models_follows_the_schema() -> None:
    VALIDATOR.check_schema(SCHEMA)
    VALIDATOR.validate(json.loads(GOLDEN.read_text(encoding="utf-8")))


def test_the_schema_refuses_what_is_not_in_it() -> None:
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    document["runs"][0]["results"][0]["level"] = "info"
    assert not VALIDATOR.is_valid(document)


def test_the_same_report_is_written_the_same_way() -> None:
    assert of_all_samples() == of_all_samples()


def test_a_rule_or_result_takes_a_line() -> None:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith('{"id": "LC') for line in lines) == len(catalogue.ALL)
    assert sum(line.startswith('{"ruleId": ') for line in lines) == len(
        json.loads("\n".join(lines))["runs"][0]["results"]
    )


def test_nothing_found_is_an_empty_list(tmp_path: Path) -> None:
    run = run_of(inspected(repository(tmp_path) / "right.keras", RIGHT))
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_a_report_on_nothing_follows_the_schema() -> None:
    run = run_of()
    assert (run["results"], run["artifacts"], run["invocations"][0]["executionSuccessful"]) == ([], [], True)


def test_a_result_says_all_that_is_known_and_what_to_do(tmp_path: Path) -> None:
    model = inspected(repository(tmp_path) / "wrong.keras", WRONG)
    (result,) = run_of(model)["results"]
    message, *fixes = result["message"]["text"].splitlines()
    assert message == model.findings[0].message
    assert fixes == [f"Fix {letter}: {fix}" for letter, fix in zip("AB", model.findings[0].fixes, strict=True)]
    assert (result["ruleId"], result["level"]) == ("LC101", "error")


def test_information_is_a_note_with_something_to_try(tmp_path: Path) -> None:
    (result,) = run_of(inspected(tmp_path / "a.keras", sequential(custom("Mine", "head"))))["results"]
    assert result["level"] == "note"
    assert "\nTry: " in result["message"]["text"] or "\n" not in result["message"]["text"]


def test_a_logical_location_names_model_output_and_layer(tmp_path: Path) -> None:
    (result,) = run_of(inspected(repository(tmp_path) / "models" / "wrong.keras", WRONG))["results"]
    (logical,) = result["locations"][0]["logicalLocations"]
    assert logical == {"name": "head", "fullyQualifiedName": "models/wrong.keras/head/head", "kind": "layer"}


def test_the_evidence_is_a_flow_in_the_order_of_the_values() -> None:
    model = inspection.inspect(next(path for path in SAMPLES if path.name == "stacked_softmax.keras"))
    results = run_of(model)["results"]
    evidence = model.outputs[0].evidence
    assert len(evidence) > 1
    (flow,) = results[0]["codeFlows"]
    (thread,) = flow["threadFlows"]
    told = [step["location"]["message"]["text"] for step in thread["locations"]]
    assert told == [f"{step.layer} ({step.class_name}): {step.effect}" for step in evidence]
    essential = [step["location"] for step in thread["locations"] if step["importance"] == "essential"]
    assert [location["logicalLocations"][0]["name"] for location in essential] == [model.findings[0].layer]


def test_an_output_without_evidence_has_no_flow(tmp_path: Path) -> None:
    model = inspected(tmp_path / "wrong.keras", WRONG)
    outputs = tuple(dataclasses.replace(output, evidence=()) for output in model.outputs)
    (result,) = run_of(dataclasses.replace(model, outputs=outputs))["results"]
    assert "codeFlows" not in result


def test_what_settings_keep_quiet_is_suppressed_with_the_reason(tmp_path: Path) -> None:
    model = quiet(inspected(tmp_path / "wrong.keras", WRONG), "ranked, not calibrated", SkippedBy.PER_FILE_IGNORES)
    (result,) = run_of(model)["results"]
    assert result["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "properties": {"setting": "per-file-ignores"},
            "justification": "ranked, not calibrated",
        }
    ]


def test_without_a_reason_there_is_no_justification(tmp_path: Path) -> None:
    (result,) = run_of(quiet(inspected(tmp_path / "wrong.keras", WRONG), None, SkippedBy.BASELINE))["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "properties": {"setting": "baseline"}}]


def test_all_results_or_none_say_whether_they_are_suppressed(tmp_path: Path) -> None:
    loud, still = inspected(tmp_path / "a.keras", WRONG), quiet(inspected(tmp_path / "b.keras", WRONG), "known")
    assert [result["suppressions"] != [] for result in run_of(loud, still)["results"]] == [False, True]
    assert all("suppressions" not in result for result in run_of(loud)["results"])


def test_suppressed_results_can_be_left_out(tmp_path: Path) -> None:
    loud, still = inspected(tmp_path / "a.keras", WRONG), quiet(inspected(tmp_path / "b.keras", WRONG), "known")
    assert run_of(loud, still, with_skipped=False)["results"] == run_of(loud)["results"]


def test_unreadable_inputs_are_notifications(tmp_path: Path) -> None:
    (repository(tmp_path) / "empty.h5").touch()
    model = inspection.inspect(tmp_path / "empty.h5")
    assert model.error is not None
    run = run_of(model, inspected(tmp_path / "right.keras", RIGHT))
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["descriptor"] == {"id": "empty-file"}
    assert notification["level"] == "error"
    assert notification["message"]["text"] == f"{model.error.message} What to do: {model.error.hint}"
    (location,) = notification["locations"]
    assert location == {"physicalLocation": {"artifactLocation": {"uri": "empty.h5", "uriBaseId": "%SRCROOT%"}}}
    assert run["results"] == []


def test_an_empty_path_is_no_location() -> None:
    run = run_of(inspection.inspect(""))
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (notification["descriptor"]["id"], "locations" in notification) == ("missing", False)
    assert run["artifacts"] == []


def test_every_input_is_an_artifact_with_its_outcome(tmp_path: Path) -> None:
    repository(tmp_path)
    models = [inspected(tmp_path / "right.keras", RIGHT), inspection.inspect(tmp_path / "missing.h5")]
    artifacts = run_of(*models, models[0])["artifacts"]
    assert [(item["location"]["uri"], item["properties"]) for item in artifacts] == [
        ("right.keras", {"format": "keras", "outcome": "ok"}),
        ("missing.h5", {"format": None, "outcome": "unreadable"}),
    ]


def test_a_model_in_a_folder_is_at_the_file_that_describes_it() -> None:
    run = run_of(inspection.inspect(SAVED_MODEL))
    assert {uri_of(result) for result in run["results"]} == {run["artifacts"][0]["location"]["uri"]}
    assert run["artifacts"][0]["location"]["uri"].endswith("/sequential_softmax_from_logits/saved_model.pb")


def test_a_version_that_is_not_semantic_is_not_called_so() -> None:
    (run,) = sarif_report.document(Report(models=()), "0.2.0.dev1")["runs"]
    assert run["tool"]["driver"]["version"] == "0.2.0.dev1"
    assert "semanticVersion" not in run["tool"]["driver"]


def test_the_name_of_our_fingerprint_has_the_version_of_what_it_is_made_of() -> None:
    assert f"logitcheckFinding/v{fingerprint._MADE_OF}" == sarif_results._FINGERPRINT


@pytest.mark.parametrize("rule", catalogue.ALL, ids=lambda rule: rule.code)
def test_the_help_of_a_rule_is_all_of_its_documentation(rule: Rule) -> None:
    driver = sarif_report.document(Report(models=()), "0.1.0")["runs"][0]["tool"]["driver"]
    described = next(item for item in driver["rules"] if item["id"] == rule.code)
    assert documentation.text(rule) in described["help"]["markdown"]
    for section in documentation.of(rule).sections:
        assert section.heading in described["help"]["text"]
        for block in section.blocks():
            assert block.text in described["help"]["text"]


OF_A_SAMPLE = """
import sys
from logitcheck import inspection
from logitcheck.report import Report
from logitcheck.reporter import sarif_report
print(sarif_report.render(Report(models=(inspection.inspect(sys.argv[1]),)), "0.1.0"))
sys.exit(any(name in sys.modules for name in ("numpy", "h5py", "rich", "typer", "jsonschema")))
"""


def in_a_new_process(*options: str) -> Json:
    command = [sys.executable, *options, "-c", OF_A_SAMPLE, str(ROOT / "sample_models" / "softmax_from_logits.keras")]
    document: Json = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout)
    return document


def test_nothing_heavy_is_imported() -> None:
    assert len(in_a_new_process()["runs"][0]["results"]) == 1


def test_without_docstrings_the_rules_still_say_where_to_read() -> None:
    document = in_a_new_process("-OO")
    VALIDATOR.validate(document)
    help_text = document["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"]
    assert help_text.startswith("Probabilities as logits: see https://")


if __name__ == "__main__":
    GOLDEN.write_text(of_all_samples(), encoding="utf-8")
