"""TextNet: the letters of a sentence -> what it says about each attribute of a garment.

Notable here:
- it reads characters, English and Chinese alike: a misspelt word still looks like itself, and
  nothing has to be cut into words first.
- a convolution sees letters side by side, a GRU (Cho et al., EMNLP 2014) runs over them from both
  ends, and each attribute looks where it likes (attention pooling, Yang et al., NAACL 2016).
- padding changes nothing: the second GRU runs over the sentence turned round, not the padding.
- `pooled` is one vector for the whole sentence, for a network that paints by words.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from tryon.core.vocabulary import ATTRIBUTES

HEADS = tuple((attribute, values) for attribute, values in ATTRIBUTES.items())
PADDING, STRANGE = 0, 1  # indices of what is no character, and of a character it does not know
SPECIAL = 2


@dataclass(frozen=True)
class TextConfig:
    """Shape of TextNet.

    alphabet: the characters it knows, in the order of their indices (from SPECIAL on). longest:
    characters read. embedding, width, hidden: channels of a character, after the convolution, of
    each GRU. kernel: characters the convolution sees, odd. pooled: length of the sentence's
    vector. heads: attribute and its values, in order; "not said" comes before them.
    """

    alphabet: str
    longest: int = 160
    embedding: int = 48
    width: int = 80
    hidden: int = 80
    kernel: int = 5
    pooled: int = 128
    heads: tuple[tuple[str, tuple[str, ...]], ...] = HEADS


class TextOutput(NamedTuple):
    """What TextNet returns.

    said: attribute -> (N, 1 + values) logits; 0 is "not said". excluded: attribute -> (N, values)
    logits, each value by itself ("neither red nor blue"). pooled: (N, config.pooled).
    """

    said: dict[str, torch.Tensor]
    excluded: dict[str, torch.Tensor]
    pooled: torch.Tensor


class TextNet(nn.Module):
    """Embedding, convolution, GRU in both directions, attention pooling and a head an attribute."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self._index = {letter: SPECIAL + i for i, letter in enumerate(config.alphabet)}
        values = [len(names) for _, names in config.heads]
        both = 2 * config.hidden
        self.embedding = nn.Embedding(
            SPECIAL + len(config.alphabet), config.embedding, padding_idx=PADDING
        )
        self.look = nn.Conv1d(
            config.embedding, config.width, config.kernel, padding=config.kernel // 2
        )
        self.onward = nn.GRU(config.width, config.hidden, batch_first=True)
        self.backward = nn.GRU(config.width, config.hidden, batch_first=True)
        self.drop = nn.Dropout(0.1)
        # one question a head, and a last one for the whole sentence
        self.question = nn.Linear(both, len(values) + 1)
        self.said = nn.ModuleList(nn.Linear(both, 1 + count) for count in values)
        self.excluded = nn.ModuleList(nn.Linear(both, count) for count in values)
        self.whole = nn.Linear(both, config.pooled)

    def forward(self, letters: torch.Tensor) -> TextOutput:
        """letters: (N, L) int64, PADDING at the end; every row has at least one character."""
        there = letters != PADDING  # (N, L)
        seen = self.look(self.embedding(letters).transpose(1, 2)).transpose(1, 2)  # (N, L, width)
        seen = F.gelu(seen) * there[..., None]
        turned = _turn(there)
        forth, _ = self.onward(seen)
        back, _ = self.backward(_gather(seen, turned))
        states = self.drop(torch.cat([forth, _gather(back, turned)], dim=2))  # (N, L, 2 hidden)
        interest = self.question(states).float().masked_fill(~there[..., None], -torch.inf)
        weight = torch.softmax(interest, dim=1).to(states.dtype)  # (N, L, heads + 1)
        read = torch.einsum("nlc,nlh->nhc", states, weight)  # (N, heads + 1, 2 hidden)
        names = [name for name, _ in self.config.heads]
        said = zip(names, self.said, strict=True)
        excluded = zip(names, self.excluded, strict=True)
        return TextOutput(
            {name: head(read[:, i]) for i, (name, head) in enumerate(said)},
            {name: head(read[:, i]) for i, (name, head) in enumerate(excluded)},
            torch.tanh(self.whole(read[:, -1])),
        )

    def spell(self, texts: list[str]) -> torch.Tensor:
        """(N, L) int64 for `forward`: the first `config.longest` characters of clean texts
        (`prompt.clean`); an empty text becomes one strange character."""
        rows = [
            [self._index.get(letter, STRANGE) for letter in text[: self.config.longest]]
            or [STRANGE]
            for text in texts
        ]
        longest = max(map(len, rows))
        return torch.tensor([row + [PADDING] * (longest - len(row)) for row in rows])


def _turn(there: torch.Tensor) -> torch.Tensor:
    """(N, L) int64: where each place of a sentence is once it is turned round; padding stays."""
    place = torch.arange(there.shape[1], device=there.device)[None]
    mirrored = there.sum(1, keepdim=True) - 1 - place
    return torch.where(there, mirrored, place)


def _gather(states: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """(N, L, C) taken at places (N, L)."""
    return states.gather(1, places[..., None].expand_as(states))
