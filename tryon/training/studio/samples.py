"""Real pairs and the studio's -> samples for the dressing network, mixed.

Notable here:
- a sample is a pure function of (seed, index), whatever was made before: a resumed run sees what it
  would have seen.
- both go through the same `prepared`, so they are disturbed alike; a real pair has no known flow,
  and its `traced` is empty.
- a pair is made while training runs and used a few times, each time framed, lit and hidden anew.
"""

import threading
from collections import OrderedDict

import numpy as np

from tryon.fusion.studio import CANVAS
from tryon.training.data.dressed import Dressed, Pair, prepared, smaller
from tryon.training.studio.pairs import Studio

POOL, REUSE = 96, 3  # pairs that are drawn from at a time; how often each is used on average
HELD_OUT = 1_000_000_000  # numbers from here on are for validation


class Mixed:
    """Training samples of which a share comes from the studio; the interface of `Dressed`."""

    def __init__(self, real: list[Pair], seed: int = 0, share: float = 0.5) -> None:
        """ValueError for a share that is none, or that needs real pairs where there are none."""
        if not 0 < share <= 1:
            raise ValueError(f"the studio's share is {share}, not above 0 and up to 1")
        if share < 1 and not real:
            raise ValueError("there are no real pairs to mix the studio's with")
        self.real = Dressed(real, seed)
        self.seed, self.share = seed, share
        self._made: OrderedDict[int, Pair] = OrderedDict()
        self._local = threading.local()

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """As `Dressed.batch`; flow and traced are always there."""
        samples = [self.sample(first + i) for i in range(count)]
        batch = {name: np.stack([one[name] for one in samples]) for name in samples[0]}
        step = CANVAS[0] // size[0]
        return batch if step == 1 else {n: smaller(n, values, step) for n, values in batch.items()}

    def sample(self, index: int) -> dict[str, np.ndarray]:
        """Sample number `index`, always the same for the same seed."""
        rng = np.random.default_rng((self.seed, index, 1))
        if rng.random() >= self.share:
            unknown: dict[str, np.ndarray] = {
                "flow": np.zeros((*CANVAS, 2), np.float32),
                "traced": np.zeros(CANVAS, np.uint8),
            }
            return unknown | self.real.sample(index)
        number = index // (POOL * REUSE) * POOL + int(rng.integers(POOL))
        return prepared(self._pair(number), rng)

    def _pair(self, number: int) -> Pair:
        if number not in self._made:
            if not hasattr(self._local, "studio"):  # a renderer belongs to its thread
                self._local.studio = Studio(self.seed)
            self._made[number] = self._local.studio.pair(number)
        self._made.move_to_end(number)
        while len(self._made) > 2 * POOL:
            self._made.popitem(last=False)
        return self._made[number]


def held_out(count: int, seed: int = 0) -> list[Pair]:
    """Pairs that no training sees."""
    studio = Studio(seed)
    return [studio.pair(HELD_OUT + number) for number in range(count)]
