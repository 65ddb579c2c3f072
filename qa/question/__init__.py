"""In: the question's text and the questions before it. Out: an `Interpretation` made of `Query`s.

Names, spelling, phonetic matches, follow-ups.
"""
