"""In: text as transcripts hold it. Out: the same text without what is not speech, and its sentences.

Used by reading, splitting and qa; imports nothing of the other wings.
"""
