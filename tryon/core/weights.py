"""The files in weights/: one safetensors file a network, and saying plainly what is wrong with one.

Notable here:
- a network's file describes itself: its header holds the class name, the config as JSON and a
  summary of the training, so the network is rebuilt from the file alone.
- tensors are stored as float16 and computed as float32; loading is strict.
- a missing file and a damaged one each raise one TryOnError that names the file.
"""

import dataclasses
import json
import types
import typing
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from tryon.core.errors import TryOnError
from tryon.core.places import WEIGHTS

Net = typing.TypeVar("Net", bound=nn.Module)


def path_of(name: str) -> Path:
    """The path of weights/NAME.

    Raises TryOnError("weights_missing") naming the file and the command that restores it.
    """
    path = WEIGHTS / name
    if not path.is_file():
        raise TryOnError("weights_missing", name=name)
    return path


def save(net: nn.Module, path: Path, training: dict[str, object]) -> None:
    """Write a network (with a `config` dataclass) to a safetensors file, float16.

    training: a summary for readers (data, steps, seed, figures), any JSON value.
    """
    tensors = {
        name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for name, value in net.state_dict().items()
    }
    config: typing.Any = net.config  # torch says of any attribute: a tensor or a module
    header = {
        "net": type(net).__name__,
        "config": json.dumps(dataclasses.asdict(config)),
        "training": json.dumps(training),
    }
    part = path.with_suffix(".part")
    save_file(tensors, part, metadata=header)
    part.replace(path)


def load(kind: type[Net], path: str | Path, device: str | torch.device = "cpu") -> Net:
    """The network of class `kind` stored in weights/PATH (or at an absolute path), float32, eval.

    Raises TryOnError "weights_missing" or "weights_damaged".
    """
    path = path_of(str(path))
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            if header.get("net") != kind.__name__:
                raise ValueError(f"it holds {header.get('net')!r}, not {kind.__name__!r}")
            config_class = typing.get_type_hints(kind.__init__)["config"]
            net = kind(_rebuild(config_class, json.loads(header["config"])))
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        state = {n: v.float() if v.is_floating_point() else v for n, v in state.items()}
        net.load_state_dict(state, strict=True)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        why = str(error).strip().splitlines()[0] or type(error).__name__
        raise TryOnError("weights_damaged", name=path.name, why=why) from error
    return net.to(device).eval()


def training_summary(path: str | Path) -> dict[str, object]:
    """The training summary in the header of weights/PATH. Errors as `load`."""
    path = path_of(str(path))
    try:
        with safe_open(path, framework="pt") as file:
            return json.loads((file.metadata() or {})["training"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise TryOnError("weights_damaged", name=path.name, why=type(error).__name__) from error


def _rebuild(kind: typing.Any, value: typing.Any) -> typing.Any:
    """A config dataclass (nested ones and tuples included) from what JSON made of it."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        unknown = value.keys() - hints.keys()
        if unknown:
            raise ValueError(f"unknown config entries {sorted(unknown)}")
        return kind(**{name: _rebuild(hints[name], entry) for name, entry in value.items()})
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_rebuild(inner[0], entry) for entry in value)
        return tuple(_rebuild(one, entry) for one, entry in zip(inner, value, strict=True))
    if isinstance(kind, types.UnionType):
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
        return None if value is None else _rebuild(kind, value)
    return value
