"""In: caption text (WebVTT, SubRip, SBV). Out: timed segments, rolling captions merged.

Cue text may hold speaker labels, so this wing imports `scripts`.
"""
