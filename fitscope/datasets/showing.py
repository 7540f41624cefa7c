"""Training samples as a person looks at them: a text, a picture, or names and values."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitscope.datasets.dataset import Dataset, take
from fitscope.datasets.streams import Streams
from fitscope.datasets.texts import WordsEncoder
from fitscope.datasets.tokens import Tokens, words_of
from fitscope.plan import Plan
from fitscope.result import Shown

CHARACTERS = 600  # of a text
CHARACTERS_A_CELL = 120
VALUES = 20
SIDE = 64  # pixels
COLOURS = 64  # a picture in more takes three times the bytes


def show(data: Dataset, plan: Plan, numbers: Sequence[int]) -> list[Shown]:
    """Return training samples as a person looks at them.

    Args:
        data: the data.
        plan: which words the network knows.
        numbers: the samples', from 0.

    Returns:
        One for each number; empty where a person's own data cannot be shown.

    Example:
        >>> from fitscope.datasets import load, locate
        >>> digits = load(locate("digits"), None)
        >>> show(digits, Plan("digits", "", None, "textbook", validation=300), [0])[0].picture[:15]
        'data:image/png;'
    """
    texts = _texts(data, plan, numbers)
    return [Shown(text=text) for text in texts] if texts else [_shown(data, number) for number in numbers]


def _texts(data: Dataset, plan: Plan, numbers: Sequence[int]) -> list[str]:
    """Return samples as texts; none where they are none, or their file or their words have gone since."""
    if data.texts is None or not numbers:
        return []
    try:
        found = data.texts(numbers)
        encoder = data.encoder(plan)
    except Exception:  # a person's own data never ends an analysis that is done
        return []
    known = set(encoder.words) if isinstance(encoder, WordsEncoder) else None
    return [cut(text if known is None else _masked(text, known), CHARACTERS) for text in found]


def _masked(text: str, known: set[str]) -> str:
    return " ".join(word if word in known else "?" for word in words_of(text[: 20 * CHARACTERS]))


def cut(text: str, characters: int) -> str:
    """Return a text's beginning, with an ellipsis where it goes on.

    Example:
        >>> cut("a film", 10), cut("a good film", 7)
        ('a film', 'a good…')
    """
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def _shown(data: Dataset, number: int) -> Shown:
    try:
        if data.columns:
            return Shown(values=_cells(data.columns, number))
        row = _row(data.x_train, number)
        if isinstance(row, Tokens):
            return Shown(values=(("words", cut(" ".join(row.most_frequent(CHARACTERS)), CHARACTERS)),))
        picture = _picture(row, data.image_shape)
        return Shown(picture=picture) if picture else Shown(values=_first_values(row))
    except Exception:  # a person's own data never ends an analysis that is done
        return Shown()


def _cells(columns: Mapping[str, Any], number: int) -> tuple[tuple[str, str], ...]:
    """Return a table's row, its first columns where it has many."""
    cells = [(cut(str(name), CHARACTERS_A_CELL), _cell(column[number])) for name, column in list(columns.items())[:VALUES]]
    return (*cells, ("…", f"{len(columns) - VALUES} columns more")) if len(columns) > VALUES else tuple(cells)


def _cell(value: Any) -> str:
    missing = value is None or (isinstance(value, (float, np.floating)) and np.isnan(value))
    if missing:
        return ""
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else cut(str(value), CHARACTERS_A_CELL)


def _row(rows: Any, number: int) -> Any:
    """Return one sample's raw row, whatever holds them."""
    if isinstance(rows, Streams):
        return _row(rows.held, number - rows.samples)
    row = take(rows, [number])
    if isinstance(row, (Mapping, tuple, Tokens)):
        return row
    row = row.toarray() if hasattr(row, "toarray") else row
    return np.asarray(row)[0]


def _first_values(row: Any, name: str = "") -> tuple[tuple[str, str], ...]:
    """Return the first numbers of a row; of each input, where it has several."""
    if isinstance(row, (Mapping, tuple)):
        parts = row.items() if isinstance(row, Mapping) else enumerate(row, 1)
        return tuple(pair for key, part in list(parts)[:VALUES] for pair in _first_values(np.asarray(part)[0], str(key)))
    numbers = np.asarray(row).ravel()
    text = ", ".join(_cell(float(value)) for value in numbers[:VALUES])
    return ((name or f"{min(VALUES, len(numbers))} of {len(numbers):,}", f"{text}, …" if len(numbers) > VALUES else text),)


def _picture(row: Any, shape: tuple[int, int, int] | None) -> str:
    """Return a row as a PNG, as a data URI; empty where it is no picture."""
    if isinstance(row, (Mapping, tuple)):
        return ""
    if shape is None and (row.ndim != 3 or row.shape[2] not in (1, 3)):
        return ""
    pixels = row.reshape(shape) if shape is not None else row
    if pixels.shape[2] not in (1, 3, 4):
        return ""
    return _png(_to_1(pixels[:, :, :3]))


def _to_1(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Bring pixels to 0 to 1: those from 0 to 255 as they are meant, others by their own lowest and highest."""
    low, high = float(pixels.min()), float(pixels.max())
    if low >= 0 and high <= 1:
        return np.asarray(pixels, np.float64)
    if low >= 0 and high <= 255:
        return np.asarray(pixels, np.float64) / 255
    return (np.asarray(pixels, np.float64) - low) / max(high - low, 1e-12)


def _png(pixels: NDArray[np.float64]) -> str:
    from PIL import Image

    levels = (pixels * 255).round().astype(np.uint8)
    image = Image.fromarray(levels[:, :, 0] if levels.shape[2] == 1 else levels)
    image.thumbnail((SIDE, SIDE))
    if image.mode == "RGB":
        image = image.quantize(COLOURS)
    out = io.BytesIO()
    image.save(out, "png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"
