"""Clean text -> Reading, by the rules and TextNet: the words that the rules leave unread.

Notable here:
- the rules of `grammar.py` read first and are never overruled: they are exact where they know the
  words. The network is asked only when words are left over, and only for what was not said yet.
- the network's answer counts only if the sentence without some unread word would not give it
  (occlusion, Zeiler & Fergus, ECCV 2014). That word is then reported as read; words that changed
  nothing are still reported as ignored.
"""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np

from tryon.core import weights
from tryon.core.types import Kind
from tryon.core.vocabulary import ATTRIBUTES, TYPE_KIND
from tryon.nets.text import PADDING, TextNet
from tryon.words.grammar import Piece, Reading, parse
from tryon.words.lexicon import CHINESE, ENGLISH

WEIGHT_FILE = "text.safetensors"

# When the network is asked, and believed.
MOST_WORDS = 6  # unread words looked at; a text with more is about something else
SURE = 0.9  # probability from which on a value is taken; chosen on made-up sentences
GONE = 0.4  # share of that probability that may be left without the word
_LETTERS = re.compile(r"[a-z]{3}|[\u3400-\u9fff]")  # a word has at least these

PIECE = 12  # letters multiplied at a time: so small a product is not shared out among threads


@dataclass(frozen=True, eq=False)
class Opinion:
    """How the network alone reads a text.

    said: attribute -> value -> probability, "" = not said. excluded: attribute -> value ->
    probability that it is ruled out.
    """

    said: dict[str, dict[str, float]]
    excluded: dict[str, dict[str, float]]

    def best(self, attribute: str) -> tuple[str, float]:
        """The most probable value ("" = not said) and its probability."""
        values = self.said[attribute]
        value = max(values, key=values.__getitem__)
        return value, values[value]


class WordReader:
    """The rules and TextNet together: a `Reader` for `prompt.understand`."""

    def __init__(self, net: TextNet) -> None:
        self.net = net.eval()
        self.quick = QuickText(self.net)

    @classmethod
    def load(cls) -> Self:
        """The shipped reader. Raises TryOnError "weights_missing" or "weights_damaged"."""
        return cls(weights.load(TextNet, WEIGHT_FILE))

    def __call__(self, clean: str, typed: str) -> Reading:
        """Read a text: `clean` as by `prompt.clean`, `typed` of the same length as typed."""
        reading, pieces = parse(clean, typed)
        unread = [i for i, piece in enumerate(pieces) if _unread(piece)]
        unread = [i for i in unread if not _of_another_thing(pieces, i)]
        if not unread or len(unread) > MOST_WORDS:
            return reading
        whole = self.opinions([clean])[0]
        claims = _claims(whole, reading)
        if not claims:
            return reading
        without = self.opinions(
            [clean[: pieces[i].start] + " " + clean[pieces[i].end :] for i in unread]
        )
        attributes, excluded = dict(reading.attributes), dict(reading.excluded)
        used = dict(enumerate(word_used for _, word_used in reading.words))
        for kind, attribute, value, probability in claims:
            left, place = min(
                (getattr(other, kind)[attribute][value], i)
                for other, i in zip(without, unread, strict=True)
            )
            if left > GONE * probability:
                continue
            if kind == "said":
                attributes[attribute] = value
            else:
                excluded[attribute] = (*excluded.get(attribute, ()), value)
            used[place] = used[place] or attribute
        upper = TYPE_KIND.get(attributes.get("type", "")) == Kind.UPPER
        if upper and attributes.get("length") == "short":
            attributes["length"] = "cropped"
        words = tuple((word, used[i]) for i, (word, _) in enumerate(reading.words))
        return reading._replace(
            attributes={name: attributes[name] for name in ATTRIBUTES if name in attributes},
            excluded={name: excluded[name] for name in ATTRIBUTES if name in excluded},
            words=words,
        )

    def opinions(self, texts: list[str]) -> list[Opinion]:
        """How the network alone reads clean texts."""
        heads = self.net.config.heads
        said, excluded = self.quick(self.net.spell(texts).numpy())
        return [
            Opinion(
                {name: _named(("", *values), said[name][i]) for name, values in heads},
                {name: _named(values, excluded[name][i]) for name, values in heads},
            )
            for i in range(len(texts))
        ]


class QuickText:
    """TextNet's answer in numpy.

    A sentence is some forty small steps, one after the other. A framework that hands each to its
    threads takes far longer for that than for the arithmetic, on a busy machine a hundred times as
    long.
    """

    def __init__(self, net: TextNet) -> None:
        self.heads = [name for name, _ in net.config.heads]
        self.reach = net.config.kernel // 2
        value = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
        self.embedding = value["embedding.weight"]
        # (kernel, embedding, width), so that a place of the kernel is one matrix product
        self.look = np.ascontiguousarray(value["look.weight"].transpose(2, 1, 0))
        self.look_bias = value["look.bias"]
        self.ways = [
            tuple(
                np.ascontiguousarray(value[f"{way}.{part}_l0"].T)
                for part in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
            )
            for way in ("onward", "backward")
        ]
        self.value = value

    def __call__(self, letters: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """letters: (N, L) int64 as of `TextNet.spell`. (said, excluded): attribute -> (N, values)
        probabilities, as of `Opinion`."""
        there = letters != PADDING
        seen = self._look(self.embedding[letters]) * there[..., None]
        place = np.arange(letters.shape[1])[None]
        turned = np.where(there, there.sum(1, keepdims=True) - 1 - place, place)[..., None]
        forth = _gru(seen, *self.ways[0])
        back = _gru(np.take_along_axis(seen, turned, axis=1), *self.ways[1])
        states = np.concatenate([forth, np.take_along_axis(back, turned, axis=1)], axis=2)
        interest = self._linear("question", states)
        weight = _softmax(np.where(there[..., None], interest, -np.inf), axis=1)
        read = np.einsum("nlc,nlh->nhc", states, weight)
        said, excluded = {}, {}
        for i, name in enumerate(self.heads):
            said[name] = _softmax(self._linear(f"said.{i}", read[:, i]), axis=1)
            excluded[name] = _sigmoid(self._linear(f"excluded.{i}", read[:, i]))
        return said, excluded

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.value[f"{name}.weight"].T + self.value[f"{name}.bias"]

    def _look(self, x: np.ndarray) -> np.ndarray:
        """The convolution and its GELU, (N, L, embedding) -> (N, L, width)."""
        wide = np.pad(x, ((0, 0), (self.reach, self.reach), (0, 0)))
        length = x.shape[1]
        sums = sum(_times(wide[:, i : i + length], matrix) for i, matrix in enumerate(self.look))
        sums = sums + self.look_bias
        return sums * 0.5 * (1 + _erf(sums / np.sqrt(2).astype(np.float32)))


def _times(x: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """(N, L, C) @ (C, D), a few letters at a time, so that it is not shared out among threads: they
    would wait for each other longer than they work."""
    pieces = [x[:, at : at + PIECE] @ matrix for at in range(0, x.shape[1], PIECE)]
    return np.concatenate(pieces, axis=1)


def _gru(
    x: np.ndarray, to: np.ndarray, to_bias: np.ndarray, own: np.ndarray, own_bias: np.ndarray
) -> np.ndarray:
    """(N, L, C) -> (N, L, hidden): a GRU with torch's order of gates (reset, update, new)."""
    alone = len(x) == 1
    if alone:  # a vector times a matrix is shared out among threads, too
        x = np.repeat(x, 2, axis=0)
    given = _times(x, to) + to_bias  # (N, L, 3 hidden)
    size = own.shape[0]
    state = np.zeros((len(x), size), np.float32)
    states = np.empty((*x.shape[:2], size), np.float32)
    for step in range(x.shape[1]):
        kept = state @ own + own_bias
        both = _sigmoid(given[:, step, : 2 * size] + kept[:, : 2 * size])
        reset, update = both[:, :size], both[:, size:]
        new = np.tanh(given[:, step, 2 * size :] + reset * kept[:, 2 * size :])
        state = new + update * (state - new)
        states[:, step] = state
    return states[:1] if alone else states


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))


def _softmax(x: np.ndarray, axis: int) -> np.ndarray:
    x = np.exp(x - x.max(axis=axis, keepdims=True))
    return x / x.sum(axis=axis, keepdims=True)


def _erf(x: np.ndarray) -> np.ndarray:
    """The error function to 1.5e-7 (Abramowitz and Stegun, formula 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = 0.254829592 + t * (
        -0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))
    )
    return np.sign(x) * (1 - t * series * np.exp(-x * x))


def _named(values: tuple[str, ...], probabilities: np.ndarray) -> dict[str, float]:
    return dict(zip(values, probabilities.tolist(), strict=True))


def _unread(piece: Piece) -> bool:
    """True for a word that the lexicon does not know."""
    if piece.used or piece.role != "other":
        return False
    word = piece.written.lower()
    return bool(_LETTERS.search(word)) and word not in ENGLISH and word not in CHINESE


def _of_another_thing(pieces: list[Piece], index: int) -> bool:
    """True before a word for something that is no garment of ours: "crimsn scarf"."""
    return index + 1 < len(pieces) and pieces[index + 1].role in ("elsewhere", "detail")


def _claims(whole: Opinion, reading: Reading) -> list[tuple[str, str, str, float]]:
    """(field of Opinion, attribute, value, probability) of what the network adds to the rules."""
    claims = []
    for attribute in whole.said:
        value, probability = whole.best(attribute)
        known = attribute in reading.attributes or value in reading.excluded.get(attribute, ())
        if value and not known and probability >= SURE:
            claims.append(("said", attribute, value, probability))
        for value, probability in whole.excluded[attribute].items():
            known = reading.attributes.get(attribute) == value
            known = known or value in reading.excluded.get(attribute, ())
            if not known and probability >= SURE:
                claims.append(("excluded", attribute, value, probability))
    return claims
