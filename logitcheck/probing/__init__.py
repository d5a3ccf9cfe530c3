"""Runs a model in a process of its own and looks at what it puts out: what the file alone cannot decide.

Data goes one way: a request, a process that runs the model (`child`), observations, what they say, a report.
"""
