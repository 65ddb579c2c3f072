"""In: a `Library` and an `Answer`. Out: the data of timeline, map, guests side by side and speaking time.

No streamlit; `qa.page` draws them.
"""
