"""Question in, cited passages out: searching the index, judging what was found, showing and measuring it."""
