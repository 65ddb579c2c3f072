"""In: JSON text. Out: values with their file offsets, and the fields that hold words, times and speakers.

Used by the formats that are JSON.
"""
