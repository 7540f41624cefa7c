"""Changes to an input that keep to its format, so that they reach what lies behind a parser's first look."""

from __future__ import annotations

import contextlib
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

ODD_NUMBERS = ["0", "-1", "1", "0.5", "1e400", "-1e400", "1e308", "1e150", "1e-320", "nan", "NaN", "inf",
               "-Infinity", "", "1e12", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
               "1" + "0" * 400, "9" * 5000, "1_0", "\u0663", "1,5", "0x10", "+1", "1e", ".", "-", "--1", "1.2.3",
               "True", "null", "None", "4294967296", "2147483648"]  # fmt: skip
ODD_TEXTS = ["", " ", "\0", "\r", "\n", "\r\n", '"', "'", "\\", "<script>alert(1)</script>",
             '"><img src=x onerror=alert(1)>', "]]>", "javascript:alert(1)", "\u202e", "\ufeff", "\ud800",
             "\U0001f600", "{{ 7*7 }}", "{count}", "%s", "$x^2$", "=1+1", "../..", "/etc/passwd", "a" * 5000,
             "e\u0301" * 50, "\x1b[31m", "\u2028", "\x85", "\x0c", "loss", "val_loss", "epoch", "step", "0",
             "fitscope-result/1", "fitscope-result/2", "N/A", "constructor", "__class__"]  # fmt: skip
ODD: list[Any] = [None, True, False, 0, 1, -1, 2, 0.5, -0.0, 1e300, 1e150, 1e-320, float("nan"), float("inf"),
                  float("-inf"), 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**12, 10**400, [], {}, [[]], [None],
                  [1], [0.5, None], {"a": 1}, *ODD_TEXTS]  # fmt: skip


def lines(data: bytes, rng: Random) -> bytes:
    """Drop, double, swap or move lines, or end them otherwise."""
    end = rng.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\n"))
    rows = data.split(b"\n")
    here, there = rng.randrange(len(rows)), rng.randrange(len(rows))
    match rng.randrange(7):
        case 0 | 1 | 2 as how:
            _rearrange(rows, how, here, there)
        case 3:
            rows[here : here + 1] = [rows[here]] * rng.choice((2, 3, 20))
        case 4:
            rows[here] = rows[here][: rng.randrange(len(rows[here]) + 1)]
        case 5:
            rows = rows[min(here, there) : max(here, there) + 1]
        case 6:
            rng.shuffle(rows)
    return end.join(rows)


def _rearrange(parts: list[bytes], how: int, here: int, there: int) -> None:
    """Drop, double or swap parts of an input."""
    match how:
        case 0:
            del parts[here]
        case 1:
            parts.insert(there, parts[here])
        case _:
            parts[here], parts[there] = parts[there], parts[here]


def cells(data: bytes, rng: Random) -> bytes:
    """Change a cell, or a whole column, of a table."""
    rows = data.split(b"\n")
    separator = max((b",", b";", b"\t", b"|", b" "), key=rows[0].count)
    table = [row.split(separator) for row in rows]
    column = rng.randrange(len(table[0]))
    odd = _bytes(rng.choice(ODD_NUMBERS if rng.random() < 0.7 else ODD_TEXTS))
    match rng.randrange(7):
        case 0 | 1 | 2:
            row = rng.choice(table)
            row[rng.randrange(len(row))] = odd
        case 3:
            for row in table[1:]:
                if column < len(row):
                    row[column] = odd
        case 4:
            for row in table:
                del row[column : column + 1]
        case 5:
            for row in table:
                row.insert(rng.randrange(column + 1), row[min(column, len(row) - 1)])
        case 6:
            table[0][column] = rng.choice(_HEADERS)
    if rng.random() < 0.05:
        separator = rng.choice((b",", b";", b"\t", b"|"))
    return b"\n".join(separator.join(row) for row in table)


_HEADERS = [b"epoch", b"Epoch", b"loss", b"val_loss", b"step", b"_step", b"Step", b"train/loss", b"val/loss",
            b"train/box_loss", b"val/box_loss", b"run - loss", b"a - val_loss", b"accuracy", b"train_loss_epoch",
            b"train_loss_step", b"eval_loss", b"", b"epoch/epoch", b"state", b"global_step", b"Wall Time", b'"loss',
            b"lr"]  # fmt: skip


def numbers(data: bytes, rng: Random) -> bytes:
    """Put an odd number in the place of one."""
    found = list(re.finditer(rb"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?", data))
    if not found:
        return data
    match = rng.choice(found)
    return data[: match.start()] + _bytes(rng.choice(ODD_NUMBERS)) + data[match.end() :]


def texts(data: bytes, rng: Random) -> bytes:
    """Put an odd text somewhere."""
    place = rng.randrange(len(data) + 1)
    return data[:place] + _bytes(rng.choice(ODD_TEXTS)) + data[place + rng.choice((0, 0, 1, 4)) :]


def encodings(data: bytes, rng: Random) -> bytes:
    """Write the text in another encoding, or with a mark of one."""
    text = data.decode("utf-8", "surrogateescape")
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-8-sig"))
    return text.encode(encoding, "replace")


def json_tree(data: bytes, rng: Random) -> bytes:
    """Change one value somewhere in a JSON document, or in one line of JSON Lines."""
    rows = data.split(b"\n") if data.count(b"\n{") and not data.startswith((b"{\n", b"[")) else [data]
    here = rng.randrange(len(rows))
    try:
        content = json.loads(rows[here])
    except (ValueError, RecursionError):
        return texts(data, rng)
    with contextlib.suppress(RecursionError):
        rows[here] = json.dumps(changed_tree(content, rng)).encode()
    if rng.random() < 0.05:
        rows[here] = doubled_key(rows[here], rng)
    return b"\n".join(rows)


def changed_tree(content: Any, rng: Random) -> Any:
    """Return plain data with one value changed, put elsewhere, doubled, nested or left out."""
    holder: list[Any] = [content]
    places = _places(holder)
    place, key = rng.choice(places)
    other, name = rng.choice(places)
    match rng.randrange(10):
        case 0 | 1 | 2:
            place[key] = rng.choice(ODD)
        case 3:
            if place is not holder:
                del place[key]
        case 4:
            place[key] = json.loads(json.dumps(other[name]))
        case 5:
            for _ in range(rng.choice((1, 2, 50, 2000))):
                place[key] = [place[key]] if rng.random() < 0.7 else {"loss": place[key]}
        case 6:
            if isinstance(place, dict):
                place[rng.choice([*ODD_TEXTS, *(k for _, k in places if isinstance(k, str))])] = place.pop(key)
        case 7:
            if isinstance(place[key], list):
                place[key] = (place[key] * rng.choice((2, 3, 40)))[: rng.choice((1, 2, 10_000))]
        case 8:
            place[key], other[name] = other[name], place[key]
            with contextlib.suppress(ValueError, RecursionError):
                json.dumps(holder)
                return holder[0]
            return None
        case 9:
            if isinstance(place[key], (int, float)) and not isinstance(place[key], bool):
                place[key] = rng.choice((-place[key], place[key] + 1, place[key] - 1, place[key] * 10, str(place[key])))
    return holder[0]


def _places(holder: list[Any]) -> list[tuple[Any, Any]]:
    """Return where each value stands: the list or dict, and its index or key there."""
    found, waiting = [], [holder]
    while waiting:
        within: Any = waiting.pop()
        for key in list(within) if isinstance(within, dict) else range(len(within)):
            found.append((within, key))
            if isinstance(within[key], (list, dict)):
                waiting.append(within[key])
    return found


def doubled_key(data: bytes, rng: Random) -> bytes:
    """Say something twice in a JSON object."""
    found = list(re.finditer(rb'"[^"]*": ?(?:[-\d.]+|null|"[^"]*")', data))
    if not found:
        return data
    match = rng.choice(found)
    return data[: match.start()] + match[0] + b", " + data[match.start() :]


def markup(data: bytes, rng: Random) -> bytes:
    """Drop, double or move a tag, or change how it is written."""
    found = list(re.finditer(rb"<[^<>]*>", data))
    if not found:
        return b"<!doctype html>" + data
    match, other = rng.choice(found), rng.choice(found)
    new = rng.choice((b"", match[0] * 2, other[0], match[0][:-1], b"<!--" + match[0], match[0] + b"-->", match[0].upper(),
                      match[0].replace(b'"', b"'"), match[0].replace(b">", b" id=x>"), b"<script>", b"</script>", b"<dl id=",
                      b'<p class="about">', b"<plaintext>", b"<template>", b"<![CDATA[", b"<" * 200, b"&#x110000;&lt"))  # fmt: skip
    return data[: match.start()] + new + data[match.end() :]


def inside(element: bytes, mutate: Callable[[bytes, Random], bytes]) -> Callable[[bytes, Random], bytes]:
    """Return a mutator for what stands between an opening tag and `</script>`, such as a page's JSON."""

    def change(data: bytes, rng: Random) -> bytes:
        start = data.find(element) + len(element)
        end = data.find(b"</script>", start)
        if start < len(element) or end < 0:
            return data
        return data[:start] + mutate(data[start:end], rng).replace(b"<", b"\\u003c") + data[end:]

    return change


def event_records(data: bytes, rng: Random) -> bytes:
    """Change the records of a TensorBoard file: their order, their number, what their messages hold, their lengths."""
    records, place = [], 0
    while place + 16 <= len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        if place + 16 + length > len(data):
            break
        records.append(data[place + 12 : place + 12 + length])
        place += 16 + length
    if not records:
        return data
    here, there = rng.randrange(len(records)), rng.randrange(len(records))
    lie = None
    match rng.randrange(7):
        case 0 | 1 | 2 as how:
            _rearrange(records, how, here, there)
        case 3:
            lie = rng.choice((0, 1, 2**31, 2**63, 2**64 - 1, len(records[here]) + 1, max(0, len(records[here]) - 1)))
        case _:
            records[here] = message(records[here], rng)
    packed = [
        struct.pack("<Q", lie if lie is not None and i == here else len(r)) + b"\0" * 4 + r + b"\0" * 4
        for i, r in enumerate(records)
    ]
    return b"".join(packed)


def message(data: bytes, rng: Random, depth: int = 0) -> bytes:
    """Change a protobuf message: a field's number, kind, length or content; deeper messages alike."""
    fields = _fields(data)
    if not fields:
        return rng.randbytes(rng.randrange(12))
    here = rng.randrange(len(fields))
    number, kind, value = fields[here]
    match rng.randrange(8):
        case 0:
            del fields[here]
        case 1:
            fields.append(fields[here])
        case 2:
            fields[here] = (rng.choice((1, 2, 3, 5, 7, 8, 9, 10, 2**28)), kind, value)
        case 3:
            fields[here] = (number, rng.choice((0, 1, 2, 3, 4, 5, 6, 7)), value)
        case 4 if kind == 0:
            fields[here] = (number, kind, _varint(rng.choice((0, 1, 2**31, 2**63, 2**64 - 1, 2**70, 10**300))))
        case 5 if kind == 2:
            fields[here] = (number, kind, rng.choice(ODD_TEXTS).encode("utf8", "surrogatepass"))
        case _ if kind == 2 and depth < 4:
            fields[here] = (number, kind, message(value, rng, depth + 1))
        case _:
            fields[here] = (number, kind, rng.randbytes(len(value)))
    lie = rng.random() < 0.1
    return b"".join(
        _varint(n << 3 | k) + (_varint(len(v) + (rng.choice((1, 2**40, 2**63)) if lie else 0)) if k == 2 else b"") + v
        for n, k, v in fields
    )


def _fields(data: bytes) -> list[tuple[int, int, bytes]]:
    found, place = [], 0
    try:
        while place < len(data):
            key, place = _varint_at(data, place)
            start = place
            if key & 7 == 2:
                length, start = _varint_at(data, place)
                place = start + length
            elif key & 7 == 0:
                _, place = _varint_at(data, place)
            else:
                place += {1: 8, 5: 4}[key & 7]
            if place > len(data):
                break
            found.append((key >> 3, key & 7, data[start:place]))
    except (IndexError, KeyError):
        pass
    return found


def _varint_at(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 127 | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def zip_members(member: Callable[[bytes, Random], bytes] = texts) -> Callable[[bytes, Random], bytes]:
    """Return a mutator of a zip's members: their names, order, number, and by `member` what they hold."""

    def change(data: bytes, rng: Random) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                held = [(info.filename, packed.read(info)) for info in packed.infolist() if info.file_size < 2**20]
        except Exception:  # whatever zipfile says of a damaged one
            return data
        if not held:
            return data
        here = rng.randrange(len(held))
        name, content = held[here]
        match rng.randrange(5):
            case 0:
                del held[here]
            case 1:
                held.append(held[here])
            case 2:
                names = [*ODD_TEXTS, "../x", "/x", "a/" * 300, "x\\y", "con", "__MACOSX/x", ".hidden", name.upper(), name + "/"]
                held[here] = (rng.choice(names), content)
            case _:
                held[here] = (name, member(content, rng))
        out = io.BytesIO()
        with contextlib.suppress(UnicodeEncodeError), zipfile.ZipFile(out, "w", rng.choice((0, 8))) as packed:
            for name, content in held:
                packed.writestr(zipfile.ZipInfo(name or "x"), content)
        return out.getvalue()

    return change


def _bytes(text: str) -> bytes:
    return text.encode("utf8", "surrogatepass")
