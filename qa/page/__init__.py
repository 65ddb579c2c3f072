"""In: a `Library` and the address of the page. Out: the chat page.

The only wing, with app.py, that imports streamlit.
"""
