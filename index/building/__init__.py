"""In: paths and a model. Out: an up-to-date index folder and a report.

Build, verify, info, staleness.
"""
