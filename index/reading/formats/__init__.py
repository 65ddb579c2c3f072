"""In: the decoded text of a file. Out: a `ParsedFile` with the file offsets of its segments.

One module a format, each with `sniff(text)` and `read(text)`.
"""
