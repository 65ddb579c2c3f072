"""In: lines of plain text. Out: turns with speakers and times.

Finds speaker labels and timestamps in text that people typed.
"""
