"""What several rooms' tests share."""

import os
from pathlib import Path

import pytest


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
