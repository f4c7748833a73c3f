"""What several rooms' tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The suite draws the same examples every time; `--hypothesis-profile=long` looks for new ones.
settings.register_profile("suite", max_examples=60, derandomize=True, deadline=None, database=None)
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real market data; tests that need it skip where it is not at hand."""
    folder = os.environ.get("HFT_GYM_REAL_DATA")
    if not folder:
        pytest.skip("HFT_GYM_REAL_DATA is not set: no real market data at hand")
    path = Path(folder)
    if not path.is_dir():
        pytest.skip(f"HFT_GYM_REAL_DATA={folder} is not a folder")
    return path
