"""From `key=value` words to a configuration and to the objects that it names; not a command by itself."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hydra import compose as hydra_compose
from hydra import initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from ecot.envs.encoding import from_json
from ecot.envs.errors import ConfigError, EcotError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CONFIGS = "ecot.configs"


S = TypeVar("S", bound="DataclassInstance")


def settings_of(kind: type[S], config: Mapping[str, Any], *, counts: Sequence[str]) -> S:
    """Return the fields of a configuration that a dataclass asks for, checked.

    Args:
        kind: the dataclass.
        config: with at least its fields.
        counts: those of its fields that are at least 1, where they are given at all.

    Raises:
        ConfigError: a value is of another type, or a count is less than 1.
    """
    names = {field.name for field in fields(kind)}
    try:
        settings = from_json(kind, {key: value for key, value in config.items() if key in names})
    except ValueError as error:
        raise ConfigError(str(error).removeprefix(f"{kind.__name__}.").removeprefix(f"{kind.__name__}: ")) from None
    for name in counts:
        value = getattr(settings, name)
        if value is not None and value < 1:
            raise ConfigError(f"{name} must be at least 1, not {value}")
    return settings


def compose(name: str, overrides: Sequence[str], *, config_dir: Path | None = None) -> Mapping[str, Any]:
    """Return the configuration `name` with overrides applied, as plain values.

    Args:
        name: of a file of `ecot.configs`, without its ending.
        overrides: words such as `env=verilog`, `agent.slips=0.1`.
        config_dir: a folder of further groups, such as `agent/mine.yaml`.

    Raises:
        ConfigError: a word cannot be read, or its key or value is unknown; the message suggests the nearest.
    """
    if config_dir is not None and not config_dir.is_dir():
        raise ConfigError(f"{config_dir} is not a folder of configurations")
    parsed = _parse(overrides)
    GlobalHydra.instance().clear()
    with warnings.catch_warnings(), initialize_config_module(config_module=CONFIGS, version_base="1.3"):
        # Hydra warns about a group with no __init__.py, which its configurations have no need of.
        warnings.simplefilter("ignore", UserWarning)
        try:
            config = hydra_compose(name, overrides=[*overrides, *_search(config_dir)])
        except (HydraException, OmegaConfBaseException) as error:
            raise ConfigError(_explain(name, parsed, config_dir) or _first_line(error)) from None
        return _plain(config)


def build(config: Mapping[str, Any], what: str) -> Any:
    """Return the object that `config[what]` names by `_target_`.

    Raises:
        ConfigError: there is none, or it takes other arguments. Errors of ours pass through as they are.
    """
    try:
        return instantiate(config[what])
    except HydraException as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, EcotError):
                raise cause from None
            cause = cause.__cause__
        raise ConfigError(f"{what} cannot be made: {_first_line(error)}") from None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that complains of `word`: the nearest known one, else all of them."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of: {', '.join(choices)}"


def _parse(overrides: Sequence[str]) -> list[Override]:
    parsed = []
    for word in overrides:
        if "=" not in word and not word.startswith("~"):
            raise ConfigError(f"cannot read {word!r}; write key=value, such as episodes=100")
        try:
            parsed += OverridesParser.create().parse_overrides([word])
        except HydraException:
            raise ConfigError(f"cannot read {word!r}; write key=value, in quotes where the value is unusual") from None
        if parsed[-1].is_sweep_override():
            raise ConfigError(f"{word!r} names several values; run the command once for each")
    return parsed


def _explain(name: str, overrides: Sequence[Override], config_dir: Path | None) -> str:
    """Return what is wrong with the overrides, found by trying; empty where it is not one of them."""
    groups = _groups(config_dir)
    chosen = []
    for override in overrides:
        key, value = override.key_or_group, override.value()
        if key in groups:
            if str(value) not in groups[key]:
                return f"unknown {key} {value!r}; {nearest(str(value), groups[key])}"
            chosen.append(str(override.input_line))
    try:
        keys = _keys(hydra_compose(name, overrides=[*chosen, *_search(config_dir)]))
    except (HydraException, OmegaConfBaseException):
        return ""
    for override in overrides:
        if override.key_or_group not in keys and not override.is_add():
            return f"unknown key {override.key_or_group!r}; {nearest(override.key_or_group, keys)}"
    return ""


def _search(config_dir: Path | None) -> list[str]:
    return [f"hydra.searchpath=['file://{config_dir.resolve()}']"] if config_dir else []


def _groups(config_dir: Path | None) -> Mapping[str, set[str]]:
    """The names that each group can take, those of the user's own folder included."""
    loader = GlobalHydra.instance().config_loader()
    groups = {
        group: set(loader.get_group_options(group, results_filter=ObjectType.CONFIG))
        for group in loader.list_groups("")
        if group != "hydra"
    }
    for file in config_dir.glob("*/*.yaml") if config_dir else ():
        groups.setdefault(file.parent.name, set()).add(file.stem)
    return groups


def _keys(config: DictConfig, prefix: str = "") -> list[str]:
    found = []
    for key in config:
        found.append(f"{prefix}{key!s}")
        node = config._get_node(key)
        if isinstance(node, DictConfig):
            found += _keys(node, f"{prefix}{key!s}.")
    return found


def _plain(config: DictConfig) -> Mapping[str, Any]:
    try:
        plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        key = error.full_key or str(error)
        raise ConfigError(f"{key} has no value; set it with {key}=...") from None
    except OmegaConfBaseException as error:
        raise ConfigError(_first_line(error)) from None
    if not isinstance(plain, dict):
        raise ConfigError("a configuration must be a mapping of keys to values")
    return {str(key): value for key, value in plain.items()}


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
