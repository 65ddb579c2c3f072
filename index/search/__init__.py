"""In: the library of storage. Out: the vectors, postings and tables that a query searches, memory-mapped.

The only wing that imports faiss.
"""
