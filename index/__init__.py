"""In: transcript files. Out: a saved index that is searched.

Never imports qa or streamlit; `building.build` is the way in.
"""
