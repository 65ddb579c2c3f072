"""Transcripts in, saved index out: reading, cutting into passages, embedding, storing."""
