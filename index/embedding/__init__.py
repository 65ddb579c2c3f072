"""In: texts. Out: unit vectors and the signs of their token vectors.

The only wing that imports torch, onnxruntime and sentence-transformers.
"""
