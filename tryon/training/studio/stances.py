"""Random numbers -> how somebody stands, and how a garment is laid out for its picture.

Notable here:
- arms are told by where the wrist is, seen from the shoulder, in units of the arm's length, so a
  hand on the hip is on the hip of short and tall alike.
- people of shops and street photos mostly stand, arms hanging or a hand on the hip; the rest is
  rarer, but nothing is left out that visitors' photos show: crossed arms, pockets, a phone, hair.
"""

from typing import NamedTuple

import numpy as np

from tryon.training.studio.bodies import Stance


class Reach(NamedTuple):
    """wrist: where it is; elbow: where that points; both of the left arm. spread: of the wrist.
    palm: degrees that the forearm is turned."""

    wrist: tuple[float, float, float]
    elbow: tuple[float, float, float]
    spread: float = 0.04
    palm: float = 0.0


ARMS = {
    "hang": Reach((0.20, 0.96, 0.06), (0.6, 0.0, -0.8), 0.05, -50),
    "close": Reach((0.12, 0.97, 0.10), (0.7, 0.0, -0.7), 0.03, -50),
    "away": Reach((0.42, 0.84, 0.10), (0.5, 0.0, -0.8), 0.08, -40),
    "hip": Reach((0.09, 0.70, 0.10), (1.0, 0.0, -0.35), 0.04, 30),
    "pocket": Reach((0.03, 0.88, 0.14), (1.0, 0.0, -0.6), 0.03, -20),
    "crossed": Reach((-0.40, 0.46, 0.42), (0.6, 0.8, 0.0), 0.03, 0),
    "phone": Reach((-0.08, 0.22, 0.56), (0.6, 1.0, -0.1), 0.07, 30),
    "clasped": Reach((-0.27, 0.80, 0.28), (0.9, 0.2, -0.4), 0.03, -10),
    "belly": Reach((-0.20, 0.62, 0.34), (1.0, 0.4, -0.2), 0.06, 0),
    "behind": Reach((-0.10, 0.84, -0.26), (1.0, 0.0, -0.5), 0.03, 0),
    "hair": Reach((-0.10, -0.28, 0.16), (1.0, 0.5, 0.0), 0.05, 0),
    "raised": Reach((0.25, -0.90, 0.08), (1.0, 0.0, -0.2), 0.10, 0),
    "wave": Reach((0.42, -0.22, 0.16), (0.7, 1.0, -0.2), 0.10, 20),
    "out": Reach((0.92, 0.15, 0.08), (0.1, 0.4, -1.0), 0.10, 0),
    "forward": Reach((0.10, 0.60, 0.55), (0.5, 0.6, -0.5), 0.10, 0),
}
BOTH = {  # both arms alike, and how often
    **{"hang": 0.28, "close": 0.12, "away": 0.07, "hip": 0.05, "pocket": 0.05, "crossed": 0.05},
    **{"clasped": 0.04, "behind": 0.04, "raised": 0.015, "out": 0.02, "belly": 0.02},
}
ONE = ("hang", "close", "away", "hip", "pocket", "phone", "belly", "hair", "wave", "forward")
ONE_SHARES = (0.26, 0.12, 0.08, 0.16, 0.12, 0.09, 0.06, 0.05, 0.03, 0.03)
MOST_TURNED = 50.0  # degrees


def stance(rng: np.random.Generator) -> Stance:
    """How somebody stands."""
    names, shares = list(BOTH), np.array(list(BOTH.values()))
    if rng.random() < shares.sum():
        left = right = str(rng.choice(names, p=shares / shares.sum()))
    else:
        left, right = (str(one) for one in rng.choice(ONE, 2, p=ONE_SHARES))
    arms = {"left": _arm(left, 1, rng), "right": _arm(right, -1, rng)}
    if left == right == "crossed":
        arms["left"][0][1] += 0.05
        arms["left"][0][2] += 0.07
    yaw = float(np.clip(rng.normal(0, 15), -MOST_TURNED, MOST_TURNED))
    if rng.random() < 0.12:
        yaw = float(rng.uniform(-MOST_TURNED, MOST_TURNED))
    lean, twist, side = rng.normal(0, 3), rng.normal(0, 4), rng.normal(0, 2)
    spine = ("spine04", "spine03", "spine02", "spine01")
    turns = dict.fromkeys(spine, (lean / 4, twist / 4, side / 4))
    turns["spine05"] = (0.0, 0.0, float(rng.normal(0, 2)))
    nod, turn, tilt = rng.normal(0, 5), rng.normal(0, 14) - 0.5 * yaw, rng.normal(0, 5)
    turns |= dict.fromkeys(("neck01", "neck02", "head"), (nod / 3, turn / 3, tilt / 3))
    for letter, side_ in (("L", 1), ("R", -1)):
        lift = rng.normal(0, 3) - (
            14 if {"L": left, "R": right}[letter] in ("raised", "hair") else 0
        )
        turns[f"clavicle.{letter}"] = (0.0, 0.0, side_ * lift)
    return Stance(
        name=f"{left}, {right}",
        turns=turns,
        arms=arms,
        legs=_legs(rng),
        palms={"left": ARMS[left].palm, "right": -ARMS[right].palm},
        curl=float(rng.uniform(5, 40)),
        yaw=yaw,
        roll=float(rng.normal(0, 1.5)),
    )


def _arm(name: str, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    reach = ARMS[name]
    wrist = np.array(reach.wrist) + rng.normal(0, reach.spread, 3)
    elbow = np.array(reach.elbow) + rng.normal(0, 0.12, 3)
    mirror = np.array([side, 1, 1])
    return wrist * mirror, elbow * mirror


def _legs(rng: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    apart = rng.choice([-0.05, -0.02, 0.03, 0.10, 0.17], p=[0.25, 0.35, 0.22, 0.13, 0.05])
    legs = {
        "left": [np.array([apart, 0.995, 0.0]), np.array([0.15, 0, 1.0])],
        "right": [np.array([-apart, 0.995, 0.0]), np.array([-0.15, 0, 1.0])],
    }
    way = rng.random()
    free = "left" if rng.random() < 0.5 else "right"
    outward = 1 if free == "left" else -1
    if way < 0.3:  # the weight on one leg
        legs[free][0] += np.array([outward * rng.uniform(0, 0.06), -0.03, rng.uniform(0.02, 0.12)])
        legs[free][1] += np.array([outward * rng.uniform(-0.2, 0.5), 0, 0])
    elif way < 0.5:  # walking
        other = "right" if free == "left" else "left"
        step = rng.uniform(0.08, 0.26)
        legs[free][0] += np.array([0, -0.02 - 0.1 * step, step])
        legs[other][0] += np.array([0, -0.05, -step])
    elif way < 0.58:  # one leg in front of the other
        legs[free][0] += np.array([-outward * rng.uniform(0.08, 0.16), -0.01, 0.12])
    return {side: (target, pole) for side, (target, pole) in legs.items()}


class LaidOut(NamedTuple):
    """How a garment is shown. stance: of the form in it. flat: 0 = on a form, 1 = lying: pressed
    flat and wider. turn: degrees in the picture's plane."""

    stance: Stance
    flat: float
    turn: float


def laid_out(rng: np.random.Generator) -> LaidOut:
    """How shops and strangers show a garment: on an invisible form, or lying."""
    way = rng.choice(["form", "lying", "beside", "folded", "wide"], p=[0.42, 0.2, 0.18, 0.08, 0.12])
    flat = 0.0 if way == "form" else rng.uniform(0.5, 1.0)
    if way == "beside" and rng.random() < 0.5:
        flat = 0.0
    reach = {
        "form": (rng.uniform(0.16, 0.4), 0.92, 0.06),
        "lying": (rng.uniform(0.22, 0.58), 0.85, 0.0),
        "beside": (rng.uniform(0.1, 0.2), 0.97, 0.05),
        "folded": (rng.uniform(-0.35, -0.15), rng.uniform(0.5, 0.7), 0.35),
        "wide": (rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.6), 0.0),
    }[str(way)]
    elbow = (0.8, 0.1, -0.4) if way != "folded" else (1.0, 0.1, 0.1)
    arms = {}
    for side, sign in (("left", 1), ("right", -1)):
        mirror = np.array([sign, 1, 1])
        wrist = (np.array(reach) + rng.normal(0, 0.03, 3) * [1, 1, 0]) * mirror
        if way != "folded":
            wrist *= rng.uniform(0.95, 0.995) / np.linalg.norm(wrist)
        elif side == "left":
            wrist[2] += 0.06
        arms[side] = (wrist, np.array(elbow) * mirror)
    apart = rng.uniform(-0.03, 0.06)
    legs = {
        "left": (np.array([apart, 0.995, 0.0]), np.array([0.1, 0, 1.0])),
        "right": (np.array([-apart, 0.995, 0.0]), np.array([-0.1, 0, 1.0])),
    }
    yaw = 0.0 if flat > 0 else float(rng.normal(0, 5))
    turn = float(rng.normal(0, 2.0) if rng.random() < 0.8 else rng.uniform(-15, 15))
    return LaidOut(Stance(str(way), arms=arms, legs=legs, yaw=yaw), float(flat), turn)
