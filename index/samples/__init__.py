"""Six interviews that were never held, with guests who do not exist: what a newcomer asks first."""

from pathlib import Path

SAMPLES = Path(__file__).parent
