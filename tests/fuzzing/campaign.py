"""Inspects damaged inputs and tells what came of them; each is made again from two numbers.

python -m tests.fuzzing.campaign --campaign 1 --inputs 100000      a campaign, with figures at the end
python -m tests.fuzzing.campaign --campaign 1 --only 4711 --keep . one input again, its file kept
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzzing import checking, formats

_HANGS_AFTER = 120
_SHOWN = 40


def main() -> int:
    """Run a campaign; the exit status is 1 if anything is wrong with any input."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="logitcheck-fuzzing-") as folder:
        target = Path(given.keep or folder)
        if given.only is not None:
            made = formats.make(given.campaign, given.only)
            print(made.seed.name, made.damage, checking.check(made, target))
            return 0
        return _run(given.campaign, given.first, given.inputs, given.seconds, target)


def _run(campaign: int, first: int, inputs: int, seconds: float, folder: Path) -> int:
    told: Counter[str] = Counter()
    problems: list[str] = []
    times: list[float] = []
    start = time.monotonic()
    for number in range(first, first + inputs):
        if time.monotonic() - start > seconds:
            break
        faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
        made = formats.make(campaign, number)
        result = checking.check(made, folder)
        told[f"{made.format.member or made.format.suffix} {made.damage}: {result.told}"] += 1
        times.append(result.seconds)
        if result.problem is not None:
            problems.append(f"{number}: {made.seed.name}, {made.damage}: {result.problem}")
            print(problems[-1], file=sys.stderr, flush=True)
    faulthandler.cancel_dump_traceback_later()
    _tell(campaign, told, times, problems, time.monotonic() - start)
    return 1 if problems else 0


def _tell(campaign: int, told: Counter[str], times: list[float], problems: list[str], seconds: float) -> None:
    print(f"campaign {campaign}: {len(times):,} inputs in {seconds:,.0f} s, {len(problems)} problems")
    if times:
        ordered = sorted(times)
        print(f"processor time: median {ordered[len(ordered) // 2] * 1000:.1f} ms, highest {ordered[-1]:.2f} s")
    for name, count in sorted(told.items()):
        print(f"  {count:7,}  {name}")
    for problem in problems[:_SHOWN]:
        print(f"  PROBLEM {problem}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaign", type=int, default=1, help="the number that makes the inputs (1)")
    parser.add_argument("--inputs", type=int, default=100_000, help="how many (100000)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one (0)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--only", type=int, help="this input alone")
    parser.add_argument("--keep", help="a folder to leave the last input in")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
