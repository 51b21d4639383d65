"""The training loop all networks share: AdamW, warm-up, cosine decay, EMA, resumable.

Notable here:
- a step's data is a pure function of (seed, step), and the checkpoint holds everything else
  (network, EMA, optimiser, step); so a resumed run continues as if it had never stopped.
- data is made in one background thread (OpenCV lets go of Python's lock) while torch works.
- channels_last, and bfloat16 autocast where that is faster: on a CPU it is measured first, since
  some run it three to eight times as fast as float32 and some slower.
  With CUDA, `accelerate` and more than one process, data parallel.
- what decides the length is `steps`, or `minutes` of training time when that is given; the
  learning rate falls to zero at whichever end comes first.
"""

import copy
import functools
import json
import logging
import operator
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from tryon.core import weights

if TYPE_CHECKING:
    from accelerate import Accelerator
    from torch.utils.tensorboard import SummaryWriter

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
PREFETCH = 3  # batches made ahead
LOG_STEPS = 50  # steps between two lines of the log
LONGEST_STEP = 30.0  # seconds that count as training: a stopped process (SIGSTOP) does not train
MOST_GRADIENT = 1.0  # norm that gradients are cut down to


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    sizes: canvas sizes (height, width), each used for an equal share of the run unless
    `size_starts` says from which progress (0..1) on each is used.
    """

    steps: int = 20000
    minutes: float | None = None
    batch: int = 16
    learning_rate: float = 1e-3
    encoder_rate: float = 0.3  # of the learning rate, for pretrained weights
    weight_decay: float = 0.01
    warm_up: int = 100  # steps
    ema: float = 0.998
    sizes: tuple[tuple[int, int], ...] = ((512, 384),)
    size_starts: tuple[float, ...] = (0.0,)
    save_minutes: float = 4.0
    evaluate_minutes: float = 12.0
    seed: int = 0
    threads: int = 2

    def size(self, progress: float) -> tuple[int, int]:
        """The canvas size at this progress."""
        return next(
            size
            for size, start in reversed(list(zip(self.sizes, self.size_starts, strict=True)))
            if progress >= start
        )


class Changes(TypedDict, total=False):
    """Fields of a `Schedule` that one run has otherwise."""

    steps: int
    minutes: float | None
    batch: int
    learning_rate: float
    encoder_rate: float
    weight_decay: float
    warm_up: int
    ema: float
    sizes: tuple[tuple[int, int], ...]
    size_starts: tuple[float, ...]
    save_minutes: float
    evaluate_minutes: float
    seed: int
    threads: int


class Task(Protocol):
    """What a network must bring along to be trained here."""

    name: str

    def build(self) -> nn.Module:
        """The network at its start; frozen parameters have requires_grad False. Parameters
        under `encoder.` get the slower rate."""

    def batch(self, first: int, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Samples first .. first + count - 1."""

    def loss(
        self, net: nn.Module, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        """The loss of a batch and its parts for the log."""

    def evaluate(self, net: nn.Module) -> dict[str, float]:
        """Figures on the validation split."""

    def sheet(self, net: nn.Module) -> np.ndarray | None:
        """(H, W, 3) uint8 RGB: sample pictures to look at."""


def fit(
    task: Task, schedule: Schedule, out: Path, resume: bool = False, evaluate: bool = True
) -> nn.Module:
    """Train, writing OUT/checkpoint.pt, OUT/<name>.safetensors (the EMA network), OUT/log.jsonl
    and OUT/sheet-<step>.png. Returns the EMA network in float32.

    FileNotFoundError with `resume` where there is no checkpoint; ValueError for `minutes` with
    several processes, which would end at different steps.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(schedule.seed)
    torch.set_num_threads(schedule.threads)
    cv2.setNumThreads(1)
    accelerator = _accelerator()
    if accelerator and accelerator.num_processes > 1 and schedule.minutes:
        raise ValueError("several processes: give the length in steps, not in minutes")
    device = accelerator.device if accelerator else _only_device()
    net = task.build().to(device)
    # torch's stubs do not know this argument of Module.to.
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    ema = copy.deepcopy(net).eval()
    optimiser = _optimiser(net, schedule)
    bfloat16 = device.type != "cpu" or bfloat16_is_faster()
    logger.info("training in %s", "bfloat16" if bfloat16 else "float32")
    step, seconds = 0, 0.0
    if resume:
        state = torch.load(out / CHECKPOINT, map_location=device, weights_only=True)
        net.load_state_dict(state["net"])
        ema.load_state_dict(state["ema"])
        optimiser.load_state_dict(state["optimiser"])
        step, seconds = state["step"], state["seconds"]
    trained = accelerator.prepare(net) if accelerator else net
    writer = _tensorboard(out)
    main_process = accelerator is None or accelerator.is_main_process
    shard, shards = (
        (accelerator.process_index, accelerator.num_processes) if accelerator else (0, 1)
    )

    def progress() -> float:
        timed = seconds / 60 / schedule.minutes if schedule.minutes else 0.0
        return min(max(step / schedule.steps, timed), 1.0)

    def finish(final: bool) -> None:
        if not main_process:
            return
        state = {
            "net": net.state_dict(),
            "ema": ema.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "seconds": seconds,
        }
        part = out / (CHECKPOINT + ".part")
        torch.save(state, part)
        part.replace(out / CHECKPOINT)
        figures = task.evaluate(copy.deepcopy(shipped(ema))) if evaluate and final else {}
        if figures:
            _log(out, writer, step, {"minutes": round(seconds / 60, 1), **figures})
            sheet = task.sheet(copy.deepcopy(shipped(ema)))
            if sheet is not None:
                cv2.imwrite(str(out / f"sheet-{step:06d}.png"), sheet[..., ::-1])
        summary = {
            "steps": step,
            "minutes": round(seconds / 60, 1),
            "schedule": asdict(schedule),
            "validation": figures,
        }
        weights.save(shipped(ema), out / f"{task.name}.safetensors", summary)

    def make(at: int, how_far: float) -> dict[str, np.ndarray]:
        first = (at * shards + shard) * schedule.batch
        return task.batch(first, schedule.batch, schedule.size(how_far))

    net.train()
    saved = evaluated = logged = seconds
    totals: dict[str, list[float]] = {}
    with _Prefetch(make, step, progress) as batches:
        while progress() < 1:
            started = time.monotonic()
            arrays = next(batches)
            batch = {name: torch.from_numpy(a).to(device) for name, a in arrays.items()}
            rate = _rate(step, progress(), schedule)
            for group in optimiser.param_groups:
                group["lr"] = rate * group["factor"]
            with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
                loss, parts = task.loss(trained, batch)
            optimiser.zero_grad(set_to_none=True)
            accelerator.backward(loss) if accelerator else loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), MOST_GRADIENT)
            optimiser.step()
            step += 1
            _follow(ema, net, min(schedule.ema, (1 + step) / (10 + step)))
            seconds += min(time.monotonic() - started, LONGEST_STEP)
            for name, value in parts.items():
                totals.setdefault(name, []).append(value)
            if step % LOG_STEPS == 0 and main_process:
                means = {name: round(float(np.mean(v)), 4) for name, v in totals.items()}
                speed = LOG_STEPS * schedule.batch * shards / max(seconds - logged, 1e-3)
                line = {"minutes": round(seconds / 60, 2), "lr": rate, "a second": round(speed, 1)}
                _log(out, writer, step, {**line, **means})
                totals.clear()
                logged = seconds
            if seconds - saved > schedule.save_minutes * 60:
                due = seconds - evaluated > schedule.evaluate_minutes * 60
                finish(final=due)
                saved = seconds
                evaluated = seconds if due else evaluated
    finish(final=True)
    return shipped(ema)


@functools.cache
def bfloat16_is_faster() -> bool:
    """Whether this CPU trains a convolution faster in bfloat16 than in float32 (some 0.2 s)."""
    x = torch.ones(4, 96, 64, 48).to(memory_format=torch.channels_last)
    convolution = nn.Conv2d(96, 96, 3, padding=1)

    def seconds(bfloat16: bool) -> float:
        times = []
        for _ in range(4):
            started = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                convolution(x).float().mean().backward()
            times.append(time.perf_counter() - started)
        return min(times)

    return seconds(True) < seconds(False)


def total(losses: Iterable[torch.Tensor]) -> torch.Tensor:
    """Their sum; there must be one at least."""
    return functools.reduce(operator.add, losses)


def shipped(net: nn.Module) -> nn.Module:
    """The network that is saved and judged: itself, unless something is trained around it."""
    return getattr(net, "shipped", net)


def begin_from(net: nn.Module, path: Path) -> None:
    """Load the weights of an earlier network of the same class, as `core.weights` writes them;
    what it lacks stays as it is. ValueError if it has what the network lacks."""
    state = {name: value.float() for name, value in load_file(path).items()}
    missing, unexpected = net.load_state_dict(state, strict=False)
    if unexpected:
        raise ValueError(f"{path} is of another shape: {unexpected[0]}")
    logger.info("%s: %d tensors begin anew", path, len(missing))


def _accelerator() -> "Accelerator | None":
    """An accelerate.Accelerator where there is CUDA or `accelerate launch` has started several
    processes, and the package is installed; else None."""
    if not torch.cuda.is_available() and int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return None
    try:
        from accelerate import Accelerator
    except ImportError:
        logger.warning("accelerate is not installed: training in one process, on one GPU")
        return None
    return Accelerator(cpu=not torch.cuda.is_available())


def _only_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _optimiser(net: nn.Module, schedule: Schedule) -> torch.optim.AdamW:
    pretrained: list[nn.Parameter] = []
    fresh: list[nn.Parameter] = []
    for name, parameter in net.named_parameters():
        if parameter.requires_grad:
            (pretrained if name.startswith("encoder.") else fresh).append(parameter)
    groups = [
        {"params": pretrained, "factor": schedule.encoder_rate},
        {"params": fresh, "factor": 1.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=schedule.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=schedule.weight_decay,
    )


def _rate(step: int, progress: float, schedule: Schedule) -> float:
    warm = min(1.0, (step + 1) / schedule.warm_up)
    return schedule.learning_rate * warm * 0.5 * (1 + float(np.cos(np.pi * progress)))


@torch.no_grad()
def _follow(ema: nn.Module, net: nn.Module, keep: float) -> None:
    for slow, fast in zip(ema.state_dict().values(), net.state_dict().values(), strict=True):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - keep)
        else:
            slow.copy_(fast)


def _tensorboard(out: Path) -> "SummaryWriter | None":
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(out / "tensorboard"))


def _log(out: Path, writer: "SummaryWriter | None", step: int, figures: dict[str, float]) -> None:
    line = json.dumps({"step": step, **figures})
    print(line, flush=True)
    with (out / "log.jsonl").open("a") as file:
        file.write(line + "\n")
    if writer is not None:
        for name, value in figures.items():
            writer.add_scalar(name, value, step)


class _Prefetch:
    """Batches made in a background thread, in order; an error there is raised here."""

    def __init__(
        self,
        make: Callable[[int, float], dict[str, np.ndarray]],
        first: int,
        progress: Callable[[], float],
    ) -> None:
        self._queue: queue.Queue[dict[str, np.ndarray] | BaseException] = queue.Queue(PREFETCH)
        self._stopped = threading.Event()

        def work() -> None:
            step = first
            while not self._stopped.is_set():
                try:
                    item: dict[str, np.ndarray] | BaseException = make(step, progress())
                except BaseException as error:  # raised in the main thread
                    item = error
                while not self._stopped.is_set():
                    try:
                        self._queue.put(item, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if isinstance(item, BaseException):
                    return
                step += 1

        self._thread = threading.Thread(target=work, name="batches", daemon=True)

    def __enter__(self) -> Iterator[dict[str, np.ndarray]]:
        self._thread.start()
        return self._batches()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=60)

    def _batches(self) -> Iterator[dict[str, np.ndarray]]:
        while True:
            item = self._queue.get()
            if isinstance(item, BaseException):
                raise item
            yield item
