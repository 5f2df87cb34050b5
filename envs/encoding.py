"""To JSON values and back, driven by the type hints of our own dataclasses."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar, cast

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Turn a dataclass, enum, mapping, tuple or scalar into JSON values.

    Raises:
        TypeError: for a value of any other type.
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def from_json(kind: type[T], data: Any) -> T:
    """Build a `kind` from JSON values.

    Raises:
        ValueError: naming the field whose value does not fit. Unknown and missing fields are errors too.
    """
    return cast(T, _decode(kind, data, kind.__name__))


@functools.cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _decode(kind: Any, data: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if kind is Any:
        return data
    if origin is types.UnionType or origin is typing.Union:
        return _decode_union(typing.get_args(kind), data, where)
    if origin is tuple:
        return _decode_tuple(typing.get_args(kind)[0], data, where)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(data, Mapping):
            raise ValueError(f"{where}: expected an object, got {data!r:.60}")
        inner = typing.get_args(kind)[1]
        return {key: _decode(inner, item, f"{where}.{key}") for key, item in data.items()}
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(cast(type, kind), data, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError:
            raise ValueError(f"{where}: {data!r:.60} is no {kind.__name__}") from None
    return _decode_scalar(kind, data, where)


def _decode_union(options: Sequence[Any], data: Any, where: str) -> Any:
    if type(data) in options:
        return data  # before any other option: 3 must not become 3.0 because `float` stands before `int`
    failures = []
    for option in options:
        if option is type(None):
            continue
        try:
            return _decode(option, data, where)
        except ValueError as error:
            failures.append(str(error))
    raise ValueError(failures[-1])


def _decode_tuple(inner: Any, data: Any, where: str) -> Any:
    if not isinstance(data, list | tuple):
        raise ValueError(f"{where}: expected a list, got {data!r:.60}")
    return tuple(_decode(inner, item, f"{where}[{index}]") for index, item in enumerate(data))


def _decode_dataclass(kind: type, data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: expected an object, got {data!r:.60}")
    hints = _hints(kind)
    names = {item.name for item in dataclasses.fields(kind)}
    unknown = sorted(set(data) - names)
    if unknown:
        raise ValueError(f"{where}: unknown field {unknown[0]!r}")
    values = {name: _decode(hints[name], data[name], f"{where}.{name}") for name in names if name in data}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from None


def _decode_scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if isinstance(data, kind) and not (isinstance(data, bool) and kind is not bool):
        return data
    raise ValueError(f"{where}: expected {kind.__name__}, got {data!r:.60}")
