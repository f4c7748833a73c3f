"""Columns of a tape while it is built: files without a name, gone with their process."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.rows import COLUMNS


class ColumnFiles:
    """One growing file for each column, so that a day needs no memory; a context manager.

    Example:
        >>> with ColumnFiles(Path("/tmp")) as files:
        ...     files.append(rows)
        ...     columns = files.columns()
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> "ColumnFiles":
        try:
            for name in COLUMNS:
                self._files[name] = tempfile.TemporaryFile(dir=self._folder)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Write `[n]` rows of every column behind those that are there."""
        for name, file in self._files.items():
            file.write(columns[name].data)

    def columns(self) -> dict[str, NDArray[Any]]:
        """`[rows]` memory maps of what was written; valid while the context lasts."""
        for file in self._files.values():
            file.flush()
        if os.fstat(self._files["kind"].fileno()).st_size == 0:  # nothing cannot be mapped
            return {name: np.empty(0, dtype) for name, dtype in COLUMNS.items()}
        return {
            name: np.memmap(self._files[name], dtype, mode="r") for name, dtype in COLUMNS.items()
        }

    def descriptors(self) -> dict[str, int]:
        """Descriptor of the file of each column that holds something."""
        return {
            name: file.fileno()
            for name, file in self._files.items()
            if os.fstat(file.fileno()).st_size
        }

    def close(self) -> None:
        """Give the files up; the system takes their space back."""
        for file in self._files.values():
            file.close()
