"""In: an `Answer` or a transcript. Out: text, JSON, HTML or Markdown.

No retrieval happens here.
"""
