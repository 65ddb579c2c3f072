"""In: transcripts, passages, encodings. Out: the same from one SQLite file, complete or as an error.

The only wing that imports apsw or holds SQL.
"""
