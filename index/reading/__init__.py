"""In: the bytes of one transcript file. Out: a `Transcript`, or a TranscriptError that names the line.

`reader.py` holds READERS and `read_transcript`.
"""
