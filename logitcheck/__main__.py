"""`python -m logitcheck` is the command line."""

from logitcheck.cli import main

main()
