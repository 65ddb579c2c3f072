"""In: a question. Out: cited passages, as a page, as text or as JSON.

`answering.answer` is the way in; only `qa.page` imports streamlit.
"""
