"""A file that crashes the process which reads it, hangs it or fills its memory costs its own verdict and no other.

Each test is a process of its own, in which `h5py.py` beside this file really does such things.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from logitcheck.loader import reading_process
from tests.loader import adapted

HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent
GOOD = CHECKOUT / "sample_models" / "sigmoid_good.h5"

START = """
import json, os, sys, threading
import logitcheck
from logitcheck.loader import child_process, isolation, reading_process
def told(paths, jobs=None):
    report = logitcheck.inspect_all(paths, jobs)
    return {os.path.basename(m.path): m.error.code.value if m.error else m.outcome.value for m in report.models}
def pid():
    process = isolation._readers._reader.process
    return getattr(process, "_pid", None) or process.pid
def tell(value):
    print(json.dumps(value))
"""

THREAD = "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
MODES = {"forked": "", "started anew": THREAD}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")


def run(code: str, folder: Path) -> object:
    """What the code tells, run in a process of its own whose h5py is the one beside this file."""
    environment = os.environ | {"PYTHONPATH": f"{HERE}{os.pathsep}{CHECKOUT}"}
    command = [sys.executable, "-c", START + code]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return json.loads(done.stdout)


def files(folder: Path, *names: str) -> list[str]:
    """Good models in a folder, under names that make reading some of them end badly."""
    for name in names:
        shutil.copyfile(GOOD, folder / name)
    return list(names)


DEEDS = {
    "segfault.h5": "reader-crashed",
    "abort.h5": "reader-crashed",
    "killed.h5": "reader-crashed",
    "leave.h5": "reader-crashed",
    "hang.h5": "timeout",
    "wait.h5": "timeout",
    "memory.h5": "too-large",
    "defect.h5": "internal-error",
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_each_file_has_its_own_verdict_whatever_the_others_do(tmp_path: Path, mode: str) -> None:
    names = files(tmp_path, "a.h5", *(name for deed in DEEDS for name in (deed, f"z_{deed}")))
    if mode:  # a process started anew cannot be told to be less patient
        names.remove("wait.h5")
    found = run(f"{mode}reading_process.WALL_SECONDS = 3.0\ntell(told({names}))", tmp_path)
    assert found == {name: DEEDS.get(name, "ok") for name in names}


def test_workers_keep_the_verdicts_of_all_other_files(tmp_path: Path) -> None:
    names = files(tmp_path, *(f"segfault_{at}.h5" if at % 25 == 7 else f"z_{at}.h5" for at in range(120)))
    found = run(f"tell(told({names}, 2))", tmp_path)
    assert found == {name: "reader-crashed" if name.startswith("segfault") else "ok" for name in names}


def test_a_file_is_not_blamed_for_what_those_before_it_did_to_the_process(tmp_path: Path) -> None:
    names = files(tmp_path, "a.h5", "afterwards_1.h5", "afterwards_2.h5")
    assert run(f"tell(told({names}))", tmp_path) == dict.fromkeys(names, "ok")


def test_the_message_names_the_signal(tmp_path: Path) -> None:
    files(tmp_path, "segfault.h5", "killed.h5")
    code = "tell([logitcheck.inspect(name).error.message for name in ('segfault.h5', 'killed.h5')])"
    assert run(code, tmp_path) == [
        "The process that read the HDF5 file died of it (SIGSEGV).",
        "The process that read the HDF5 file died of it (SIGKILL, as the system does when it runs out of memory).",
    ]


def test_one_process_reads_all_files(tmp_path: Path) -> None:
    files(tmp_path, "a.h5", "b.h5")
    first, second = run("tell([(told([name]), pid())[1] for name in ('a.h5', 'b.h5')])", tmp_path)
    assert first == second


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_no_process_is_left_behind(tmp_path: Path, mode: str) -> None:
    files(tmp_path, "a.h5")
    reader = run(f"{mode}told(['a.h5']); tell(pid())", tmp_path)
    assert not Path(f"/proc/{reader}").exists()


def test_dead_processes_are_waited_for_and_their_pipes_closed(tmp_path: Path) -> None:
    files(tmp_path, "a.h5", "segfault.h5")
    look = "len(os.listdir('/proc/self/fd')), open(f'/proc/self/task/{os.getpid()}/children').read().split()"
    code = f"told(['a.h5'])\nbefore = {look}\nfor _ in range(3): told(['segfault.h5', 'a.h5'])\nafter = {look}\n"
    before, after = run(code + "tell([before, after])", tmp_path)
    assert (before[0], len(before[1])) == (after[0], len(after[1]))
    assert len(after[1]) == 1


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_the_process_ends_where_the_one_it_reads_for_is_killed(tmp_path: Path, mode: str) -> None:
    files(tmp_path, "a.h5")
    code = f"{mode}told(['a.h5']); tell(pid()); sys.stdout.flush(); os.kill(os.getpid(), 9)"
    environment = os.environ | {"PYTHONPATH": f"{HERE}{os.pathsep}{CHECKOUT}"}
    done = subprocess.run(
        [sys.executable, "-c", START + code], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    reader = Path(f"/proc/{int(done.stdout)}/stat")
    deadline = time.monotonic() + 30
    while is_running(reader) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(reader)


def is_running(stat: Path) -> bool:
    """Whether a process still does something: one that has ended may wait for the first process to notice."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_an_interrupt_ends_the_wait_and_leaves_nothing_that_a_later_file_would_get(tmp_path: Path, mode: str) -> None:
    files(tmp_path, "a.h5", "wait.h5")
    code = f"""{mode}
import signal
def interrupt(*_): raise KeyboardInterrupt
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 1)
try: told(['wait.h5'])
except KeyboardInterrupt: tell([isolation._readers._reader is None, told(['a.h5'])])
"""
    assert run(code, tmp_path) == [True, {"a.h5": "ok"}]


def test_an_interrupt_from_the_keyboard_reaches_only_the_process_that_asks(tmp_path: Path) -> None:
    files(tmp_path, "a.h5")
    code = "import signal, time\ntold(['a.h5']); first = pid(); os.kill(first, signal.SIGINT); time.sleep(0.1)\n"
    assert run(code + "tell([told(['a.h5']), pid() == first])", tmp_path) == [{"a.h5": "ok"}, True]


def test_a_forked_process_has_a_reader_of_its_own(tmp_path: Path) -> None:
    files(tmp_path, "a.h5", "segfault.h5")
    code = """
told(['a.h5']); mine = pid()
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, json.dumps([told(['segfault.h5', 'a.h5']), pid()]).encode())
    isolation._readers.end()
    os._exit(0)
os.wait()
theirs, other = json.loads(os.read(read, 1000))
tell([theirs, other != mine, told(['a.h5']), pid() == mine])
"""
    assert run(code, tmp_path) == [{"segfault.h5": "reader-crashed", "a.h5": "ok"}, True, {"a.h5": "ok"}, True]


def test_threads_get_the_answers_to_their_own_questions(tmp_path: Path) -> None:
    shutil.copyfile(CHECKOUT / "sample_models" / "softmax_one_unit.h5", tmp_path / "wrong.h5")
    names = [*files(tmp_path, "a.h5", "segfault.h5"), "wrong.h5"] * 6
    code = f"""
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(6) as pool: found = list(pool.map(lambda name: told([name]), {names}))
tell(found)
"""
    expected = {"a.h5": "ok", "segfault.h5": "reader-crashed", "wrong.h5": "mismatch"}
    assert run(code, tmp_path) == [{name: expected[name]} for name in names]


def test_a_path_is_that_of_the_moment_and_not_of_the_start(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    files(tmp_path, "a.h5", "below/b.h5")
    assert run("told(['a.h5']); os.chdir('below'); tell(told(['b.h5', '../a.h5']))", tmp_path) == {
        "b.h5": "ok",
        "a.h5": "ok",
    }


def test_names_may_be_of_any_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe \n.h5")
    files(tmp_path, name)
    assert run(f"tell(list(told([{name!r}]).values()))", tmp_path) == ["ok"]


def test_standard_streams_may_be_closed(tmp_path: Path) -> None:
    files(tmp_path, "a.h5", "segfault.h5")
    code = "os.close(0); os.close(2)\nfound = told(['a.h5', 'segfault.h5', 'a.h5'])\nos.dup2(1, 2); tell(found)"
    assert run(code, tmp_path) == {"a.h5": "ok", "segfault.h5": "reader-crashed"}


def test_the_process_may_write_no_file_and_dump_no_core(tmp_path: Path) -> None:
    files(tmp_path, "a.h5")
    limits = run("told(['a.h5']); tell(open(f'/proc/{pid()}/limits').read())", tmp_path)
    assert isinstance(limits, str)
    zero = {line[:26].strip() for line in limits.splitlines() if line[26:].split()[:1] == ["0"]}
    assert zero >= {"Max file size", "Max core file size"}


def test_the_process_has_none_of_the_files_that_the_other_one_has_open(tmp_path: Path) -> None:
    files(tmp_path, "a.h5")
    code = "kept = open('a.h5'), os.open('a.h5', 0)\ntold(['a.h5'])\nwhere = f'/proc/{pid()}/fd'\n"
    opened = run(
        code + "tell(sorted(os.readlink(f'{where}/{fd}').partition(':')[0] for fd in os.listdir(where)))", tmp_path
    )
    assert opened == ["/dev/null"] * 3 + ["pipe"] * 2


WITHOUT_PROC = """
real = os.listdir
def listdir(path="."):
    if str(path).startswith("/proc"): raise FileNotFoundError(2, "there is no /proc")
    return real(path)
os.listdir = listdir
"""


def test_without_proc_files_are_read_by_a_new_python_and_not_by_this_process(tmp_path: Path) -> None:
    """One crash would end the whole scan."""
    names = files(tmp_path, "a.h5", "segfault.h5", "b.h5")
    found = run(f"{WITHOUT_PROC}tell([told({names}), 'h5py' in sys.modules])", tmp_path)
    assert found == [{"a.h5": "ok", "segfault.h5": "reader-crashed", "b.h5": "ok"}, False]


def test_without_proc_memory_is_limited_all_the_same(tmp_path: Path) -> None:
    files(tmp_path, "a.h5")
    code = """
import builtins
real_open = builtins.open
def opened(path, *arguments, **options):
    if path == "/proc/self/statm": raise FileNotFoundError(2, "there is no /proc")
    return real_open(path, *arguments, **options)
builtins.open = opened
tell([told(['a.h5']), [line.split()[3] for line in open(f'/proc/{pid()}/limits') if line.startswith('Max address')]])
"""
    assert run(code, tmp_path) == [{"a.h5": "ok"}, [str(reading_process.MOST_IN_ALL)]]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_crashes_are_told_where_the_system_forgets_dead_children(tmp_path: Path, mode: str) -> None:
    """SIGCHLD is ignored where the parent of this process ignores it, as some supervisors do."""
    names = files(tmp_path, "a.h5", "segfault.h5", "segfault_2.h5", "b.h5")
    code = f"""{mode}
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
tell([told({names}), logitcheck.inspect("segfault.h5").error.message])
"""
    found, message = run(code, tmp_path)
    assert found == {"a.h5": "ok", "segfault.h5": "reader-crashed", "segfault_2.h5": "reader-crashed", "b.h5": "ok"}
    assert message == "The process that read the HDF5 file died of it (how, the system does not tell)."


@pytest.mark.parametrize("failing", ["fork", "pipe"])
def test_a_process_that_cannot_be_made_leaves_nothing_open(tmp_path: Path, failing: str) -> None:
    code = f"""
real, calls = os.{failing}, []
def fails():
    calls.append(1)
    if "{failing}" == "pipe" and len(calls) % 2: return real()
    raise BlockingIOError(11, "too many")
os.{failing} = fails
before = len(os.listdir("/proc/self/fd"))
for _ in range(3):
    try: child_process.start()
    except child_process.NoProcessError: pass
tell([before, len(os.listdir("/proc/self/fd"))])
"""
    before, after = run(code, tmp_path)
    assert before == after


def test_a_file_that_takes_too_long_is_not_tried_again(tmp_path: Path) -> None:
    """Each file has its time from the moment that it is asked for: what came before it is not to blame."""
    files(tmp_path, "a.h5", "hang.h5", "b.h5")
    code = """
import time
real, made = child_process.start, []
def start(): made.append(1); return real()
child_process.start = start
tell([told(["a.h5", "hang.h5", "b.h5"]), len(made)])
"""
    assert run(code, tmp_path) == [{"a.h5": "ok", "hang.h5": "timeout", "b.h5": "ok"}, 2]


NO_PROCESS = {
    "an application of one file": "sys.frozen = True",
    "an interpreter inside another program": "sys.executable = '/usr/bin/true'",
    "an interpreter that does not know where it is": "sys.executable = ''",
    "a Python that cannot be started": "sys.executable = '/nowhere/python'",
}


@pytest.mark.parametrize("reason", NO_PROCESS.values(), ids=NO_PROCESS.keys())
def test_where_no_process_can_be_made_files_are_read_without(tmp_path: Path, reason: str) -> None:
    files(tmp_path, "a.h5")
    code = f"{THREAD}{reason}\ntell([told(['a.h5']), 'h5py' in sys.modules, isolation._readers._reader is None])"
    assert run(code, tmp_path) == [{"a.h5": "ok"}, True, True]


@pytest.mark.parametrize("kind", ["ImportError", "ValueError"])
def test_an_installation_whose_h5py_is_broken_is_told(tmp_path: Path, kind: str) -> None:
    files(tmp_path, "a.h5")
    (tmp_path / "h5py.py").write_text(f"raise {kind}('it was built for another numpy')")
    code = "sys.path.insert(0, os.getcwd())\ntell(logitcheck.inspect_all(['a.h5']).models[0].error.message)"
    assert f"{kind}: it was built for another numpy" in str(run(code, tmp_path))


def test_a_file_on_which_the_hdf5_library_itself_hangs_takes_no_verdict_away(tmp_path: Path) -> None:
    """A global heap whose objects have no size: HDF5 1.14 looks at the same one for ever. Found by fuzzing."""
    files(tmp_path, "a.h5", "b.h5")
    raw = (CHECKOUT / "tests" / "data" / "old" / "keras3.0.5" / "timedistributed_good.h5").read_bytes()
    text = len("tensorflow").to_bytes(8, "little") + b"tensorflow"
    assert text in raw
    (tmp_path / "b.h5").write_bytes(raw.replace(text, bytes(len(text))))
    files(tmp_path, "c.h5")
    found = run("tell(told(['a.h5', 'b.h5', 'c.h5']))", tmp_path)
    assert isinstance(found, dict)
    assert found["b.h5"] in {"timeout", "truncated"}  # later versions may see it
    assert (found["a.h5"], found["c.h5"]) == ("ok", "ok")


def with_weights(folder: Path) -> list[str]:
    """Two models whose outputs hang on their weights: reading those of the first, a folder, kills a process."""
    (folder / "unpacked").mkdir()
    (folder / "unpacked" / "config.json").write_text(json.dumps(adapted.model()), "utf-8")
    (folder / "unpacked" / "model.weights.h5").write_bytes(adapted.weights())
    adapted.archive(folder / "a.keras")
    return ["unpacked", "a.keras"]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_weights_that_crash_the_process_cost_their_numbers_only(tmp_path: Path, mode: str) -> None:
    names = with_weights(tmp_path)
    code = f"""{mode}
found = [logitcheck.inspect(name) for name in {names}]
tell([[report.error is None, report.outputs[0].low] for report in found] + ["h5py" in sys.modules])
"""
    assert run(code, tmp_path) == [[True, None], [True, -1.0], False]


def test_without_a_process_weights_are_read_in_this_one(tmp_path: Path) -> None:
    with_weights(tmp_path)
    code = f"{THREAD}sys.frozen = True\ntell([logitcheck.inspect('a.keras').outputs[0].low, 'h5py' in sys.modules])"
    assert run(code, tmp_path) == [-1.0, True]


def test_numbers_of_a_broken_installation_are_not_known(tmp_path: Path) -> None:
    with_weights(tmp_path)
    (tmp_path / "h5py.py").write_text("raise ImportError('it was built for another numpy')")
    code = "sys.path.insert(0, os.getcwd())\ntell(logitcheck.inspect('a.keras').outputs[0].low)"
    assert run(code, tmp_path) is None
