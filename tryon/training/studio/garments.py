"""Random numbers -> the cut of a garment: its type, lengths, widths, neckline, opening, details.

Notable here:
- a `Cut` speaks of places on the mean body (`places.py`), in its centimetres: y = -61 is where the
  neck meets the shoulder, -40 the armpit, -20 the waist, 11 the crotch, 48 the knee, 93 the ankle.
- every number of every type is drawn from a range, so no two garments are alike: 24 types.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tryon.core.types import Kind

ARMPIT, WAIST, CROTCH, KNEE, ANKLE = -40.0, -20.0, 11.0, 48.0, 93.0
HIGH_HIP = -9.0  # where hanging cloth leaves the body's own shape
NO_NECK = (60.0, -400.0, -400.0, 2.0)  # a neckline above everything: trousers, skirts


class Range(NamedTuple):
    """Uniformly between two numbers."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """A number of the range."""
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True)
class Cut:
    """How a garment is cut. Centimetres and places of the mean body.

    name: its type. kind: what it covers. top, hem: y. sleeve: where it ends along the arm
    (0 = armhole; below: sleeveless). neck: half width, depth in front, depth behind, power of its
    curve (1 = V); half width 0: a turtleneck, whose upper end is then the depth, as y. strap: half
    width of straps, 0 = shoulders; strap_y: their lower ends. front: half opening above and below,
    0 = closed. ease: room around trunk and shoulders. hang: 0..1, how straight it falls. flare: cm
    wider for each cm down. ripples: how many, how deep at the hem. sleeve_ease: room at the
    shoulder's and at the sleeve's end; puff: extra before the cuff. leg: radius room at thigh,
    knee, hem; None = no legs. hood, collar (width), lapel (width), placket (half width), buttons
    (distance), waistband (width), fly, pockets (slant of those at the sides), patches (width of
    pockets that are sewn on): details.
    """

    name: str
    kind: Kind
    top: float = -200.0
    hem: float = 5.0
    sleeve: float = 0.3
    neck: tuple[float, float, float, float] = (8.0, 8.0, 2.0, 2.0)
    strap: float = 0.0
    strap_y: float = -44.0
    front: tuple[float, float] = (0.0, 0.0)
    ease: float = 1.5
    hang: float = 0.6
    flare: float = 0.05
    ripples: tuple[int, float] = (6, 0.5)
    sleeve_ease: tuple[float, float] = (1.5, 1.5)
    puff: float = 0.0
    leg: tuple[float, float, float] | None = None
    hood: bool = False
    collar: float = 0.0
    lapel: float = 0.0
    placket: float = 0.0
    buttons: float = 9.0
    waistband: float = 0.0
    fly: bool = False
    pockets: float = 0.0
    patches: float = 0.0

    @property
    def skirt(self) -> bool:
        """Whether cloth hangs around both legs together."""
        return self.leg is None and self.hem > HIGH_HIP


TOPS = (
    *("t-shirt", "t-shirt", "t-shirt", "longsleeve", "longsleeve", "tank", "camisole", "crop"),
    *("shirt", "shirt", "blouse", "polo", "sweater", "sweater", "hoodie", "hoodie", "turtleneck"),
    *("cardigan", "jacket", "blazer", "coat", "off-shoulder", "tunic", "oversized"),
)
BOTTOMS = (
    *(
        "slim trousers",
        "straight trousers",
        "straight trousers",
        "wide trousers",
        "flared trousers",
    ),
    *(
        "jeans",
        "jeans",
        "leggings",
        "shorts",
        "shorts",
        "short shorts",
        "bermudas",
        "cropped trousers",
    ),
    *("mini skirt", "pencil skirt", "a-line skirt", "midi skirt", "maxi skirt", "pleated skirt"),
)
DRESSES = (
    *("sheath", "skater", "a-line dress", "maxi dress", "slip dress", "shirt dress"),
    *("t-shirt dress", "knit dress", "wrap dress", "midi dress"),
)


def drawn(kind: Kind, rng: np.random.Generator, name: str | None = None) -> Cut:
    """A garment of a kind, of a random type if none is named."""
    names = {Kind.UPPER: TOPS, Kind.LOWER: BOTTOMS, Kind.DRESS: DRESSES}[kind]
    chosen = name or str(rng.choice(names))
    makers = {Kind.UPPER: _top, Kind.LOWER: _bottom, Kind.DRESS: _dress}
    return makers[kind](chosen, rng)


def _neckline(rng: np.random.Generator, deep: float = 1.0) -> tuple[float, float, float, float]:
    shape = rng.choice(
        ["crew", "v", "scoop", "boat", "deep v", "square"], p=[0.42, 0.2, 0.16, 0.1, 0.06, 0.06]
    )
    back = rng.uniform(0.5, 3.0)
    if shape == "crew":
        return rng.uniform(7.2, 9.5), deep * rng.uniform(6.0, 10.0), back, rng.uniform(1.9, 2.4)
    if shape == "v":
        return rng.uniform(7.0, 9.5), deep * rng.uniform(10, 18), back, rng.uniform(1.0, 1.15)
    if shape == "deep v":
        return rng.uniform(7.5, 10.5), deep * rng.uniform(17, 26), back, rng.uniform(1.0, 1.2)
    if shape == "boat":
        return rng.uniform(11, 14.5), deep * rng.uniform(5.5, 8.0), rng.uniform(3.0, 5.0), 2.5
    if shape == "square":
        return rng.uniform(9, 12), deep * rng.uniform(9, 14), rng.uniform(2.0, 6.0), 6.0
    return rng.uniform(9, 12), deep * rng.uniform(11, 17), rng.uniform(2.0, 6.0), 2.1


def _top(name: str, rng: np.random.Generator) -> Cut:
    u = rng.uniform
    short, long = u(0.12, 0.42), u(0.9, 1.0)
    given: dict = {"neck": _neckline(rng), "sleeve": short, "hem": u(0, 14), "ease": u(0.8, 2.5)}
    given["sleeve_ease"] = (u(0.3, 1.4), u(0.6, 2.6))
    given["hang"], given["flare"] = u(0.2, 0.9), u(-0.02, 0.12)
    given["ripples"] = (int(rng.integers(3, 9)), u(0.1, 0.9))
    if name in ("longsleeve", "sweater", "turtleneck", "hoodie", "cardigan", "tunic"):
        given["sleeve"] = u(0.62, 0.85) if rng.random() < 0.18 else long
        given["sleeve_ease"] = (u(0.3, 1.6), u(0.5, 1.8))
    if name in ("sweater", "hoodie", "cardigan", "oversized"):
        given |= {"ease": u(1.8, 4.0), "sleeve_ease": (u(0.8, 2.2), u(0.8, 1.6)), "puff": u(0, 2.5)}
    if name == "oversized":
        given |= {"ease": u(3.5, 6.5), "hang": 1.0, "sleeve": rng.choice([u(0.4, 0.6), long])}
        given |= {"sleeve_ease": (u(1.5, 3.5), u(2, 5)), "hem": u(6, 18)}
    if name in ("tank", "camisole"):
        given |= {"sleeve": u(-0.09, 0.0), "ease": u(0.4, 2.0), "hem": u(-6, 10)}
    if name == "camisole":
        given |= {"strap": u(0.5, 1.8), "strap_y": u(-46, -40), "sleeve": -0.02}
        given["neck"] = (u(9, 13), u(14, 19), u(14, 18), u(1.2, 4.0))
    if name == "crop":
        given |= {
            "hem": u(-26, -12),
            "hang": u(0, 0.4),
            "sleeve": rng.choice([u(-0.06, 0.0), short, long]),
        }
    if name in ("shirt", "blouse", "polo"):
        given |= {
            "neck": (u(6.8, 8.0), u(5, 9), 0.5, 1.2),
            "collar": u(3.0, 5.0),
            "placket": u(1.0, 1.8),
        }
        given |= {
            "buttons": u(6, 11),
            "sleeve": long if rng.random() < 0.7 else short,
            "hem": u(4, 18),
        }
        given["sleeve_ease"] = (u(0.5, 1.6), u(0.6, 1.6))
        if name == "polo":
            given |= {"sleeve": short, "hem": u(2, 12)}
        if name == "blouse":
            given |= {"puff": u(0.5, 4.0), "collar": u(0, 4), "flare": u(0.05, 0.25)}
            given["neck"] = _neckline(rng) if rng.random() < 0.6 else given["neck"]
            given["sleeve"] = rng.choice([u(0.25, 0.5), u(0.6, 0.98)])
    if name == "turtleneck":
        given |= {"neck": (0.0, -u(64, 68.5), 0.0, 2.0), "ease": u(0.6, 2.5)}
    if name == "hoodie":
        given |= {"hood": True, "neck": (u(7.5, 9.5), u(7, 11), 1.0, 1.7)}
    if name == "cardigan":
        wide = rng.random() < 0.6
        given |= {
            "neck": (u(7, 9), u(14, 30), 0.5, 1.1),
            "placket": u(0.8, 1.8),
            "buttons": u(7, 12),
        }
        given |= {"front": (u(3, 7), u(3, 10)) if wide else (0.0, 0.0), "hem": u(2, 26)}
    if name in ("jacket", "blazer", "coat"):
        given |= {"sleeve": long, "ease": u(2.0, 4.0), "sleeve_ease": (u(0.8, 2.0), u(1.0, 2.4))}
        given |= {"neck": (u(7, 8.5), u(16, 30), 0.0, u(1.0, 1.3)), "hang": u(0.4, 0.9)}
        given |= {"front": (u(2, 6), u(3, 12)) if rng.random() < 0.45 else (0.0, 0.0)}
        given |= {"lapel": u(5, 9), "placket": u(0.5, 1.5), "buttons": u(9, 16), "hem": u(8, 22)}
        if name == "jacket":
            given |= {"neck": (u(7, 8.5), u(4, 10), 0.0, 1.3), "lapel": 0.0, "collar": u(3, 6)}
            given |= {"hem": u(-8, 12), "hood": bool(rng.random() < 0.2)}
        if name == "coat":
            given |= {"hem": u(25, 75), "ease": u(3, 5), "flare": u(0.0, 0.15)}
    if name == "off-shoulder":
        given |= {
            "neck": NO_NECK,
            "top": u(-47, -43),
            "sleeve": rng.choice([u(0.2, 0.4), u(0.6, 0.98)]),
        }
        given |= {"ease": u(0.6, 1.5), "puff": u(0, 3)}
    if name == "tunic":
        given |= {"hem": u(18, 38), "flare": u(0.05, 0.25)}
    if name in ("jacket", "coat", "cardigan", "blazer") and rng.random() < 0.6:
        given["patches"] = u(9, 14)
    if given["hem"] > HIGH_HIP and given["hem"] < HIGH_HIP + 4:
        given["hem"] = HIGH_HIP + 5
    return Cut(name, Kind.UPPER, **given)


def _bottom(name: str, rng: np.random.Generator) -> Cut:
    u = rng.uniform
    top = u(-26, -8)
    given: dict = {"neck": NO_NECK, "sleeve": -0.2, "top": top, "ease": u(0.5, 1.6)}
    given |= {"waistband": u(2.5, 5.0), "hang": u(0, 0.4)}
    if "skirt" in name:
        hem = {
            "mini skirt": u(14, 34),
            "pencil skirt": u(36, 62),
            "a-line skirt": u(26, 62),
            "midi skirt": u(55, 78),
            "maxi skirt": u(76, 94),
            "pleated skirt": u(22, 80),
        }[name]
        flare = {"pencil skirt": u(-0.12, 0.0), "mini skirt": u(0.0, 0.35)}.get(name, u(0.1, 0.5))
        ripples = (int(rng.integers(4, 12)), u(0.3, 3.5))
        if name == "pleated skirt":
            ripples = (int(rng.integers(18, 30)), u(0.8, 2.0))
        if name == "pencil skirt":
            ripples = (3, 0.2)
        given |= {"hem": hem, "flare": flare, "ripples": ripples, "top": u(-26, -14)}
        return Cut(name, Kind.LOWER, **given)
    long = u(86, 95)
    widths = {
        "slim trousers": (u(0.5, 1.2), u(0.6, 1.5), u(0.8, 1.8)),
        "straight trousers": (u(0.8, 2.2), u(1.8, 3.2), u(3.0, 5.0)),
        "wide trousers": (u(1.8, 3.2), u(4.0, 7.0), u(6.5, 11.0)),
        "flared trousers": (u(0.5, 1.2), u(0.8, 1.8), u(5.0, 9.0)),
        "jeans": (u(0.6, 1.8), u(0.8, 3.0), u(1.2, 4.5)),
        "leggings": (0.3, 0.3, 0.3),
        "cropped trousers": (u(0.8, 2.2), u(1.5, 4.0), u(2.0, 6.0)),
    }
    leg = widths.get(name, (u(1.0, 2.5), u(1.5, 5.0), u(1.5, 6.0)))
    hem = {"shorts": u(24, 40), "short shorts": u(16, 24), "bermudas": u(38, 52)}.get(name, long)
    if name == "cropped trousers":
        hem = u(66, 84)
    if name == "leggings":
        hem, given["ease"], given["waistband"] = u(80, 92), 0.3, u(3, 7)
    given |= {"hem": hem, "leg": leg, "fly": name != "leggings" and rng.random() < 0.8}
    if name != "leggings" and rng.random() < 0.75:
        given["pockets"] = u(1.0, 7.0)
    return Cut(name, Kind.LOWER, **given)


def _dress(name: str, rng: np.random.Generator) -> Cut:
    u = rng.uniform
    sleeve = rng.choice([u(-0.08, 0.0), u(0.1, 0.4), u(0.6, 1.0)], p=[0.45, 0.3, 0.25])
    given: dict = {"neck": _neckline(rng, 1.1), "sleeve": float(sleeve), "ease": u(0.5, 1.6)}
    given |= {"hang": u(0.0, 0.3), "hem": u(28, 60), "flare": u(0.1, 0.4)}
    given["ripples"] = (int(rng.integers(4, 12)), u(0.3, 3.0))
    given["sleeve_ease"], given["puff"] = (u(0.8, 2.5), u(0.8, 3.0)), u(0, 2)
    if name == "sheath":
        given |= {"flare": u(-0.08, 0.03), "ripples": (3, 0.2), "hem": u(30, 60)}
    if name == "skater":
        given |= {
            "flare": u(0.35, 0.6),
            "hem": u(22, 42),
            "ripples": (int(rng.integers(6, 12)), u(1, 3)),
        }
    if name == "maxi dress":
        given |= {"hem": u(78, 94), "flare": u(0.08, 0.3)}
    if name == "midi dress":
        given |= {"hem": u(56, 78)}
    if name == "slip dress":
        given |= {"strap": u(0.4, 1.4), "strap_y": u(-46, -40), "sleeve": -0.02, "hem": u(26, 85)}
        given |= {"neck": (u(9, 13), u(14, 20), u(14, 18), u(1.0, 4.0)), "flare": u(0.0, 0.2)}
    if name in ("t-shirt dress", "knit dress"):
        given |= {
            "hang": u(0.5, 1.0),
            "ease": u(1.0, 3.0),
            "flare": u(-0.02, 0.1),
            "hem": u(20, 60),
        }
    if name == "shirt dress":
        given |= {"neck": (u(6.8, 8.0), u(5, 9), 0.5, 1.2), "collar": u(3.0, 5.0)}
        given |= {"placket": u(1.0, 1.8), "buttons": u(7, 12), "hang": u(0.2, 0.7)}
        given["sleeve"] = float(rng.choice([u(0.15, 0.4), u(0.9, 1.0)]))
    if name == "wrap dress":
        given["neck"] = (u(8, 9.5), u(18, 25), 1.0, 1.05)
    return Cut(name, Kind.DRESS, **given)
