"""Tests of `logitcheck/loader`."""
