"""The training loop: Adam, cosine schedule, checkpoints that a kill -9 cannot break.

All randomness of step k is a function of (seed, k) – the batch's by a generator seeded with both, dropout's likewise –
so a run that was killed and resumed ends with the weights of one that was not.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import torch
from safetensors import safe_open
from safetensors import torch as safetensors
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from scoring import weights
from scoring.types import ScoringError

CHECKPOINT = "checkpoint.safetensors"
Batch = tuple[Tensor, ...]
Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps in all, a few words)."""


class Task(Protocol):
    """What is learnt from what."""

    def batch(self, step: int) -> Batch:
        """The tensors of step ``step``, always the same; called in worker processes, some steps ahead."""
        ...

    def loss(self, module: nn.Module, batch: Batch) -> Tensor:
        """A scalar to minimise."""
        ...

    def validate(self, module: nn.Module) -> dict[str, float]:
        """Figures on held-out data; the module is in evaluation mode."""
        ...


@dataclass(frozen=True)
class Settings:
    """How to run. ``digest`` stands for data and recipe: a checkpoint of another is not continued."""

    steps: int
    seed: int
    digest: str
    lr: float = 1e-3
    lr_end: float = 1e-5
    checkpoint_steps: int = 200
    checkpoint_seconds: float = 60.0
    validate_steps: int = 1000
    device: str = "cpu"
    workers: int = 1
    """Processes that make batches beside the network; 0 makes them in this one."""


@dataclass(frozen=True)
class Outcome:
    """Seconds of all runs together, the mean loss of the last 50 steps, figures on held-out data."""

    seconds: float
    loss: float
    metrics: Mapping[str, float]
    history: list[dict[str, float]]


def rate(step: int, settings: Settings) -> float:
    """Learning rate of a step: half a cosine from ``lr`` to ``lr_end``."""
    share = step / max(1, settings.steps - 1)
    return settings.lr_end + (settings.lr - settings.lr_end) * (1 + math.cos(math.pi * share)) / 2


def train(
    module: nn.Module, task: Task, settings: Settings, folder: Path, *, resume: bool, progress: Progress
) -> Outcome:
    """Train ``module`` in place; checkpoints lie in ``folder``.

    Raises ScoringError where ``folder`` holds a checkpoint and ``resume`` is not asked for, or one of another run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CHECKPOINT
    module.to(settings.device)
    optimiser = torch.optim.Adam(module.parameters(), lr=settings.lr)
    state = _State()
    if path.exists():
        if not resume:
            raise ScoringError(f"{path} holds an unfinished or finished run; add --resume to continue, or remove it")
        state = _restore(path, module, optimiser, settings)
    started = saved = time.monotonic()
    before = state.seconds
    for ready in _batches(task, range(state.step, settings.steps), settings):
        batch = tuple(values.to(settings.device, non_blocking=True) for values in ready)
        state.losses = [*state.losses[-49:], _step(module, optimiser, task, batch, settings, state.step)]
        state.step += 1
        now = time.monotonic()
        state.seconds = before + now - started
        last = state.step == settings.steps
        if last or state.step % settings.validate_steps == 0:
            figures = task.validate(module.eval())
            state.history.append({"step": state.step, "loss": state.loss, **figures})
        words = f"loss {state.loss:.4f}" + _words(state.history)
        progress(state.step, settings.steps, words)
        due = state.step % settings.checkpoint_steps == 0 or now - saved >= settings.checkpoint_seconds
        if last or due:
            _save(path, module, optimiser, settings, state)
            saved = time.monotonic()
    module.eval()
    figures = {key: value for key, value in state.history[-1].items() if key not in ("step", "loss")}
    return Outcome(round(state.seconds, 1), state.loss, figures, state.history)


class _Steps(Dataset[Batch]):
    """Step number -> batch, for torch's loader."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __getitem__(self, step: int) -> Batch:
        return self.task.batch(step)


def _batches(task: Task, steps: range, settings: Settings) -> DataLoader[Batch]:
    """The batches of ``steps`` in order, made ahead by worker processes."""
    if settings.workers:
        # One thread of OpenCV's in every worker, beside the network's. Set before they are forked: a worker that
        # inherits threads which are not there waits for them for ever.
        cv2.setNumThreads(1)
    return DataLoader(
        _Steps(task),
        batch_size=None,  # a step's batch is made whole
        sampler=steps,
        num_workers=settings.workers,
        pin_memory=settings.device != "cpu",
        multiprocessing_context="fork" if settings.workers else None,  # maps and images are shared, not copied
    )


class _State:
    def __init__(self) -> None:
        self.step = 0
        self.seconds = 0.0
        self.losses: list[float] = []
        self.history: list[dict[str, float]] = []

    @property
    def loss(self) -> float:
        return sum(self.losses) / max(1, len(self.losses))


def _step(
    module: nn.Module, optimiser: torch.optim.Adam, task: Task, batch: Batch, settings: Settings, step: int
) -> float:
    module.train()
    torch.manual_seed((settings.seed << 32) ^ step)
    for group in optimiser.param_groups:
        group["lr"] = rate(step, settings)
    optimiser.zero_grad(set_to_none=True)
    loss = task.loss(module, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    value = float(loss.detach())
    if not math.isfinite(value):
        raise ScoringError(f"The loss is {value} at step {step}; try a smaller learning rate or another --seed")
    return value


def _words(history: list[dict[str, float]]) -> str:
    if not history:
        return ""
    return "".join(f"  {key} {value:.3f}" for key, value in history[-1].items() if key not in ("step", "loss"))


def _save(path: Path, module: nn.Module, optimiser: torch.optim.Adam, settings: Settings, state: _State) -> None:
    tensors = {f"module.{key}": values for key, values in module.state_dict().items()}
    for index, values in optimiser.state_dict()["state"].items():
        tensors.update({f"adam.{index}.{key}": value for key, value in values.items()})
    facts = {
        "settings": asdict(settings),
        "step": state.step,
        "seconds": state.seconds,
        "losses": state.losses,
        "history": state.history,
    }
    plain = {key: values.detach().cpu().contiguous() for key, values in tensors.items()}
    weights.put(path, safetensors.save(plain, metadata={"training": json.dumps(facts)}))


def _restore(path: Path, module: nn.Module, optimiser: torch.optim.Adam, settings: Settings) -> _State:
    with safe_open(str(path), framework="pt") as stored:
        facts: dict[str, Any] = json.loads(stored.metadata()["training"])
        tensors = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118 – not a dict
    for key in ("seed", "digest", "steps", "lr", "lr_end"):
        was, wanted = facts["settings"][key], asdict(settings)[key]
        if was != wanted:
            raise ScoringError(
                f"{path}: {key} was {was}, now {wanted}; repeat the first run's options, or remove it to start anew"
            )
    module.load_state_dict({k.removeprefix("module."): v for k, v in tensors.items() if k.startswith("module.")})
    moments: dict[int, dict[str, Tensor]] = {}
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for name, values in tensors.items():
        if name.startswith("adam."):
            _, index, key = name.split(".")
            # the memory layout of the parameter, or the arithmetic differs in the last bit
            like = torch.empty_like(parameters[int(index)]) if values.ndim else torch.empty(())
            moments.setdefault(int(index), {})[key] = like.copy_(values)
    optimiser.load_state_dict({"state": moments, "param_groups": optimiser.state_dict()["param_groups"]})
    state = _State()
    state.step, state.seconds = int(facts["step"]), float(facts["seconds"])
    state.losses, state.history = list(facts["losses"]), list(facts["history"])
    return state
