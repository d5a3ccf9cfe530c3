"""`logitcheck doctor`: what it says of a healthy place and of each that is not, and its exit status."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import logitcheck
from logitcheck import command_options, doctor
from logitcheck.doctor import Need
from logitcheck.run import ExitCode

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_models"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    for name in list(os.environ):
        if name.startswith("LOGITCHECK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, before: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run logitcheck with a folder before all others on the path of Python."""
    path = os.pathsep.join([*([str(before)] if before else []), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "logitcheck", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path} | environment,
    )


def package(folder: Path, name: str, code: str) -> Path:
    """A folder with a package of that name which does this when it is imported."""
    folder.mkdir()
    (folder / f"{name}.py").write_text(code)
    return folder


@pytest.mark.usefixtures("place")
def test_where_all_is_well_it_says_so_and_ends_with_0() -> None:
    finished = run("doctor")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.startswith(f"logitcheck {logitcheck.__version__} from {ROOT / 'logitcheck'}\n")
    assert f"Python {sys.version.split()[0]} at " in finished.stdout
    assert "yes  HDF5 models: .h5, .hdf5, .hdf (h5py " in finished.stdout
    assert "NO " not in finished.stdout
    assert finished.stdout.endswith("settings here: none, so that the defaults hold\n\nAll is well.\n")


BROKEN = {
    "missing": ("raise ModuleNotFoundError(\"No module named 'h5py'\")", "ModuleNotFoundError: No module named 'h5py'"),
    "broken": ('raise ImportError("libhdf5.so: cannot open")', "ImportError: libhdf5.so: cannot open"),
    "crashing": ("import os; os._exit(7)", "import h5py ended with status 7."),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_package_that_cannot_be_imported_is_named_with_what_to_do(place: Path, case: str) -> None:
    code, said = BROKEN[case]
    finished = run("doctor", before=package(place / "first", "h5py", code))
    assert (finished.returncode, finished.stderr) == (2, "")
    (at,) = [number for number, line in enumerate(finished.stdout.splitlines()) if line.startswith("NO ")]
    wrong, why, what_to_do = finished.stdout.splitlines()[at : at + 3]
    assert wrong.startswith("NO   HDF5 models: .h5, .hdf5, .hdf (h5py ")
    assert (why, what_to_do) == (f"     {said}", "     What to do: pip install --force-reinstall logitcheck")
    assert finished.stdout.endswith("Something is missing or wrong: see above.\n")


@pytest.mark.usefixtures("place")
def test_a_package_that_is_not_installed_has_no_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_NEEDS", (Need("no_such_package_of_ours", "nothing"),))
    assert doctor.examine() is ExitCode.UNREADABLE
    assert "NO   nothing (no_such_package_of_ours is not installed)" in capsys.readouterr().out


def test_a_package_that_takes_forever_is_given_up(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(package(place / "first", "slow_one", "import time; time.sleep(60)")))
    monkeypatch.setattr(doctor, "_NEEDS", (Need("slow_one", "nothing"),))
    monkeypatch.setattr(doctor, "_SECONDS", 0.5)
    assert doctor.examine() is ExitCode.UNREADABLE
    assert "import slow_one takes longer than 0.5 seconds." in capsys.readouterr().out


def test_settings_that_cannot_be_followed_are_told(place: Path) -> None:
    (place / "logitcheck.toml").write_text("strickt = true\n")
    finished = run("doctor")
    assert finished.returncode == 2
    assert f"settings here: {place / 'logitcheck.toml'}:1: unknown key 'strickt'" in finished.stdout
    assert "Did you mean 'strict'?" in finished.stdout


def test_the_settings_that_hold_are_named(place: Path) -> None:
    (place / "pyproject.toml").write_text("[tool.logitcheck]\nstrict = true\n")
    finished = run("doctor")
    assert finished.returncode == 0
    assert f"settings here: {place / 'pyproject.toml'}\n" in finished.stdout


def test_nothing_of_the_current_folder_is_run(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "h5py.py").write_text("from pathlib import Path; Path('was-run').touch()")
    assert doctor.examine() is ExitCode.CLEAN
    assert "All is well." in capsys.readouterr().out
    assert not (place / "was-run").exists()


class TestWithoutTyper:
    """What reads options may be what is missing: a plain call and the doctor do without."""

    @pytest.fixture
    def before(self, place: Path) -> Path:
        return package(place / "first", "typer", 'raise ImportError("no typer today", name="typer")')

    def test_the_doctor_says_so(self, before: Path) -> None:
        finished = run("doctor", before=before)
        assert (finished.returncode, finished.stderr) == (2, "")
        assert "NO   options of the command line (typer " in finished.stdout

    def test_a_model_can_be_checked_all_the_same(self, before: Path) -> None:
        assert run("check", str(SAMPLES / "softmax_good.keras"), before=before).returncode == 0

    def test_where_options_are_needed_the_doctor_is_named(self, before: Path) -> None:
        finished = run("check", "--strict", str(SAMPLES / "softmax_good.keras"), before=before)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert finished.stderr == (
            "logitcheck: options cannot be read, since typer cannot be imported (no typer today):"
            " see `logitcheck doctor`\n"
        )


@pytest.mark.usefixtures("place")
def test_the_environment_is_told_and_what_counts_for_nothing() -> None:
    finished = run("doctor", LOGITCHECK_STRICT="1", LOGITCHECK_IGNORE="LC101")
    assert "in the environment: LOGITCHECK_STRICT=1\n" in finished.stdout
    assert "LOGITCHECK_IGNORE=LC101 (counts for nothing: there is no such variable)\n" in finished.stdout
    broken = run("doctor", LOGITCHECK_CONFIG="gone.toml")
    assert (broken.returncode, "gone.toml: the settings cannot be read" in broken.stdout) == (2, True)


def test_the_variables_are_those_of_the_options() -> None:
    text = Path(command_options.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"LOGITCHECK_[A-Z_]+", text)) == doctor.VARIABLES


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("has", [True, False])
def test_what_takes_tensorflow_is_told_and_never_missed(
    has: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing but `probe` takes it: it is looked for without being imported, and all is well without it."""
    monkeypatch.setattr(doctor, "_TO_RUN", {"typer" if has else "no-such-package": "models that Keras 3 saved"})
    assert doctor.examine() is ExitCode.CLEAN
    told = capsys.readouterr().out
    assert ("yes  running models that Keras 3 saved: logitcheck probe (typer " in told) is has
    assert ("no   running models that Keras 3 saved: logitcheck probe (no-such-package is not" in told) is not has
    assert ("pip install 'logitcheck[tensorflow]'" in told) is not has
    assert told.endswith("All is well.\n")
