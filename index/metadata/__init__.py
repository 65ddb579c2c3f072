"""In: what a file, its front matter and its sidecars say of an interview. Out: `Metadata` and joined speaker names.

Title, guests, hosts, date, language, recording.
"""
