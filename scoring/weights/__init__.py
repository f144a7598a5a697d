"""Trained weights: ``NAME.safetensors`` (fp16) beside ``manifest.json``, which holds the digest of every file.

A file that is absent or differs from its digest is refused. Shipped weights were trained on synthetic tissue; research
use only. A laboratory passes its own ``folder``.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors
from torch import nn

from scoring import devices, networks
from scoring.types import ScoringError

FOLDER: Final = Path(__file__).parent
"""Where the shipped weights lie."""
MANIFEST: Final = "manifest.json"


def load(name: str, folder: Path = FOLDER) -> nn.Module:
    """The network ``name``, fp32, ``channels_last``, in evaluation mode, normalisation folded into the convolutions, on
    the process's device.

    One object per file and process: do not train it. Raises ScoringError where the weights are absent, altered or of
    another network; the message says how to make them.
    """
    entry = entries(folder).get(name)
    path = folder / f"{name}.safetensors"
    if entry is None or not path.is_file():
        raise ScoringError(f"{path}: no such weights; make them with: python -m scoring train {name} --out {folder}")
    return _loaded(path, str(entry["sha256"]), json.dumps([entry["network"], entry["preset"], entry["kwargs"]]))


def entries(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The manifest: name -> {sha256, network, preset, kwargs, training, metrics, ...}; empty where there is none."""
    path = folder / MANIFEST
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ScoringError(f"{path}: not JSON ({error}); restore the file or train anew into another folder") from error
    return found


@lru_cache(maxsize=32)
def _loaded(path: Path, sha256: str, what: str) -> nn.Module:
    name, preset, kwargs = json.loads(what)
    data = path.read_bytes()
    received = hashlib.sha256(data).hexdigest()
    remedy = f"restore it, or make it anew with: python -m scoring train {path.stem} --out {path.parent}"
    if received != sha256:
        raise ScoringError(f"{path}: SHA-256 is {received[:12]}…, the manifest says {sha256[:12]}…; {remedy}")
    module = networks.build(name, preset, **kwargs)
    try:
        module.load_state_dict(safetensors.load(data))  # fp16 values are copied into the fp32 network
    except (RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ScoringError(f"{path}: these are not the weights of {name} ({preset}): {reason}; {remedy}") from error
    for values in module.parameters():
        values.requires_grad_(False)
    return networks.fold(module.eval()).to(devices.configured())


def save(
    module: nn.Module,
    name: str,
    folder: Path,
    *,
    network: str,
    preset: str,
    kwargs: Mapping[str, object] | None = None,
    **facts: object,
) -> dict[str, Any]:
    """Write ``NAME.safetensors`` in fp16 and its manifest entry, each at once or not at all; returns the entry.

    ``network, preset, kwargs`` are what ``networks.build`` needs; ``facts`` (JSON) join the entry.
    """
    state = {
        key: (values.half() if values.is_floating_point() else values).detach().cpu().contiguous()
        for key, values in module.state_dict().items()
    }
    overflowing = [key for key, values in state.items() if not torch.isfinite(values).all()]
    if overflowing:
        raise ScoringError(f"Weights of {name} do not fit fp16 or are not finite: {', '.join(overflowing[:3])}.")
    data = safetensors.save(state)
    entry = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "network": network,
        "preset": preset,
        "kwargs": dict(kwargs or {}),
        "parameters": networks.parameters(module),
        **facts,
    }
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        put(folder / f"{name}.safetensors", data)
        known = {**entries(folder), name: entry}
        text = json.dumps(dict(sorted(known.items())), indent=1, ensure_ascii=False, allow_nan=False)
        put(folder / MANIFEST, (text + "\n").encode())
    return entry


def put(path: Path, data: bytes) -> None:
    """Replace a file's content at once: temporary file, fsync, rename."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
            os.fchmod(target.fileno(), 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two trainings that end together both get into the manifest."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
