"""Findings to readers: one file a format."""
