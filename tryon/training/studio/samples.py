"""Real pairs and the studio's -> samples for the dressing network, mixed.

Notable here:
- a sample is a pure function of (seed, index), whatever was made before: a resumed run sees what it
  would have seen.
- both go through the same `prepared`, so they are disturbed alike; a real pair has no known flow,
  and its `traced` is empty.
- a pair is made while training runs and used a few times, each time framed, lit and hidden anew.
- pairs are made in processes of their own: Mesa's renderer and TensorFlow, which TensorBoard loads
  where it is installed, each bring LLVM and crash in one process.
"""

import multiprocessing
import os
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache

import numpy as np

from tryon.core.types import Kind
from tryon.fusion.studio import CANVAS
from tryon.training.data.dressed import Dressed, Pair, prepared, smaller
from tryon.training.studio.pairs import Studio

# Pairs that are drawn from at a time; how often each is used, on average, of a share of 1.
POOL, REUSE = 96, 8
AHEAD = 16  # samples whose pairs are begun before they are asked for
HELD_OUT = 1_000_000_000  # numbers from here on are for validation


class Workshop:
    """A `Studio` in other processes. FileNotFoundError of a pair where there is no OpenGL."""

    def __init__(self, seed: int = 0, workers: int = 1) -> None:
        self.seed = seed
        self._pool = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), initializer=_one_thread
        )

    def order(self, number: int, kind: Kind | None = None, unlit: bool = False) -> Future[Pair]:
        """`Studio.pair`, begun now."""
        return self._pool.submit(_make, self.seed, number, kind, unlit)

    def pair(self, number: int, kind: Kind | None = None, unlit: bool = False) -> Pair:
        """`Studio.pair`."""
        return self.order(number, kind, unlit).result()


def _one_thread() -> None:
    os.environ["LP_NUM_THREADS"] = "0"


@cache
def _studio(seed: int) -> Studio:
    return Studio(seed)


def _make(seed: int, number: int, kind: Kind | None, unlit: bool) -> Pair:
    return _studio(seed).pair(number, kind, unlit)


class Mixed:
    """Training samples of which a share comes from the studio; the interface of `Dressed`."""

    def __init__(
        self, real: list[Pair], seed: int = 0, share: float = 0.5, workers: int = 1
    ) -> None:
        """workers: processes that make pairs. ValueError for a share that is none, or that needs
        real pairs where there are none."""
        if not 0 < share <= 1:
            raise ValueError(f"the studio's share is {share}, not above 0 and up to 1")
        if share < 1 and not real:
            raise ValueError("there are no real pairs to mix the studio's with")
        self.real = Dressed(real, seed)
        self.seed, self.share = seed, share
        self.workshop = Workshop(seed, workers)
        self._orders: OrderedDict[int, Future[Pair]] = OrderedDict()

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """As `Dressed.batch`; flow and traced are always there."""
        for index in range(first, first + count + AHEAD):
            self._order(index)
        samples = [self.sample(first + i) for i in range(count)]
        batch = {name: np.stack([one[name] for one in samples]) for name in samples[0]}
        step = CANVAS[0] // size[0]
        return batch if step == 1 else {n: smaller(n, values, step) for n, values in batch.items()}

    def sample(self, index: int) -> dict[str, np.ndarray]:
        """Sample number `index`, always the same for the same seed."""
        order, rng = self._order(index)
        if order is not None:
            return prepared(order.result(), rng)
        unknown: dict[str, np.ndarray] = {
            "flow": np.zeros((*CANVAS, 2), np.float32),
            "traced": np.zeros(CANVAS, np.uint8),
        }
        return unknown | self.real.sample(index)

    def _order(self, index: int) -> tuple[Future[Pair] | None, np.random.Generator]:
        """The pair of a sample, being made, or None for a real one; and how to disturb it."""
        rng = np.random.default_rng((self.seed, index, 1))
        if rng.random() >= self.share:
            return None, rng
        number = index // (POOL * REUSE) * POOL + int(rng.integers(POOL))
        if number not in self._orders:
            self._orders[number] = self.workshop.order(number)
        self._orders.move_to_end(number)
        while len(self._orders) > 2 * POOL:
            self._orders.popitem(last=False)
        return self._orders[number], rng


def held_out(count: int, seed: int = 0, workers: int = 1) -> list[Pair]:
    """Pairs that no training sees."""
    workshop = Workshop(seed, workers)
    orders = [workshop.order(HELD_OUT + number) for number in range(count)]
    return [order.result() for order in orders]
