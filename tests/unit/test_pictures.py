"""What the comparison of pictures lets pass, and what it notices: on the pictures that the suite compares with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.pictures import TOLERANCE, changed

ROOT = Path(__file__).parents[2]
STORED = sorted([*(ROOT / "docs/images").glob("*.png"), *(ROOT / "tests/browser/screenshots").glob("*.png")])
Change = Callable[[Image.Image], Image.Image]


def picture(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB")


def emptied(image: Image.Image, width: int = 100, height: int = 80) -> Image.Image:
    """Of all parts of so many pixels the one that shows most is empty."""
    grey = np.asarray(image.convert("L"), dtype=np.float64)
    corners = [(x, y) for x in range(0, image.width - width, 60) for y in range(0, image.height - height, 60)]
    x, y = max(corners, key=lambda corner: float(grey[corner[1] :, corner[0] :][:height, :width].std()))
    ground = image.crop((x, y, x + width, y + height)).quantize(2).convert("RGB").getpixel((0, 0))
    assert isinstance(ground, tuple)
    image.paste(ground, (x, y, x + width, y + height))
    return image


NOTHING_NEW: dict[str, Change] = {
    "softer edges": lambda image: image.filter(ImageFilter.GaussianBlur(0.8)),
    "one pixel lower": lambda image: ImageChops.offset(image, 0, 1),
    "a little brighter": lambda image: image.point(lambda level: min(255, level + 5)),
}
SOMETHING_NEW: dict[str, Change] = {
    "four pixels lower": lambda image: ImageChops.offset(image, 0, 4),
    "the other theme": ImageChops.invert,
    "a part less": emptied,
}


@pytest.mark.parametrize("change", NOTHING_NEW.values(), ids=NOTHING_NEW)
@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_what_another_machine_draws_otherwise_passes(file: Path, change: Change) -> None:
    assert changed(picture(file), change(picture(file))) <= TOLERANCE


@pytest.mark.parametrize("change", SOMETHING_NEW.values(), ids=SOMETHING_NEW)
@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_what_is_new_is_noticed(file: Path, change: Change) -> None:
    assert changed(picture(file), change(picture(file))) > TOLERANCE
