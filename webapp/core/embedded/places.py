"""Files of a service that runs as another user than the launcher (``nobody``, when root starts it)."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import uuid
from pathlib import Path

from webapp.core.embedded.process import Account, birth

_CACHE = Path("/var/cache/duoscope")
_STATE = Path("/var/lib/duoscope")
_SOCKETS = "duoscope-sockets-"


def is_reachable(path: Path, account: Account) -> bool:
    """Whether ``account`` may walk down to ``path``: every folder above it must let that user pass."""
    if account.is_me:
        return True
    for folder in path.resolve().parents:
        status = folder.stat()
        if status.st_uid == account.uid:
            allowed = status.st_mode & stat.S_IXUSR
        elif status.st_gid == account.gid:
            allowed = status.st_mode & stat.S_IXGRP
        else:
            allowed = status.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def reachable_copy(folder: Path, account: Account) -> Path:
    """``folder`` itself, or a copy of it where ``account`` can read it (made once for each version of the folder)."""
    if is_reachable(folder / "any", account):
        return folder
    listing = "\n".join(
        f"{file.relative_to(folder)} {file.stat().st_size}" for file in sorted(folder.rglob("*")) if file.is_file()
    )
    copy = _CACHE / f"{folder.name}-{hashlib.sha256(listing.encode()).hexdigest()[:16]}"
    if not copy.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        _CACHE.chmod(0o755)
        unfinished = Path(tempfile.mkdtemp(prefix=".copy-", dir=_CACHE))
        shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            (unfinished / folder.name).rename(copy)
        except OSError:
            if not copy.exists():  # another launcher made the same copy first
                raise
        shutil.rmtree(unfinished)
    return copy


def state_folder(wanted: Path, account: Account) -> Path:
    """A folder only ``account`` can read, at ``wanted``; where it could not get there, ``wanted`` becomes a link to one
    under /var/lib. It need not exist afterwards: the service makes it, its parent is ready."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if wanted.is_symlink():
        return wanted.resolve()
    if wanted.exists() or is_reachable(wanted, account):
        return wanted
    elsewhere = _STATE / uuid.uuid4().hex
    elsewhere.mkdir(parents=True)
    _STATE.chmod(0o755)
    elsewhere.chmod(0o755)
    wanted.symlink_to(elsewhere / wanted.name)
    return elsewhere / wanted.name


def private_folder(path: Path, account: Account) -> Path:
    """Make ``path`` (0700) and give it to ``account``."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if not account.is_me:
        os.chown(path, account.uid, account.gid)
    return path


def socket_folder(account: Account) -> Path:
    """A private folder with a short name: the path of a unix socket may have 107 bytes. It is named after this process;
    those of processes that were killed are removed."""
    temporary = Path(tempfile.gettempdir())
    if len(str(temporary)) > 50 or not is_reachable(temporary / "any", account):
        temporary = Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it
    for old in temporary.glob(f"{_SOCKETS}*"):
        pid = old.name.removeprefix(_SOCKETS).partition("-")[0]
        if pid.isdigit() and birth(int(pid)) is None:
            shutil.rmtree(old, ignore_errors=True)
    return private_folder(Path(tempfile.mkdtemp(prefix=f"{_SOCKETS}{os.getpid()}-", dir=temporary)), account)
