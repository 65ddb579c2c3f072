"""In: HTML or Markdown. Out: lines of plain text, each character with its file offset.

Used by the formats that are marked up.
"""
