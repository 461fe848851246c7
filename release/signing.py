"""How the sums of a release are signed and by whom they may be: with an SSH key, by ssh-keygen.

The key stays where its holder keeps it; no key is in the repository. `allowed_signers` is the file that
ssh-keygen knows by that name: one line for each person, `name@office namespaces="havenward-release"
ssh-ed25519 AAAA...`.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from commands import ReleaseError, run_program

if TYPE_CHECKING:
    from pathlib import Path

# a signature counts for this purpose only: one made for a commit or a letter cannot be put under a release
NAMESPACE = "havenward-release"


def sign_file(path: Path, key: Path) -> Path:
    """Sign a file; give the file with the signature, which stands beside it.

    Parameters
    ----------
    path
        What is signed.
    key
        A private key, or the public key whose private half an agent or a token holds.

    Raises
    ------
    ReleaseError
        There is no ssh-keygen or no such key, or the signature was not made.
    """
    signature = path.with_name(f"{path.name}.sig")
    signature.unlink(missing_ok=True)  # ssh-keygen would ask before it writes over one
    run_program([_find_keygen(), "-Y", "sign", "-q", "-n", NAMESPACE, "-f", key, path])
    if not signature.exists():
        message = f"{signature.name}: ssh-keygen ended well and wrote none"
        raise ReleaseError(message)
    return signature


def check_signature(path: Path, signers: Path) -> str:
    """Give the name of the person whose signature stands beside a file.

    Raises
    ------
    ReleaseError
        There is no signature, it is of nobody in `signers`, or of another text or purpose.
    """
    signature = path.with_name(f"{path.name}.sig")
    if not signature.exists():
        message = f"{signature.name}: there is none; expected a signature beside {path.name}"
        raise ReleaseError(message)
    keygen = _find_keygen()
    named = run_program([keygen, "-Y", "find-principals", "-s", signature, "-f", signers]).splitlines()
    text = path.read_text(encoding="utf-8")
    words: list[str | Path] = [
        keygen,
        "-Y",
        "verify",
        "-n",
        NAMESPACE,
        "-s",
        signature,
        "-f",
        signers,
        "-I",
        named[0],
    ]
    run_program(words, text=text)
    return named[0]


def _find_keygen() -> str:
    found = shutil.which("ssh-keygen")
    if not found:
        message = "ssh-keygen: not found; install OpenSSH 8.2 or newer"
        raise ReleaseError(message)
    return found
