"""Parts of the chat page; the only modules beside app.py that draw with Streamlit."""
