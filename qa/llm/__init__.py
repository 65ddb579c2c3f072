"""In: a question and its passages. Out: a language model's sentences, each with the passages that support it.

Optional, and off unless an endpoint is set.
"""
