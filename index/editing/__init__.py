"""In: what a person changes on the page. Out: new transcript files and sidecars.

Uploads and corrections; only the page imports it.
"""
