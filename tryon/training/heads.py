"""Only the heads of GarmentNet, taught anew on features that are computed once.

    tryon train heads DATA --out DIR --start weights/garment.safetensors
        --own GALLERY --count 6000

Notable here:
- encoder and decoder stay as they are, so masks and landmarks stay to the bit, and a picture goes
  through the network once: minutes on a CPU instead of hours.
- the samples are the trainer's own mix (`GarmentTask`), phone photos among them.
- the heads are held near where they began (L2-SP: Li et al., "Explicit Inductive Bias for Transfer
  Learning with Convolutional Networks", ICML 2018): the features of the photos that the encoder was
  trained on look better than those of new ones, and heads that trust them too far get worse.
"""

import copy
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import nn

from tryon.core import weights
from tryon.nets.blocks import fold_norms
from tryon.nets.garment import HEADS, GarmentNet
from tryon.training import unpack
from tryon.training.data.garments import OWN_SHARE
from tryon.training.garment import (
    PRESENT_WEIGHT,
    GarmentTask,
    attribute_loss,
    presence_loss,
)

NAME = "garment"
CANVAS = (384, 288)  # height, width in pixels: what a phone photo is in use
EXTRACTED = 8  # pictures at a time
EPOCHS, BATCH = 30, 64
RATE = 3e-4
HELD_NEAR = 2e-3  # weight of the squared distance from where the heads began
KEPT_IN_MIND = 0.99  # of the average of the weights, a step

SAMPLES = 6000
THREADS = 2

Features: TypeAlias = dict[str, np.ndarray]


def train(
    data: Path,
    out: Path,
    start: Path,
    cache: Path | None = None,
    own: Sequence[Path] = (),
    own_share: float = OWN_SHARE,
    count: int = SAMPLES,
    learning_rate: float = RATE,
    seed: int = 0,
    threads: int = THREADS,
) -> GarmentNet:
    """Teach the heads of the network in `start` anew, into OUT (see `fit_heads`).

    data: folder of the data sets. cache: of what was prepared, DATA/cache if left out. own:
    folders of galleries whose garments are taught too, `own_share` of all samples.
    FileNotFoundError for missing data.
    """
    folder = unpack(data)
    torch.set_num_threads(threads)
    task = GarmentTask(
        folder,
        cache or folder / "cache",
        None,
        seed,
        start=start,
        own=own,
        own_share=own_share,
    )
    return fit_heads(task, out, count, seed, learning_rate)


def fit_heads(
    task: GarmentTask,
    out: Path,
    count: int,
    seed: int = 0,
    rate: float = RATE,
    epochs: int = EPOCHS,
) -> GarmentNet:
    """Train, writing OUT/garment.safetensors, OUT/features.npz (found there, it is used again) and
    OUT/log.jsonl. Returns the network.

    task: with `start`. count: samples to compute features of.
    """
    if task.start is None:
        raise ValueError("the heads need a network to start from")
    out.mkdir(parents=True, exist_ok=True)
    net = task.build().eval()
    path = out / "features.npz"
    if path.is_file():
        with np.load(path) as stored:
            features = dict(stored)
    else:
        features = extract(net, task, count)
        np.savez(path, **features)  # type: ignore[arg-type]  # none is called allow_pickle
    started = time.monotonic()
    before = task.evaluate(copy.deepcopy(net))
    _log(out, {"epoch": 0, **before})
    teach(net, features, seed, rate, epochs)
    figures = task.evaluate(copy.deepcopy(net))
    _log(out, {"epoch": epochs, **figures})
    summary = {
        **weights.training_summary(task.start.resolve()),
        "heads": {
            "samples": len(features["pooled"]),
            "epochs": epochs,
            "rate": rate,
            "seed": seed,
            "minutes": round((time.monotonic() - started) / 60, 1),
        },
        "validation": figures,
    }
    weights.save(net, out / f"{NAME}.safetensors", summary)
    return net


def _log(out: Path, figures: dict[str, float]) -> None:
    line = json.dumps(figures)
    print(line, flush=True)
    with (out / "log.jsonl").open("a") as file:
        file.write(line + "\n")


@torch.inference_mode()
def extract(net: GarmentNet, task: GarmentTask, count: int) -> Features:
    """What the heads see of the task's first `count` samples: pooled (N, C) float32, and the labels
    as in `Garments.batch` ("present", "allowed_...")."""
    seeing = fold_norms(copy.deepcopy(net))
    # torch's stubs do not know this argument of Module.to.
    seeing.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    caught: list[np.ndarray] = []
    seeing.describe.register_forward_pre_hook(
        lambda _, inputs: caught.append(inputs[0].float().numpy())
    )
    names = ["present", *(f"allowed_{name}" for name, _ in HEADS)]
    labels: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for first in range(0, count, EXTRACTED):
        batch = task.batch(first, min(EXTRACTED, count - first), CANVAS)
        picture = (torch.from_numpy(batch["pixels"]).permute(0, 3, 1, 2).float() - 127) / 128
        with torch.autocast("cpu", torch.bfloat16):
            seeing(picture.contiguous(memory_format=torch.channels_last))
        for name in names:
            labels[name].append(batch[name])
    return {
        "pooled": np.concatenate(caught),
        **{name: np.concatenate(arrays) for name, arrays in labels.items()},
    }


def teach(
    net: GarmentNet,
    features: Features,
    seed: int = 0,
    rate: float = RATE,
    epochs: int = EPOCHS,
    near: float = HELD_NEAR,
) -> None:
    """Train the layer that the heads share, the heads, and which landmarks there are, in place.

    What the network ends with is the average of its weights over the last steps.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    taught = nn.ModuleList([net.describe, net.heads, net.present])
    began = [parameter.detach().clone() for parameter in taught.parameters()]
    mean = [parameter.clone() for parameter in began]
    optimiser = torch.optim.AdamW(taught.parameters(), lr=rate, weight_decay=0)
    tensors = {name: torch.from_numpy(array) for name, array in features.items()}
    total = len(features["pooled"])
    steps, step = epochs * -(-total // BATCH), 0
    taught.train()
    for _ in range(epochs):
        order = rng.permutation(total)
        for first in range(0, total, BATCH):
            chosen = torch.from_numpy(order[first : first + BATCH])
            batch = {name: tensor[chosen] for name, tensor in tensors.items()}
            shared = net.describe(batch["pooled"])
            scores = {
                name: head(shared)
                for (name, _), head in zip(net.config.heads, net.heads, strict=True)
            }
            loss, _ = attribute_loss(scores, batch)
            loss = loss + PRESENT_WEIGHT * presence_loss(net.present(shared), batch)
            for parameter, start in zip(taught.parameters(), began, strict=True):
                loss = loss + near * (parameter - start).square().sum()
            for group in optimiser.param_groups:
                group["lr"] = rate * 0.5 * (1 + float(np.cos(np.pi * step / steps)))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            step += 1
            with torch.no_grad():
                for slow, fast in zip(mean, taught.parameters(), strict=True):
                    slow.lerp_(fast, 1 - min(KEPT_IN_MIND, step / (step + 9)))
    taught.eval()
    with torch.no_grad():
        for slow, fast in zip(mean, taught.parameters(), strict=True):
            fast.copy_(slow)
