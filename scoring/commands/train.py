"""``python -m scoring train NAME``: train a network, save its weights, print the manifest entry."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, TextIO

import cv2

from scoring.synth.dataset import write_cores
from scoring.training import lamt
from scoring.training import run as training
from scoring.training.recipes import RECIPES
from scoring.types import ScoringError

CORES_SEED = 1
"""First seed of the training cores; those of the evaluation begin at 900000."""
_WEIGHTS = Path(__file__).parents[1] / "weights"
LAMT = "lamt"
"""No network: the table of luminance-adaptive thresholds, into OUT/lamt_default.json."""


def add_arguments(verbs: Any) -> None:
    """Add the verb to the subparsers of ``python -m scoring``."""
    parser: argparse.ArgumentParser = verbs.add_parser("train", help="train a network; prints its manifest entry")
    names = [*RECIPES, LAMT]
    parser.add_argument("name", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--data", type=Path, help="folder of training images (docs/training.md); default: makes some")
    parser.add_argument("--cores", type=_positive, default=800, help="synthetic cores to make where --data is left out")
    parser.add_argument("--out", type=Path, default=_WEIGHTS, help="folder for weights and manifest.json")
    parser.add_argument("--as", dest="save_as", default="", metavar="NAME", help="name of the weights")
    parser.add_argument("--preset", choices=("cpu", "paper"), default="cpu", help="widths of the network")
    parser.add_argument("--steps", type=_positive)
    parser.add_argument("--batch", type=_positive)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lr", type=float, default=1e-3, help="first learning rate (default 1e-3)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=_positive, default=2)
    parser.add_argument("--workers", type=_positive, default=1, help="processes that make batches beside the network")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint in OUT/training")
    parser.add_argument("--checkpoint-steps", type=_positive, default=200, help="and every minute")
    parser.add_argument("--target", choices=("nuclei", "tumour"), help="mask to learn, where not the usual one")
    parser.add_argument("--fold", type=_fold, metavar="K/N", help="hold out fold K of N (paper: 1/21 to 21/21)")
    parser.add_argument("--no-label-augmentation", dest="label_augmentation", action="store_false")
    parser.add_argument("--representation", choices=("inverted", "paper"), default="inverted", help="SINI and SITI")
    parser.add_argument("--masks-from", type=Path, default=_WEIGHTS, help="weights of the two U-Nets, for scores")
    parser.add_argument("--um-per-px", type=float, help="of images that no table gives a scale")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train; the manifest entry as plain data. Raises ScoringError with a line for the user."""
    chosen = {key: value for key, value in vars(options).items() if key in training.Options.__dataclass_fields__}
    cv2.setNumThreads(1)  # the batches are made beside the network, which has the threads
    progress = Reporter(sys.stderr)
    if options.name == LAMT:
        options.out.mkdir(parents=True, exist_ok=True)
        return lamt.fit(options.out / "lamt_default.json", progress)
    folder: Path = options.data or options.out / "training" / "cores"
    if options.data is None:
        write_cores(folder, options.cores, CORES_SEED, processes=options.threads, progress=progress.cores)
    if not folder.is_dir():
        raise ScoringError(f"{folder}: no such folder; give one of training images, or leave --data out")
    return training.run(training.Options(**chosen, folder=folder, synthetic=(folder / "index.csv").is_file()), progress)


class Reporter:
    """A line that rewrites itself on a terminal; elsewhere one line every 50 steps."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()

    def __call__(self, done: int, total: int, words: str) -> None:
        if self._terminal:
            end = "\n" if done == total else ""
            self._stream.write(f"\r{done}/{total}  {words}\x1b[K{end}")
        elif done % 50 == 0 or done == total:
            self._stream.write(f"{done}/{total}  {words}\n")
        else:
            return
        self._stream.flush()

    def cores(self, done: int, total: int) -> None:
        """Progress of making the synthetic cores."""
        self(done, total, "synthetic cores")


def _positive(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1; received {text!r}")
    return value


def _fold(text: str) -> tuple[int, int]:
    first, slash, second = text.partition("/")
    if not (slash and first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second) and int(second) > 1):
        raise argparse.ArgumentTypeError(f"K/N such as 3/21; received {text!r}")
    return int(first), int(second)
