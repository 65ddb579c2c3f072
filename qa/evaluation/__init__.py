"""In: gold questions and a library. Out: metrics, and the same of baselines.

Also questions that a library makes of itself, to compare settings.
"""
