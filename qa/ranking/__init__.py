"""In: an `Interpretation`. Out: hits, best first, and whether any of them matches.

Dense and lexical candidates, late interaction, diversification.
"""
