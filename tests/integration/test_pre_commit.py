"""The hook as it is used: real commits to a real repository, checked by pre-commit itself.

What is in `.pre-commit-hooks.yaml` is what runs, but for the installation, which would need a network.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from tests.building import compiled, dense, loss, sequential, write

ROOT = Path(__file__).parent.parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
SAVED_MODEL = ROOT / "tests" / "data" / "saved_model" / "tf2.3" / "sequential_softmax_from_logits"
POINTER = """version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 48213377
"""

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


class Repository:
    """A Git repository with the hook installed."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = environment

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**self._environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def commit(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Commit everything; the output is what the person who does it sees."""
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--message", "Add models", **environment)

    @property
    def commits(self) -> int:
        return len(self.run("git", "log", "--all", "--oneline").stdout.splitlines())

    def configure(self, hooks: Sequence[Mapping[str, object]]) -> None:
        config = {"repos": [{"repo": "local", "hooks": list(hooks)}]}
        (self.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")

    def write(self, name: str, activation: str = "softmax", *, from_logits: bool) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        model = sequential(dense("head", 3, activation))
        write(path, compiled(model, loss("CategoricalCrossentropy", from_logits=from_logits)))


def local(hook: Mapping[str, object]) -> dict[str, object]:
    """The hook with the package of this checkout in the place of an installed one."""
    entry = str(hook["entry"])
    assert entry.startswith("logitcheck ")
    command = f"{shlex.quote(sys.executable)} -m {entry}"
    return {**hook, "entry": command, "language": "system", "verbose": True}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "LOGITCHECK_"))}
    kept.pop("SKIP", None)
    environment = kept | {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "PRE_COMMIT_COLOR": "never",
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@localhost",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@localhost",
    }
    made = Repository(tmp_path / "repository", environment)
    made.folder.mkdir()
    made.configure([local(hook) for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))])
    assert made.run("git", "init", "--quiet").returncode == 0
    assert made.run(sys.executable, "-m", "pre_commit", "install").returncode == 0
    return made


def test_the_manifest_is_valid() -> None:
    checked = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    finished = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_a_good_model_is_committed(repository: Repository) -> None:
    repository.write("models/good.keras", from_logits=False)
    finished = repository.commit()
    assert "1 model read: 0 errors, 0 warnings; 1 ok." in finished.stdout
    assert (finished.returncode, repository.commits) == (0, 1)


def test_a_wrong_one_is_not_and_the_person_is_told_why(repository: Repository) -> None:
    repository.write("models/good.keras", from_logits=False)
    repository.write("models/mein Modell \u00fc.keras", from_logits=True)
    finished = repository.commit()
    assert (
        "models/mein Modell \u00fc.keras: error LC101 probabilities-as-logits: The loss"
        " CategoricalCrossentropy(from_logits=True) expects logits, but layer 'head' (Dense, 3 units, softmax)"
        " puts out probabilities"
    ) in finished.stdout
    assert "2 models read: 1 error, 0 warnings; 1 ok. Learn more: logitcheck explain LC101" in finished.stdout
    assert "exit code: 1" in finished.stdout
    assert (finished.returncode, repository.commits) == (1, 0)


def test_a_pointer_of_git_lfs_is_not_passed_over(repository: Repository) -> None:
    (repository.folder / "best.keras").write_text(POINTER)
    finished = repository.commit()
    assert "best.keras: unreadable lfs-pointer:" in finished.stdout
    assert "48,213,377 bytes" in finished.stdout
    assert "git lfs pull" in finished.stdout
    assert (finished.returncode, repository.commits) == (1, 0)
    assert "exit code: 2" in finished.stdout


def test_an_empty_file_is_not_passed_over(repository: Repository) -> None:
    (repository.folder / "best.h5").touch()
    assert "best.h5: unreadable empty-file" in repository.commit().stdout
    assert repository.commits == 0


def test_a_saved_model_counts_once_whichever_of_its_files_are_given(repository: Repository) -> None:
    shutil.copytree(SAVED_MODEL, repository.folder / "serving" / "1")
    finished = repository.commit()
    (told,) = [line for line in finished.stdout.splitlines() if "LC101" in line and "Learn more" not in line]
    assert told.startswith("serving/1: error LC101 probabilities-as-logits")
    assert "1 model read: 1 error" in finished.stdout
    assert repository.commits == 0


def test_what_settings_exclude_is_passed_over(repository: Repository) -> None:
    repository.write("old/wrong.keras", from_logits=True)
    (repository.folder / "logitcheck.toml").write_text('exclude = ["old"]\n')
    assert "0 models read" in repository.commit().stdout
    assert repository.commits == 1


def test_a_finding_with_a_reason_may_stay(repository: Repository) -> None:
    repository.write("models/wrong.keras", from_logits=True)
    settings = '[tool.logitcheck]\nignore = { LC101 = "trained on TensorFlow, which repairs it" }\n'
    (repository.folder / "pyproject.toml").write_text(settings)
    assert (
        "skipped LC101 probabilities-as-logits: trained on TensorFlow, which repairs it" in repository.commit().stdout
    )
    assert repository.commits == 1


def test_a_commit_of_many_models_is_one_call(repository: Repository) -> None:
    for number in range(40):
        repository.write(f"models/{number}.keras", from_logits=False)
    assert "40 models read" in repository.commit().stdout


def test_a_folder_can_be_checked_at_each_commit(repository: Repository) -> None:
    """As docs/ci.md has it for models that files do not tell by their names."""
    (hook,) = yaml.safe_load(MANIFEST.read_text("utf-8"))
    whole = local(hook) | {"args": ["models/"], "pass_filenames": False, "always_run": True}
    repository.configure([whole])
    repository.write("good.keras", from_logits=True)
    repository.write("packed.keras", from_logits=True)
    unpacked = repository.folder / "models" / "unpacked"
    shutil.unpack_archive(repository.folder / "packed.keras", unpacked, "zip")
    (unpacked / "model.weights.h5").touch()
    finished = repository.commit()
    assert "models/unpacked: error LC101" in finished.stdout
    assert "1 model read" in finished.stdout


def test_other_files_cost_nothing(repository: Repository) -> None:
    (repository.folder / "notes.txt").write_text("no model")
    finished = repository.commit()
    assert "(no files to check)Skipped" in finished.stdout
    assert repository.commits == 1


def test_it_can_be_left_out_once(repository: Repository) -> None:
    repository.write("models/wrong.keras", from_logits=True)
    assert repository.commit(SKIP="logitcheck").returncode == 0
