"""Where the index is, unless somebody says otherwise."""

import os
from pathlib import Path


def default_folder() -> Path:
    """Return $INTERVIEW_QA_INDEX, else .interview-qa in the working directory."""
    return Path(os.environ.get("INTERVIEW_QA_INDEX") or ".interview-qa")
