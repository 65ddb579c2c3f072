"""What readers are made of: times, labels, cues, lines, JSON and HTML with places, encodings."""
