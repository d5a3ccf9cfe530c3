"""How fast logitcheck is, measured against the least that could be done: run it with the Python logitcheck is in.

    python benchmarks/speed.py [--runs 7] [--models 1000] [--megabytes 300] [--skip-keras]

Commands that are compared run in turns, round by round, and the ratio is the median of the ratios of the rounds: what
else the machine does hits both sides alike. The times are medians of wall time, each of a new process with warm disk
caches. It is a report, not a test: the exit status is 0 whatever comes out. KB and MB are 1024 and 1024 * 1024 bytes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import random
import runpy
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
SAMPLE_FOLDERS = (CHECKOUT / "tests" / "data" / "old", CHECKOUT / "sample_models")
BARE_LOOP = Path(__file__).with_name("bare_loop.py")
SUFFIXES = (".keras", ".h5")

INSPECT_TEXT = "logitcheck inspect"
INSPECT_JSON = "logitcheck inspect --format json"
JOBS_ONE = "inspect --format json --jobs 1"
JOBS_DEFAULT = "inspect --format json"
IMPORT_AND_LOAD = "import keras; load_model"

FLOORS = {
    ".keras": (
        "import sys, zipfile, json; archive = zipfile.ZipFile(sys.argv[1]); "
        "json.loads(archive.read('config.json')); json.loads(archive.read('metadata.json'))"
    ),
    ".h5": "import sys, h5py; h5py.File(sys.argv[1], 'r').attrs['model_config']",
}
FLOOR_NAMES = {".keras": "bare zipfile + json", ".h5": "bare import h5py + attribute"}

COLD_TARGETS = {".keras": 5.0, ".h5": 1.6}
"""Times the floor that a cold inspect of one small model may take."""

FOLDER_TARGET = 3.0
"""Times the bare loop that a folder may take on one core."""

EXCESS_TARGET = 16 * 1024
"""Bytes that may be read of a model beyond its config."""

MEMORY_TARGETS: dict[str, float | None] = {".keras": 35.0, ".h5": None}
"""MB of memory that a cold inspect may take at most, whatever the size of the model."""

LOAD_MODEL = "import sys, keras; keras.models.load_model(sys.argv[1])"
LOAD_MODEL_ALONE = (
    "import sys, time, keras; start = time.perf_counter(); keras.models.load_model(sys.argv[1]); "
    "print(time.perf_counter() - start)"
)

PEAK_MEMORY = (
    "import os, sys; silence = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]; "
    "child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silence); "
    "print(os.wait4(child, 0)[2].ru_maxrss)"
)
"""Starts a command and prints its ru_maxrss; a process of its own, since a child's peak counts that of its parent."""

Command = Sequence[str]

PYTHON = (sys.executable, "-P")
"""This Python, which with -P imports what is installed and not what lies in the current folder, such as a checkout."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    runs: int
    models: int
    megabytes: int
    skip_keras: bool


@dataclass
class Table:
    """A table that is printed aligned, its first column to the left and the others to the right."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def print(self) -> None:
        """Print the title, the table if it has rows, and the notes below it."""
        lines = [self.header, *self.rows] if self.rows else []
        widths = [max((len(line[column]) for line in lines), default=0) for column in range(len(self.header))]
        print(f"\n{self.title}")
        for line in lines:
            cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            print("  " + "  ".join([line[0].ljust(widths[0]), *cells]).rstrip())
        for note in self.notes:
            print(f"  ({note})")


# Commands and their times


def python(code: str, *arguments: Path | str) -> Command:
    """Give the command that runs `code` with this Python."""
    return [*PYTHON, "-c", code, *map(str, arguments)]


def inspect(*arguments: Path | str) -> Command:
    """Give the command that inspects."""
    return [*PYTHON, "-m", "logitcheck", "inspect", *map(str, arguments)]


def make_usual(cache: str) -> None:
    """Let the commands buffer their output and find compiled modules, as they do by default.

    cache: a folder for the compiled modules, used if the environment forbids to write them beside the sources.
    """
    os.environ.pop("PYTHONUNBUFFERED", None)
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ["PYTHONPYCACHEPREFIX"] = cache


def run(command: Command) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it prints."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def seconds(command: Command) -> float:
    """Run a command and give its wall time."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def take_turns(commands: Mapping[str, Command], rounds: int) -> dict[str, list[float]]:
    """Time commands in turns, each round starting with another one."""
    names = list(commands)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(seconds(commands[name]))
    return times


def warm_up(commands: Mapping[str, Command]) -> list[str]:
    """Run each command once, so that caches are warm; give a note for each that fails."""
    notes = []
    for name, command in commands.items():
        done = run(command)
        usual = {0, 1} if "logitcheck" in command else {0}
        if done.returncode not in usual or "Traceback" in done.stderr:
            reason = done.stderr.strip().splitlines()[-1:] or ["no message"]
            notes.append(f"{name} FAILS with exit status {done.returncode}, its times mean nothing: {reason[0]}")
    return notes


TIMES_HEADER = ("", "median", "ratio", "lowest", "highest", "target", "")


def time_rows(times: Mapping[str, list[float]], base: str, targets: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    """Give a row for each command: its median time, its ratio to `base` round by round, and whether that is within."""
    for name, taken in times.items():
        median = f"{statistics.median(taken) * 1000:,.0f} ms"
        if name == base:
            yield (name, median, "1", "", "", "", "")
            continue
        ratios = [one / other for one, other in zip(taken, times[base], strict=True)]
        extremes = (f"{min(ratios):.2f}", f"{max(ratios):.2f}")
        yield (name, median, f"{statistics.median(ratios):.2f}", *extremes, *judged(ratios, targets.get(name)))


def judged(ratios: Sequence[float], target: float | None) -> tuple[str, str]:
    """Give the cells for the target and whether it is kept."""
    return ("", "") if target is None else (f"<= {target:g}", within(statistics.median(ratios), target))


def within(value: float, target: float) -> str:
    """Say whether a target is kept."""
    return "ok" if value <= target else "OVER"


# The models


def samples(suffix: str) -> list[Path]:
    """Give the small models of the checkout with this suffix that the bare loop can read, in a stable order."""
    found = [path for folder in SAMPLE_FOLDERS for path in sorted(folder.rglob(f"*{suffix}")) if path.is_file()]
    return [path for path in found if path.stat().st_size < 64 * 1024 and is_readable(path)]


def is_readable(path: Path) -> bool:
    """Tell whether the bare loop can read a model, as it cannot where a sample is broken on purpose."""
    try:
        bare_loop()["read_archive" if path.suffix == ".keras" else "read_hdf5"](str(path))
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile):
        return False
    return True


@cache
def bare_loop() -> Mapping[str, Callable[[str], object]]:
    """Give the functions of the bare loop, whether this file is run by its path or as a module."""
    return runpy.run_path(str(BARE_LOOP))


def typical(suffix: str) -> Path:
    """Give one small model: a classifier saved by a recent Keras if it is there, else the first one."""
    wanted = CHECKOUT / "tests" / "data" / "old" / "keras3.9.2" / f"softmax_scce_good{suffix}"
    if wanted.is_file():
        return wanted
    found = samples(suffix)
    if not found:
        raise FileNotFoundError(f"no {suffix} file in {' or '.join(map(str, SAMPLE_FOLDERS))}")
    return found[0]


def spread(paths: Sequence[Path], count: int) -> list[Path]:
    """Pick `count` of the paths, evenly spread."""
    return [paths[number * len(paths) // count] for number in range(min(count, len(paths)))]


def fill_folder(folder: Path, suffixes: Sequence[str], count: int) -> None:
    """Fill a folder with `count` copies of about 20 different models, the suffixes in equal shares."""
    folder.mkdir()
    kinds = [spread(samples(suffix), 20 // len(suffixes)) for suffix in suffixes]
    for number in range(count):
        models = kinds[number % len(kinds)]
        model = models[number // len(kinds) % len(models)]
        shutil.copyfile(model, folder / f"model_{number:05}{model.suffix}")


def blocks(megabytes: int) -> Iterator[bytes]:
    """Give pseudo-random bytes, a MB at a time."""
    source = random.Random(0)
    for _ in range(megabytes):
        yield source.randbytes(1 << 20)


def enlarge(small: Path, big: Path, megabytes: int) -> None:
    """Write `big`: the model `small` with that many MB of weights."""
    if small.suffix == ".keras":
        enlarge_archive(small, big, megabytes)
    else:
        enlarge_hdf5(small, big, megabytes)


def enlarge_archive(small: Path, big: Path, megabytes: int) -> None:
    """Copy the members of a `.keras` file, as they are and stored, and replace its weights."""
    with zipfile.ZipFile(small) as source, zipfile.ZipFile(big, "w", zipfile.ZIP_STORED) as target:
        for member in source.namelist():
            if member != "model.weights.h5":
                target.writestr(member, source.read(member))
        with target.open("model.weights.h5", "w", force_zip64=True) as weights:
            for block in blocks(megabytes):
                weights.write(block)


def enlarge_hdf5(small: Path, big: Path, megabytes: int) -> None:
    """Copy an `.h5` file and add a dataset among its weights, in one piece and not compressed."""
    import h5py
    import numpy as np

    shutil.copyfile(small, big)
    with h5py.File(big, "r+") as file:
        weights = file.require_group("model_weights").create_dataset("enlarged", ((megabytes << 20),), "u1")
        for number, block in enumerate(blocks(megabytes)):
            weights[number << 20 : (number + 1) << 20] = np.frombuffer(block, "u1")


def config_size(path: Path) -> int:
    """Give the bytes of a model that inspecting cannot do without: config, compile settings, version and backend."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            return sum(archive.getinfo(name).compress_size for name in ("config.json", "metadata.json"))
    import h5py

    names = ("model_config", "training_config", "keras_version", "backend")
    with h5py.File(path, "r") as file:
        values = [file.attrs[name] for name in names if name in file.attrs]
    return sum(len(value.encode() if isinstance(value, str) else value) for value in values)


# Bytes and memory


def bytes_read(path: Path, warm: Path) -> int:
    """Count the bytes that inspecting `path` reads once `warm` was inspected, so that all imports are done.

    Raises ValueError if it cannot be read, since then the count says nothing.
    """
    import logitcheck

    logitcheck.inspect(warm)
    before_nothing = read_so_far()
    before = read_so_far()
    report = logitcheck.inspect(path)
    after = read_so_far()
    if report.error is not None:
        raise ValueError(f"{path.name} cannot be read: {report.error.message}")
    return (after - before) - (before - before_nothing)


def read_so_far() -> int:
    """Give the bytes that this process and its children have read with system calls, reading this count included."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    counts = [
        Path(f"/proc/{process}/io").read_text(encoding="ascii").splitlines()[0] for process in ["self", *children]
    ]
    return sum(int(count.removeprefix("rchar: ")) for count in counts)


def peak_memory(command: Command) -> float:
    """Run a command and give the MB of memory that it held at most."""
    done = run([sys.executable, "-I", "-S", "-c", PEAK_MEMORY, *command])
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return int(done.stdout) / unit


# The four parts of the report


def cold_commands(path: Path) -> dict[str, Command]:
    """Give the floor and the two inspects of one model."""
    return {
        FLOOR_NAMES[path.suffix]: python(FLOORS[path.suffix], path),
        INSPECT_TEXT: inspect(path),
        INSPECT_JSON: inspect(path, "--format", "json"),
    }


def report_cold(options: Options) -> None:
    """Compare a cold inspect of one small model with the floor."""
    for suffix in SUFFIXES:
        path = typical(suffix)
        commands = cold_commands(path)
        table = Table(f"1. One small {suffix} file, a new process each time: {shown(path)}", TIMES_HEADER)
        table.notes += warm_up(commands)
        times = take_turns(commands, options.runs)
        target = COLD_TARGETS[suffix]
        table.rows += time_rows(times, FLOOR_NAMES[suffix], {INSPECT_TEXT: target, INSPECT_JSON: target})
        table.print()


def shown(path: Path) -> str:
    """Give a path as seen from the checkout."""
    return path.relative_to(CHECKOUT).as_posix()


def report_others(options: Options) -> None:
    """Compare a cold inspect with what else opens a model: Keras itself and modelscan."""
    for suffix in SUFFIXES:
        path = typical(suffix)
        table = Table(f"2. Others on the same {suffix} file, times that of inspect", TIMES_HEADER)
        commands: dict[str, Command] = {INSPECT_TEXT: inspect(path)}
        if options.skip_keras:
            table.notes.append("keras.models.load_model: skipped")
        elif importlib.util.find_spec("keras") is None:
            table.notes.append("keras.models.load_model: not installed")
        else:
            commands[IMPORT_AND_LOAD] = python(LOAD_MODEL, path)
        if shutil.which("modelscan") is None:
            table.notes.append("modelscan: not installed")
        else:
            commands["modelscan --path"] = ["modelscan", "--path", str(path)]
        if len(commands) > 1:
            table.notes += warm_up(commands)
            table.rows += time_rows(take_turns(commands, min(options.runs, 3)), INSPECT_TEXT, {})
        if IMPORT_AND_LOAD in commands:
            table.notes.append(f"load_model itself, imports done: {load_model_alone(path)}")
        table.print()


def load_model_alone(path: Path) -> str:
    """Time load_model in a process that has imported Keras."""
    done = run(python(LOAD_MODEL_ALONE, path))
    return f"{float(done.stdout.split()[-1]) * 1000:,.0f} ms" if done.returncode == 0 else "fails"


def report_big(options: Options) -> None:
    """Tell that the size of the weights costs nothing: bytes read, memory and time on a big model."""
    with tempfile.TemporaryDirectory(prefix="logitcheck-speed-") as folder:
        for suffix in SUFFIXES:
            small, big = typical(suffix), Path(folder) / f"big{suffix}"
            enlarge(small, big, options.megabytes)
            report_bytes(small, big)
            report_memory(small, big)
            report_big_times(small, big, options)
            big.unlink()


def report_bytes(small: Path, big: Path) -> None:
    """Compare the bytes read of a big and a small model with the size of their config."""
    title = f"3. Bytes read of a {big.stat().st_size / (1 << 20):,.0f} MB {big.suffix} file"
    table = Table(title, ("", "read", "config", "excess", "target", ""))
    if not Path("/proc/self/io").exists():
        table.notes.append("not measured: this system does not count them in /proc/self/io")
    else:
        for name, path in (("small", small), ("big", big)):
            read, config = bytes_read(path, small), config_size(path)
            target = f"<= {EXCESS_TARGET:,} B"
            cells = (f"{read:,} B", f"{config:,} B", f"{read - config:,} B")
            table.rows.append((f"{name} {path.suffix}", *cells, target, within(read - config, EXCESS_TARGET)))
    table.print()


def report_memory(small: Path, big: Path) -> None:
    """Compare the peak memory of inspecting a big model with that of the floor and of a small one."""
    table = Table(f"3. Peak memory of a new process, {big.suffix}", ("", "peak", "target", ""))
    if not hasattr(os, "wait4"):
        table.notes.append("not measured: this system does not tell it")
    else:
        for kind, path in (("small", small), ("big", big)):
            for name, command in cold_commands(path).items():
                peak, target = peak_memory(command), MEMORY_TARGETS[path.suffix]
                limited = target is not None and name != FLOOR_NAMES[path.suffix]
                verdict = (f"<= {target:g} MB", within(peak, target)) if limited and target is not None else ("", "")
                table.rows.append((f"{kind}: {name}", f"{peak:.1f} MB", *verdict))
    table.print()


def report_big_times(small: Path, big: Path, options: Options) -> None:
    """Compare the time of inspecting a big model with that of a small one."""
    commands = {"inspect the small one": inspect(small), "inspect the big one": inspect(big)}
    table = Table(f"3. Time of a new process, {big.suffix}", TIMES_HEADER, notes=warm_up(commands))
    table.rows += time_rows(take_turns(commands, options.runs), "inspect the small one", {})
    table.print()


def report_folders(options: Options) -> None:
    """Compare inspecting a folder with reading and parsing it, for each format and for both together."""
    for suffixes in ((".keras",), (".h5",), SUFFIXES):
        with tempfile.TemporaryDirectory(prefix="logitcheck-speed-") as parent:
            folder = Path(parent) / "models"
            fill_folder(folder, suffixes, options.models)
            report_folder(folder, " and ".join(suffixes), options)


def report_folder(folder: Path, kinds: str, options: Options) -> None:
    """Compare inspecting one folder, on one core and on all, with the bare loop."""
    bare = "bare loop: read and parse"
    commands: dict[str, Command] = {
        bare: [*PYTHON, str(BARE_LOOP), str(folder)],
        JOBS_ONE: inspect(folder, "--format", "json", "--jobs", "1"),
        JOBS_DEFAULT: inspect(folder, "--format", "json"),
    }
    table = Table(f"4. A folder of {options.models:,} {kinds} files", TIMES_HEADER, notes=warm_up(commands))
    table.notes += wrong_count(commands[JOBS_DEFAULT], options.models)
    times = take_turns(commands, options.runs)
    table.rows += time_rows(times, bare, {JOBS_ONE: FOLDER_TARGET})
    gain = [one / more for one, more in zip(times[JOBS_ONE], times[JOBS_DEFAULT], strict=True)]
    each = statistics.median(times[JOBS_ONE]) / options.models * 1e6
    table.notes.append(f"--jobs 1 takes {each:,.0f} microseconds a model, its start included")
    table.notes.append(f"the default number of jobs is {statistics.median(gain):.2f} times as fast as --jobs 1")
    table.print()


def wrong_count(command: Command, expected: int) -> list[str]:
    """Give a note if an inspect did not read all models of a folder."""
    summary = json.loads(run(command).stdout)["summary"]
    read = summary["models"] - summary["unreadable"]
    return [] if read == expected else [f"only {read} of {expected} models were READ, the times mean nothing"]


# The command line


def parse_options() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="rounds of each comparison (7)")
    parser.add_argument("--models", type=int, default=1000, help="models in a folder (1000)")
    parser.add_argument("--megabytes", type=int, default=300, help="size of the weights of the big models (300)")
    parser.add_argument("--skip-keras", action="store_true", help="do not load the models with Keras")
    given = parser.parse_args()
    return Options(max(1, given.runs), max(1, given.models), max(1, given.megabytes), given.skip_keras)


def describe(options: Options) -> None:
    """Print what is measured and on what."""
    import logitcheck

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python_version = f"Python {platform.python_version()}, {platform.system()}"
    print(f"logitcheck {logitcheck.__version__}, {python_version}, {cores} cores{load}")
    print(f"{options.runs} rounds; ratios are medians over the rounds, with the lowest and the highest beside them")


def main() -> None:
    """Print the report; a part that cannot be measured is said so and does not stop the others."""
    if importlib.util.find_spec("logitcheck") is None:
        print("logitcheck is not installed in this Python: pip install it, then run this again.")
        return
    options = parse_options()
    describe(options)
    parts: tuple[Callable[[Options], None], ...] = (report_cold, report_others, report_big, report_folders)
    with tempfile.TemporaryDirectory(prefix="logitcheck-speed-") as cache:
        make_usual(cache)
        for part in parts:
            try:
                part(options)
            except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
                print(f"\n{part.__name__}: not measured, {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
