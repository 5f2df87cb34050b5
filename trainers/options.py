"""Options of other libraries, passed through as they are; a name that they do not know is answered with the nearest."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ecot.envs.errors import ConfigError

Options = TypeVar("Options")


def options_of(kind: type[Options], given: Mapping[str, Any], *, group: str, **ours: Any) -> Options:
    """Return the options of another library, made from a configuration.

    Args:
        kind: its dataclass, such as `SFTConfig`.
        given: values by name.
        group: that they stand under, for messages.
        ours: values that this package settles; giving one of them is an error.

    Raises:
        ConfigError: a name is unknown or ours, or the library refuses a value; the message holds its words.
    """
    known = {field.name for field in fields(kind) if field.init}  # type: ignore[arg-type]
    for name in given:
        if name in ours:
            raise ConfigError(f"{group}.{name} is settled by other keys of the configuration; leave it out")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"{kind.__name__} has no option {name!r}{hint}")
    try:
        return kind(**{**given, **ours})
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{kind.__name__} refuses its options: {error}") from None
