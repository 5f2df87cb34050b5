"""Tensors as JSON values, bit for bit: what crosses between the judge and its confined children.

A tensor is `{"dtype": "float32", "shape": [2, 3], "stride": [3, 1], "offset": 0, "data": <base64 of its storage>}`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import torch

DTYPES: Mapping[str, torch.dtype] = {
    "float64": torch.float64,
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int64": torch.int64,
    "int32": torch.int32,
    "int16": torch.int16,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "bool": torch.bool,
}
"""The element types that tasks use, by the name that instructions give them."""


def name_of(dtype: torch.dtype) -> str:
    """Return the name of an element type without its package."""
    return str(dtype).removeprefix("torch.")


def storage_bytes(tensor: torch.Tensor) -> bytes:
    """Return the whole storage under a tensor, gaps between its elements included."""
    storage = tensor.untyped_storage()
    whole = torch.empty(0, dtype=torch.uint8).set_(storage, 0, (storage.nbytes(),), (1,))
    return whole.numpy().tobytes()


def encode(tensor: torch.Tensor) -> dict[str, Any]:
    """Return a tensor with its layout, as a JSON value."""
    return {
        "dtype": name_of(tensor.dtype),
        "shape": list(tensor.shape),
        "stride": list(tensor.stride()),
        "offset": tensor.storage_offset(),
        "data": base64.b64encode(storage_bytes(tensor)).decode(),
    }


def encode_values(tensor: torch.Tensor) -> dict[str, Any]:
    """Return the elements of a tensor in their logical order, without its layout, as a JSON value."""
    flat = tensor.detach().contiguous()
    return {
        "dtype": name_of(flat.dtype),
        "shape": list(flat.shape),
        "data": base64.b64encode(flat.reshape(-1).view(torch.uint8).numpy().tobytes()).decode(),
    }


def decode(value: Mapping[str, Any]) -> torch.Tensor:
    """Return the tensor that `encode` described, in fresh memory."""
    data = bytearray(base64.b64decode(value["data"]))
    dtype = DTYPES[value["dtype"]]
    flat = torch.empty(len(data) // dtype.itemsize, dtype=dtype)
    if data:
        flat.view(torch.uint8).copy_(torch.frombuffer(data, dtype=torch.uint8))
    return flat.as_strided(value["shape"], value["stride"], value["offset"])
