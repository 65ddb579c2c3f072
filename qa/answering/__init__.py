"""In: an opened `Library` and a question. Out: an `Answer` with cited passages.

Also what restricts a search, and which questions are suggested.
"""
