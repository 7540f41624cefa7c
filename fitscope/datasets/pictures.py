"""A person's own pictures: read by Pillow, brought to one size, values from 0 to 1."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Dataset, Located
from fitscope.datasets.folders import ENDINGS, Samples, dataset_of, files_of
from fitscope.errors import DataError, UsageError
from fitscope.language import N_

LARGEST_SIDE = 96  # pixels
LARGEST = 2**30  # bytes that all pictures may take; beyond, they are made smaller
_GREY = ("1", "L", "LA", "I", "I;16", "F")
MOST_PIXELS = 2**25  # of a picture, as it is decoded: a picture of few bytes may unpack to any number
FORMATS = ("PNG", "JPEG", "BMP", "GIF")  # what a file holds is told by its content, and other formats may run programs


def load(located: Located, samples: Samples, num_words: int | None) -> Dataset:
    """Load a folder of pictures, all brought to their median size, or to 96 pixels where that is larger.

    Raises:
        UsageError: words are asked for.
        DataError: no picture can be read.
    """
    if num_words is not None:
        raise UsageError(f"--num-words {num_words} does not fit {located.name}, which holds pictures; leave it out.")
    headers = [_header(path) for path in samples.files]
    shape = _shape([header for header in headers if header is not None], located.name)
    read = [None if header is None else picture(path, shape) for path, header in zip(samples.files, headers)]
    there = np.array([pixels is not None for pixels in read])
    note = N_("Pictures are brought to {height} x {width} pixels, values from 0 to 1.")
    if shape[2] == 1:
        note = N_("Pictures are brought to {height} x {width} pixels, in grey, values from 0 to 1.")
    notes = [note.format(height=shape[0], width=shape[1])]
    if not there.all():
        first = samples.files[int(there.argmin())].name
        note = N_("Pictures that cannot be read, left out: {count:,} of {all:,}, {first} the first.")
        notes.append(note.format(count=(~there).sum(), all=len(there), first=first))
    if not there.any():
        raise DataError(f"{located.name} holds no picture that is whole; give .png, .jpg, .bmp or .gif files.")
    rows = np.stack([pixels for pixels in read if pixels is not None])
    return dataset_of(located, samples.keep(there), rows, notes=notes, image_shape=shape, model="conv",
                      reading=lambda: {"kind": "pictures", "shape": list(shape)})  # fmt: skip


def _header(path: Path) -> tuple[int, int, str] | None:
    """Return a picture's height, width and mode without reading its pixels; None where it is no picture."""
    try:
        with _opened(path) as image:
            return image.height, image.width, image.mode
    except Exception:  # of damaged bytes Pillow raises a dozen kinds
        return None


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes that are looked at here, and of odd metadata
        with Image.open(path, formats=FORMATS) as image:
            yield image


def _shape(headers: Sequence[tuple[int, int, str]], name: str) -> tuple[int, int, int]:
    if not headers:
        raise DataError(f"{name} holds no picture that can be read; give .png, .jpg, .bmp or .gif files.")
    channels = 1 if all(mode in _GREY for _, _, mode in headers) else 3
    side = min(LARGEST_SIDE, math.isqrt(LARGEST // (4 * channels * len(headers))))
    height, width = (max(1, min(side, int(np.median(sizes)))) for sizes in list(zip(*headers))[:2])
    return height, width, channels


def picture(path: Path, shape: Sequence[int]) -> NDArray[np.float32] | None:
    """Read a picture.

    Args:
        path: of the file; of moving pictures the first is taken.
        shape: height, width and channels wanted.

    Returns:
        float32 [height, width, channels] from 0 to 1; None where the file is damaged, or decodes to more than 2^25 pixels.
    """
    from PIL import Image

    height, width, channels = shape
    try:
        with _opened(path) as image:
            image.draft("L" if channels == 1 else "RGB", (width, height))  # a JPEG is decoded small
            if image.width * image.height > MOST_PIXELS:
                return None
            deep = image.mode.startswith("I")
            one = image.point(lambda value: value / 256).convert("L") if deep else image.convert("L" if channels == 1 else "RGB")
            small = one.convert("L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    except Exception:  # of damaged bytes Pillow raises a dozen kinds
        return None
    return np.asarray(small, np.float32).reshape(height, width, channels) / np.float32(255)


def rows_of(path: Path, content: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Read a picture or a folder of pictures as the network reads them.

    Returns:
        float32 [pictures, height, width, channels], and the files' names.

    Raises:
        DataError: there is none, or one is damaged.
        ValueError: the network reads pictures of no size that fitscope makes.
    """
    height, width, channels = content["shape"]
    if not (1 <= height <= LARGEST_SIDE and 1 <= width <= LARGEST_SIDE and channels in (1, 3)):
        raise ValueError(f"pictures of the shape {content['shape']}")
    files = files_of(path, ENDINGS["pictures"], f"pictures ({', '.join(ENDINGS['pictures'])})")
    read = [picture(file, content["shape"]) for file in files]
    if bad := [file for file, pixels in zip(files, read) if pixels is None]:
        raise DataError(
            f"{bad[0]} is no picture that can be read, or has more than {MOST_PIXELS:,} pixels; leave it out, or mend it."
        )
    names = [file.name if path.is_file() else file.relative_to(path).as_posix() for file in files]
    return np.stack([pixels for pixels in read if pixels is not None]), names
