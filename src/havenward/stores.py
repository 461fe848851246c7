"""Where named pieces of bytes are kept: in a folder, or in any store that fsspec knows.

A name appears whole or not at all. Credentials come from fsspec's own configuration, never from our files.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from havenward.errors import HavenwardError, Problem, RunError, SettingsError
from havenward.files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.=-]*")
_HIDDEN = "."  # how the name of what is not whole yet begins
# where a file grows under its name while it is written; elsewhere (S3, GCS, Azure) a put is whole by itself
_GROWING = frozenset(("file", "local", "sftp", "ssh", "smb", "ftp", "hdfs", "arrow_hdfs", "webhdfs"))


class Store(Protocol):
    """Named pieces of bytes in one place; can be pickled and sent to other machines.

    Attributes
    ----------
    url
        Where it is: the path of a folder, or a URL.
    """

    @property
    def url(self) -> str:
        """Where it is: the path of a folder, or a URL."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Keep bytes under a name, whole or not at all; what stood there is replaced.

        Raises
        ------
        ValueError
            The name could lead out of the store, or is hidden.
        RunError
            It cannot be written: no rights, no room, or nobody answers.
        """
        ...

    def read(self, name: str) -> bytes:
        """Give the bytes of a name.

        Raises
        ------
        FileNotFoundError
            There is none of this name.
        RunError
            It cannot be read.
        """
        ...

    def names(self) -> list[str]:
        """Give the names that are there and whole, sorted; none where the place does not exist yet."""
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Take names away; one that is not there is no fault."""
        ...


def open_store(place: str | Path) -> Store:
    """Open the store at a path or URL; nothing is made or asked before it is used.

    Parameters
    ----------
    place
        The path of a folder, `file:///...`, or a URL of fsspec such as `s3://bucket/runs/eve`.

    Raises
    ------
    SettingsError
        The URL holds a password, its kind is not known, or what opens it is not installed.
    """
    text = str(place)
    if isinstance(place, Path) or "://" not in text:
        return _Folder(Path(place).resolve())
    if "::" not in text:
        parts = urlsplit(text)
        if parts.password is not None:
            raise SettingsError(_password_in_url(text.replace(parts.netloc, parts.netloc.rsplit("@")[-1])))
        if parts.scheme == "file":
            from urllib.request import url2pathname

            return _Folder(Path(url2pathname(unquote(parts.path))).resolve())
    _filesystem(text)  # what is wrong with the URL is told now and not by the first piece
    return _Remote(text.rstrip("/"))


@dataclass(frozen=True)
class _Folder:
    """A folder of this machine, or one that a network shares with it."""

    folder: Path

    @property
    def url(self) -> str:
        return str(self.folder)

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / _checked(name)
        part: Path | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(prefix=f"{_HIDDEN}{name}.part-", dir=self.folder)
            part = Path(made)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())  # before the name, so that no name ever stands for less
            part.chmod(0o644)
            part.replace(path)
            with suppress(OSError):  # some shared folders cannot; a lost name is a piece done again
                sync_folder(self.folder)
        except OSError as error:
            raise RunError(_not_written(self.url, name, error)) from error
        finally:
            if part is not None:
                part.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        try:
            return (self.folder / _checked(name)).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise RunError(_not_read(self.url, name, error)) from error

    def names(self) -> list[str]:
        try:
            return sorted(entry.name for entry in os.scandir(self.folder) if _is_name(entry.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(_not_read(self.url, "", error)) from error

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                (self.folder / _checked(name)).unlink(missing_ok=True)
            except OSError as error:
                raise RunError(_not_written(self.url, name, error)) from error


@dataclass(frozen=True)
class _Remote:
    """A place that fsspec opens; its connection is made where it is used and never pickled."""

    url: str

    def write(self, name: str, content: bytes) -> None:
        files, root = _filesystem(self.url)
        path = f"{root}/{_checked(name)}"
        try:
            protocol = files.protocol if isinstance(files.protocol, str) else files.protocol[0]
            if protocol in _GROWING:
                part = f"{root}/{_HIDDEN}{name}.part-{os.urandom(6).hex()}"
                files.makedirs(root, exist_ok=True)
                files.pipe_file(part, content)
                files.mv(part, path)
            else:
                files.pipe_file(path, content)
        except Exception as error:  # each kind of store has errors of its own, and all mean the same to us
            raise RunError(_not_written(self.url, name, error)) from error

    def read(self, name: str) -> bytes:
        files, root = _filesystem(self.url)
        path = f"{root}/{_checked(name)}"
        try:
            content: bytes = files.cat_file(path)
        except FileNotFoundError:
            raise
        except Exception as error:
            raise RunError(_not_read(self.url, name, error)) from error
        return content

    def names(self) -> list[str]:
        files, root = _filesystem(self.url)
        try:
            files.invalidate_cache()  # other machines have written since
            found = [str(path).rstrip("/").rsplit("/", 1)[-1] for path in files.ls(root, detail=False)]
        except FileNotFoundError:
            return []
        except Exception as error:
            raise RunError(_not_read(self.url, "", error)) from error
        return sorted(name for name in found if _is_name(name))

    def delete(self, names: Iterable[str]) -> None:
        files, root = _filesystem(self.url)
        for name in names:
            path = f"{root}/{_checked(name)}"
            try:
                files.rm_file(path)
            except FileNotFoundError:
                continue
            except Exception as error:
                raise RunError(_not_written(self.url, name, error)) from error


def _filesystem(url: str) -> tuple[Any, str]:
    """Give fsspec's file system for a URL and the path in it; fsspec itself keeps what is open."""
    try:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]
    except ImportError as error:
        raise SettingsError(_no_fsspec(url)) from error
    try:
        files, root = url_to_fs(url)
    except HavenwardError:
        raise
    except Exception as error:  # the kind is unknown, or its driver is missing or refuses the settings
        raise SettingsError(_no_driver(url, error)) from error
    return files, str(root).rstrip("/")


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _checked(name: str) -> str:
    if not _is_name(name):
        message = (
            f"{name!r} is no name in a store: expected letters, digits and _ - = . without a leading point"
        )
        raise ValueError(message)
    return name


# -- what can go wrong -------------------------------------------------------------------------------------


def _password_in_url(url: str) -> Problem:
    return Problem(
        url,
        "the address of the store holds a password",
        "expected none, since the address is kept in the run and shown",
        "put it into fsspec's own configuration (~/.config/fsspec) or the environment of the driver",
        "store-password",
    )


def _no_fsspec(url: str) -> Problem:
    return Problem(
        url,
        "fsspec is not installed, which opens stores that are no folders",
        "expected it on every machine that takes part",
        "run: pip install 'havenward[cluster]'",
        "store-without-fsspec",
    )


def _no_driver(url: str, error: Exception) -> Problem:
    return Problem(
        url,
        f"cannot be opened ({_first_line(error)})",
        "expected a URL that fsspec knows, and its driver on every machine that takes part",
        "install the driver (for example s3fs, gcsfs, adlfs) or correct the URL",
        "store-driver",
    )


def _not_written(url: str, name: str, error: Exception) -> Problem:
    return Problem(
        f"{url}: {name}",
        f"cannot be written ({_first_line(error)})",
        "expected a place with rights and room",
        "free some space, correct the rights, or name another place; what is there stays and is taken up",
        "store-not-written",
    )


def _not_read(url: str, name: str, error: Exception) -> Problem:
    return Problem(
        f"{url}: {name}" if name else url,
        f"cannot be read ({_first_line(error)})",
        "expected a place that answers and may be read",
        "correct the rights or the connection, then ask again",
        "store-not-read",
    )


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
