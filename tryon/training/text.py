"""Training TextNet on sentences that a grammar makes up; no data set is needed.

The loss is cross entropy an attribute ("not said" is a value) plus binary cross entropy of what is
ruled out. Figures are exact match on sentences of another seed; those on the hand-written sets,
which no training sees, come from `python -m tryon evaluate words`.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tryon.nets.text import TextConfig, TextNet
from tryon.training.data.sentences import Sentence, alphabet, sentence
from tryon.training.trainer import Schedule, begin_from, total

NAME = "text"
SCHEDULE = Schedule(
    steps=100_000, minutes=24, batch=96, learning_rate=3e-3, ema=0.998, threads=1,
    save_minutes=3, evaluate_minutes=3,
)  # fmt: skip
GROUP = 8  # batches whose sentences are sorted by length together, so that little is padding
EXCLUDED_WEIGHT = 4.0  # what is ruled out is rare
HELD_OUT_SEED = 10_000_019  # of the sentences that figures are measured on
HELD_OUT = 1200  # sentences


class TextTask:
    """TextNet's `Task`."""

    name = NAME

    def __init__(
        self, seed: int = 0, config: TextConfig | None = None, start: Path | None = None
    ) -> None:
        """start: an earlier TextNet to go on from."""
        self.seed = seed
        self.config = config or TextConfig(alphabet())
        self.start = start
        self.speller = TextNet(self.config)

    def build(self) -> TextNet:
        net = TextNet(self.config)
        if self.start is not None:
            begin_from(net, self.start)
        return net

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """letters (N, L) int64; said (N, heads) int64, 0 = not said; excluded (N, values) float32,
        all heads' values side by side."""
        group, place = divmod(first // count, GROUP)
        made = self._group(group, GROUP * count)
        at = (place * 3 + group) % GROUP * count  # neither shortest first nor longest first
        return self.encode(made[at : at + count])

    @lru_cache(maxsize=2)  # noqa: B019 - one task a run
    def _group(self, number: int, count: int) -> list[Sentence]:
        made = [sentence(self.seed, number * count + i) for i in range(count)]
        return sorted(made, key=lambda one: len(one.text))

    def encode(self, made: list[Sentence]) -> dict[str, np.ndarray]:
        heads = self.config.heads
        said = np.array(
            [
                [1 + values.index(one.said[a]) if a in one.said else 0 for a, values in heads]
                for one in made
            ]
        )
        excluded = np.array(
            [
                [float(v in one.excluded.get(a, ())) for a, values in heads for v in values]
                for one in made
            ],
            np.float32,
        )
        letters = self.speller.spell([one.text for one in made]).numpy()
        return {"letters": letters, "said": said, "excluded": excluded}

    def loss(
        self, net: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        found = net(batch["letters"])
        said = total(
            F.cross_entropy(logits.float(), batch["said"][:, i])
            for i, logits in enumerate(found.said.values())
        )
        ruled_out = torch.cat(list(found.excluded.values()), dim=1).float()
        excluded = F.binary_cross_entropy_with_logits(ruled_out, batch["excluded"])
        excluded = EXCLUDED_WEIGHT * excluded * len(found.said)
        loss = said + excluded
        return loss, {"said": float(said.detach()), "excluded": float(excluded.detach())}

    @torch.inference_mode()
    def evaluate(self, net: nn.Module) -> dict[str, float]:
        net.eval()
        made = [sentence(HELD_OUT_SEED, i) for i in range(HELD_OUT)]
        hits: dict[str, list[bool]] = {}
        for start in range(0, HELD_OUT, 100):
            batch = self.encode(made[start : start + 100])
            found = net(torch.from_numpy(batch["letters"]))
            for i, (name, logits) in enumerate(found.said.items()):
                right = logits.argmax(1).numpy() == batch["said"][:, i]
                hits.setdefault(name, []).extend(right.tolist())
            ruled_out = torch.cat(list(found.excluded.values()), dim=1) > 0
            right = (ruled_out.numpy() == (batch["excluded"] > 0)).all(1)
            hits.setdefault("excluded", []).extend(right.tolist())
        return {name: round(float(np.mean(right)), 4) for name, right in hits.items()}

    def sheet(self, net: nn.Module) -> None:
        return None
