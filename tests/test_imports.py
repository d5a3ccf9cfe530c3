"""What is imported when: a lint step must not pay for what it does not use."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("tensorflow", "keras", "tf_keras", "h5py", "numpy", "rich", "google.protobuf")
SAVED_MODEL = Path(__file__).parent / "data" / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"
REPORTERS = Path(__file__).parent.parent / "logitcheck" / "reporter"
SAMPLES = Path(__file__).parent.parent / "sample_models"


def imported_by(code: str) -> set[str]:
    """The heavy packages in a new interpreter after `code`."""
    probe = f"import sys\n{code}\nsys.stderr.write(' '.join(name for name in {HEAVY!r} if name in sys.modules))"
    finished = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(finished.stderr.split())


def of_command_line(*arguments: str) -> str:
    """Code that runs the command line and survives its exit."""
    start = f"sys.argv = ['logitcheck', *{list(arguments)!r}]\nfrom logitcheck.cli import main\n"
    return start + "try: main()\nexcept SystemExit: pass"


def test_the_package_itself_imports_nothing_heavy() -> None:
    assert imported_by("import logitcheck") == set()


def test_the_public_names_import_nothing_heavy() -> None:
    assert imported_by("from logitcheck import ModelReport, Report, Severity, inspect, inspect_all") == set()


def test_the_callback_and_the_assertion_import_nothing_heavy_either() -> None:
    assert imported_by("import logitcheck.testing\nlogitcheck.LogitCheck(ignore=['LC201'])") == set()


def test_json_of_an_archive_imports_nothing_heavy() -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    assert imported_by(of_command_line("inspect", "--format", "json", path)) == set()


def test_a_saved_model_needs_nothing_heavy() -> None:
    assert imported_by(of_command_line("inspect", "--format", "json", str(SAVED_MODEL))) == set()


def test_text_that_is_not_for_a_terminal_needs_nothing_heavy_either() -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    assert imported_by(of_command_line("inspect", path)) == set()


@pytest.mark.parametrize("name", sorted(path.stem for path in REPORTERS.glob("*.py")))
def test_no_format_needs_anything_heavy(name: str) -> None:
    assert imported_by(f"import logitcheck.reporter.{name}") == set()


def test_the_library_of_hdf5_is_never_in_the_process_that_reports() -> None:
    path = str(SAMPLES / "sigmoid_good.h5")
    assert imported_by(of_command_line("inspect", "--format", "json", path)) == set()


@pytest.mark.parametrize("name", ["pydantic", "typer", "requests", "asyncio", "multiprocessing"])
def test_no_other_package_slips_in(name: str) -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    probe = f"import sys\n{of_command_line('inspect', path)}\nsys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


NOT_OF_A_PLAIN_CHECK = (
    *("typer", "rich", "tomllib", "concurrent.futures", "multiprocessing", "xml.etree", "csv"),
    *("logitcheck.commands", "logitcheck.command_options", "logitcheck.completing", "logitcheck.doctor"),
    *("logitcheck.baseline", "logitcheck.fingerprint", "logitcheck.showing", "logitcheck.writing"),
    *("logitcheck.repetition", "logitcheck.settings.keys", "logitcheck.settings.options", "logitcheck.settings.places"),
    *("logitcheck.reporter.json_report", "logitcheck.reporter.sarif_report", "logitcheck.reporter.markdown_report"),
    *(
        "logitcheck.reporter.github_annotations",
        "logitcheck.reporter.gitlab_report",
        "logitcheck.reporter.junit_report",
    ),
)


def test_a_plain_check_pays_for_nothing_that_it_does_not_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shutil.copyfile(SAMPLES / "softmax_good.keras", tmp_path / "model.keras").parent)
    monkeypatch.setenv("PYTHONPATH", str(SAMPLES.parent))
    code = of_command_line("check", "--force-exclude", "model.keras")
    probe = f"import sys\n{code}\nsys.stderr.write(' '.join(sys.modules.keys() & {NOT_OF_A_PLAIN_CHECK!r}))"
    finished = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert (finished.stdout, finished.stderr) == ("1 model read: 0 errors, 0 warnings; 1 ok.\n", "")


@pytest.mark.parametrize("command", [["rules"], ["explain", "LC101"]], ids=" ".join)
def test_the_rules_are_told_without_anything_heavy(command: list[str]) -> None:
    assert imported_by(of_command_line(*command)) == set()


@pytest.mark.parametrize("name", ["saved_model", "saved_model_graph", "protobuf_wire"])
def test_other_files_do_not_pay_for_saved_models(name: str) -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    probe = f"import sys\n{of_command_line('inspect', path)}\nsys.exit('logitcheck.loader.{name}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["learned", "weight_places", "weights_file", "hdf5_statistics"])
@pytest.mark.parametrize("sample", ["softmax_from_logits.keras", "sigmoid_good.h5"])
def test_a_model_that_does_not_hang_on_its_weights_does_not_pay_for_those(sample: str, name: str) -> None:
    probe = f"import sys\n{of_command_line('inspect', str(SAMPLES / sample))}\n"
    probe += f"sys.exit('logitcheck.loader.{name}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["explaining", "rules.documentation", "rules.lookup", "reporter.rules_text"])
def test_an_inspection_does_not_pay_for_the_documentation(name: str) -> None:
    path = str(SAMPLES / "softmax_from_logits.keras")
    probe = f"import sys\n{of_command_line('inspect', path)}\nsys.exit('logitcheck.{name}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["absent", "cut_off", "foreign", "json_file", "search"])
@pytest.mark.parametrize("sample", ["softmax_from_logits.keras", "sigmoid_good.h5"])
def test_a_file_that_can_be_read_does_not_pay_for_those_that_cannot(sample: str, name: str) -> None:
    probe = f"import sys\n{of_command_line('inspect', str(SAMPLES / sample))}\n"
    probe += f"sys.exit('logitcheck.loader.{name}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("command", [["inspect", "--format", "json"], ["check", "--exit-zero"]], ids=" ".join)
def test_a_model_is_run_by_no_command_that_was_not_asked_to(command: list[str]) -> None:
    """With an option that takes the parser, too: it knows of the commands that run models, and no more."""
    code = of_command_line(*command, str(SAMPLES / "custom_head.keras"))
    probe = f"import sys\n{code}\nsys.exit(any(name.startswith('logitcheck.probing') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


def test_the_process_that_has_a_model_run_needs_nothing_heavy() -> None:
    assert imported_by("import logitcheck.probing.command, logitcheck.probing.settling") == set()
