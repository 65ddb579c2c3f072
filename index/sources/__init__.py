"""In: paths that a user gives. Out: named transcript sources, with the files beside them.

Folders, zip archives, sidecar files, and watching them for changes.
"""
