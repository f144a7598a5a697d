"""Learning masks: random 224 px crops of decoded images, as other laboratories could have stained and scanned them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from scoring import segmentation
from scoring.segmentation import WINDOW_PX
from scoring.training import augment
from scoring.training.data import NUCLEI, TISSUE, TUMOUR, Decoded
from scoring.training.loop import Batch
from scoring.training.losses import dice_loss
from scoring.types import FloatMap, Mask, ScoringError

GeneralSampler = Callable[[int, int], tuple[FloatMap, Mask]]
"""(seed, side in px) -> grey transmittance 0..1 and the mask of its nuclei."""
BT601: Final = np.array([[0.299, 0.587, 0.114]], dtype=np.float32)
WITHOUT: Final = 0.3
"""Share of crops without the target, as far as the images have such places."""
GENERAL: Final = 0.4
"""Share of images of other stains for the network of all nuclei (the paper: 3772 of 3887)."""
_RESTAINED: Final = 0.8
_STRIDE: Final = 8
_MAX_VALIDATION: Final = 12


@dataclass(frozen=True)
class MaskTask:
    """A :class:`scoring.training.loop.Task`. ``bit`` is the target, ``grey`` what the network sees; ``general`` adds
    images of other stains (grey alone).
    """

    images: Sequence[Decoded]
    held_out: Sequence[Decoded]
    bit: int
    grey: bool
    size: int
    seed: int
    general: GeneralSampler | None = None

    def __post_init__(self) -> None:
        lacking = [each.core.image for each in (*self.images, *self.held_out) if not each.core.has(self.bit)]
        if lacking or not self.images:
            kind = "tumour" if self.bit == TUMOUR else "nuclei"
            raise ScoringError(f"{lacking[0] if lacking else 'no images'}: a mask of {kind} is needed for training")

    def batch(self, step: int) -> Batch:
        """``size`` crops (B, 1 or 3, 224, 224) in channels_last and their masks (B, 1, 224, 224), float32."""
        rng = np.random.default_rng([self.seed, step])
        pairs = [self._pair(rng) for _ in range(self.size)]
        seen = torch.from_numpy(np.stack([picture for picture, _ in pairs])).permute(0, 3, 1, 2)
        truth = torch.from_numpy(np.stack([mask for _, mask in pairs]))[:, None]
        return seen, truth

    def _pair(self, rng: np.random.Generator) -> tuple[FloatMap, FloatMap]:
        """One crop (224 x 224 x channels) and its mask (224 x 224), float32."""
        if self.general is not None and rng.random() < GENERAL:
            light, nuclei = self.general(int(rng.integers(2**31)), WINDOW_PX)
            picture = augment.rescan(np.asarray(light, dtype=np.float32)[..., None], rng)
            return picture.reshape(WINDOW_PX, WINDOW_PX, 1), nuclei.astype(np.float32)
        image = self.images[int(rng.integers(len(self.images)))]
        centre = self._centre(image, rng)
        rgb, bits = augment.crop(image.rgb, image.bits, centre, WINDOW_PX, image.i0, rng)
        restained = rng.random() < _RESTAINED
        light = augment.restain(rgb, image.i0, rng) if restained else segmentation.prepare_rgb(rgb, image.i0)
        light = augment.rescan(light, rng)
        if self.grey:
            light = cv2.transform(light, BT601)[..., None]
        return light.reshape(WINDOW_PX, WINDOW_PX, -1), ((bits & self.bit) > 0).astype(np.float32)

    def _centre(self, image: Decoded, rng: np.random.Generator) -> tuple[float, float]:
        """Mostly on the target; ``WITHOUT`` of the time where none is near (or, where it is everywhere, anywhere)."""
        bits = image.bits[::_STRIDE, ::_STRIDE]
        target = (bits & self.bit) > 0
        if rng.random() < WITHOUT:
            reach = WINDOW_PX // _STRIDE + 1
            near = cv2.dilate(target.astype(np.uint8), np.ones((reach, reach), dtype=np.uint8)) > 0
            tissue = (bits & TISSUE) > 0 if (bits & TISSUE).any() else np.ones_like(near)
            wanted = tissue & ~near
            if not wanted.any():
                wanted = ~target if rng.random() < 0.5 else target
        else:
            wanted = target
        places = np.flatnonzero(wanted) if wanted.any() else np.arange(bits.size)
        row, column = divmod(int(places[rng.integers(len(places))]), bits.shape[1])
        dx, dy = rng.uniform(-WINDOW_PX / 3, WINDOW_PX / 3, 2) if wanted is target else (0.0, 0.0)
        return column * _STRIDE + float(dx), row * _STRIDE + float(dy)

    def loss(self, module: nn.Module, batch: Batch) -> Tensor:
        """Eq. 9 over the batch."""
        seen, truth = batch
        return dice_loss(module(seen), truth)

    def validate(self, module: nn.Module) -> dict[str, float]:
        """Dice (2|A∩B| / (|A|+|B|)) and pixel accuracy over at most 12 held-out images taken together, as they are."""
        both = either = right = pixels = 0
        for image in self.held_out[:_MAX_VALIDATION]:
            rgb = np.ascontiguousarray(image.rgb)
            prepare = segmentation.prepare_grey if self.grey else segmentation.prepare_rgb
            found = segmentation.predict(module, prepare(rgb, image.i0)) >= segmentation.THRESHOLD
            truth = (image.bits & self.bit) > 0
            both += int(np.count_nonzero(found & truth))
            either += int(np.count_nonzero(found)) + int(np.count_nonzero(truth))
            right += int(np.count_nonzero(found == truth))
            pixels += truth.size
        if not pixels:
            return {}
        return {"dice": 2 * both / either if either else 1.0, "pixel_accuracy": right / pixels}


BITS: Final = {"nuclei": NUCLEI, "tumour": TUMOUR}
