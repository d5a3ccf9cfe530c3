"""Broken and hostile inputs without end, made from valid ones by chance: `python -m tests.fuzzing.campaign --help`."""
