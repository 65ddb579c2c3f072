"""In: a `Transcript`. Out: `Passage`s, each a question with its answer, and their windows.

Finds exchanges, asides and, in bare captions, sentences and speakers.
"""
