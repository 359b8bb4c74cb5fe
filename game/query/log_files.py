"""Logs of runs as a file system for DuckDB, in which they can be read and nothing can be written. It knows no SQL."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, unquote

from fsspec import AbstractFileSystem

PROTOCOL = "log"


class LogFiles(AbstractFileSystem):  # type: ignore[misc] # fsspec has no types
    """Serves these files and no others.

    Args:
        files: may have any names.
    """

    protocol = PROTOCOL
    cachable = False

    def __init__(self, files: Iterable[Path]) -> None:
        super().__init__()
        self._files = {quote(str(path)): path for path in files}  # quoted, since DuckDB reads `*`, `?` and `[` as patterns

    @property
    def names(self) -> dict[str, Path]:
        """The files by the names under which DuckDB is to ask for them."""
        return {f"{PROTOCOL}://{name}": path for name, path in self._files.items()}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name and size of a file.

        Raises:
            FileNotFoundError: it is none of these.
        """
        name = self._strip_protocol(path)
        if name not in self._files:
            raise FileNotFoundError(f"{unquote(name)}: no log of a run that is asked")
        return {"name": name, "size": self._files[name].stat().st_size, "type": "file"}

    def _open(self, path: str, mode: str = "rb", **_: Any) -> BinaryIO:
        if mode != "rb":
            raise PermissionError("logs are only read")
        return self._files[self._strip_protocol(path)].open("rb")
