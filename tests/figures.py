"""A standing figure and flat garments drawn from a few numbers, for tests that need a body and
cloth whose every landmark is known."""

import cv2
import numpy as np

from tryon.core.types import Garment, Kind, Limb, Outline, Part, Person, Photo, Pose

# Joints of a figure that faces the camera, 400 x 800 pixels; the left side, the right is mirrored.
FIGURE_SIZE = (800, 400)
MIDDLE = 200.0
LEFT_JOINTS = {
    "EYE": (12, 90),
    "EAR": (25, 95),
    "SHOULDER": (50, 180),
    "ELBOW": (75, 260),
    "WRIST": (85, 335),
    "PINKY": (86, 360),
    "INDEX": (82, 364),
    "THUMB": (78, 350),
    "HIP": (27, 325),
    "KNEE": (32, 450),
    "ANKLE": (34, 570),
    "HEEL": (34, 585),
    "FOOT": (42, 595),
}
METRE = 300.0  # pixels


def standing_person(moved: dict[str, tuple[float, float]] | None = None) -> Person:
    """A figure in a grey picture. moved: joint name ("LEFT_WRIST") -> x, y, to change the pose."""
    marks = np.zeros((33, 3), np.float32)
    marks[:, 2] = 1.0
    marks[:, :2] = (MIDDLE, 95)
    for name, (x, y) in LEFT_JOINTS.items():
        marks[Pose[f"LEFT_{name}"], :2] = (MIDDLE + x, y)
        marks[Pose[f"RIGHT_{name}"], :2] = (MIDDLE - x, y)
    for name, at in (moved or {}).items():
        marks[Pose[name], :2] = at
    world = np.zeros((33, 3), np.float32)
    hips = (marks[Pose.LEFT_HIP, :2] + marks[Pose.RIGHT_HIP, :2]) / 2
    world[:, :2] = (marks[:, :2] - hips) / METRE

    parts = np.zeros(FIGURE_SIZE, np.uint8)
    at = {p.name: tuple(int(v) for v in marks[p, :2]) for p in Pose}

    def stroke(part: Part, width: int, *joints: str) -> None:
        path = np.array([at[j] for j in joints], np.int32)
        cv2.polylines(parts, [path], False, int(part), width)

    stroke(Part.TROUSERS, 50, "LEFT_HIP", "LEFT_KNEE", "LEFT_ANKLE")
    stroke(Part.TROUSERS, 50, "RIGHT_HIP", "RIGHT_KNEE", "RIGHT_ANKLE")
    stroke(Part.SHOES, 20, "LEFT_HEEL", "LEFT_FOOT")
    stroke(Part.SHOES, 20, "RIGHT_HEEL", "RIGHT_FOOT")
    trunk = ["LEFT_SHOULDER", "LEFT_HIP", "RIGHT_HIP", "RIGHT_SHOULDER"]
    cv2.fillPoly(parts, [np.array([at[j] for j in trunk], np.int32)], int(Part.UPPER))
    stroke(Part.UPPER, 40, "LEFT_SHOULDER", "LEFT_HIP")
    stroke(Part.UPPER, 40, "RIGHT_SHOULDER", "RIGHT_HIP")
    stroke(Part.LEFT_ARM, 26, "LEFT_SHOULDER", "LEFT_ELBOW", "LEFT_WRIST")
    stroke(Part.RIGHT_ARM, 26, "RIGHT_SHOULDER", "RIGHT_ELBOW", "RIGHT_WRIST")
    stroke(Part.LEFT_HAND, 16, "LEFT_WRIST", "LEFT_INDEX")
    stroke(Part.RIGHT_HAND, 16, "RIGHT_WRIST", "RIGHT_INDEX")
    cv2.rectangle(parts, (185, 130), (215, 165), int(Part.NECK), -1)
    cv2.ellipse(parts, (200, 95), (34, 46), 0, 0, 360, int(Part.FACE), -1)
    cv2.ellipse(parts, (200, 70), (38, 28), 0, 180, 360, int(Part.HAIR), -1)
    silhouette = parts > 0
    ys, xs = np.nonzero(silhouette)
    pixels = np.full((*FIGURE_SIZE, 3), 128, np.uint8)
    pixels[silhouette] = (190, 150, 120)
    return Person(
        photo=Photo(pixels),
        landmarks=marks,
        world=world,
        silhouette=silhouette,
        matte=(silhouette * 255).astype(np.uint8),
        parts=parts,
        hands=np.zeros((0, 21, 3), np.float32),
        box=np.array([xs.min(), ys.min(), xs.max(), ys.max()], np.float32),
        others=np.zeros((0, 4), np.float32),
    )


def garment_of(
    kind: Kind, points: dict[str, tuple[float, float]], shapes: dict[Limb, list[str]], **more
) -> Garment:
    """points: landmark of the left side or the centre -> x from the middle, y; the right side is
    mirrored. shapes: limb -> landmark names around it (full names)."""
    size = (500, 400)
    marks = np.zeros((len(Outline), 3), np.float32)
    for name, (x, y) in points.items():
        if name.endswith(("CENTRE", "CROTCH")):
            marks[Outline[name]] = (MIDDLE + x, y, 1)
            continue
        marks[Outline[f"{name}_LEFT"]] = (MIDDLE + x, y, 1)
        marks[Outline[f"{name}_RIGHT"]] = (MIDDLE - x, y, 1)
    limbs = np.zeros(size, np.uint8)
    for limb, names in shapes.items():
        path = np.array([marks[Outline[n], :2] for n in names]).astype(np.int32)
        cv2.fillPoly(limbs, [path], int(limb))
    alpha = ((limbs > 0) * 255).astype(np.uint8)
    pixels = np.full((*size, 3), (40, 90, 180), np.uint8)
    return Garment(Photo(pixels), alpha, limbs, marks, kind, **more)


def flat_tee(cuff: tuple[float, float] = (150, 150), **more) -> Garment:
    """A T-shirt; cuff: the outer end of the left sleeve, x from the middle, y."""
    x, y = cuff
    points = {
        "COLLAR": (40, 40),
        "COLLAR_CENTRE": (0, 65),
        "SHOULDER": (95, 60),
        "ARMPIT": (90, 160),
        "CUFF_OUTER": (x, y),
        "CUFF_INNER": (x - 40, y + 45),
        "WAIST": (85, 280),
        "HEM": (90, 400),
        "HEM_CENTRE": (0, 402),
    }
    sides = ["SHOULDER", "ARMPIT", "WAIST", "HEM"]
    shapes = {
        Limb.LEFT: [f"{n}_LEFT" for n in ("SHOULDER", "CUFF_OUTER", "CUFF_INNER", "ARMPIT")],
        Limb.RIGHT: [f"{n}_RIGHT" for n in ("SHOULDER", "CUFF_OUTER", "CUFF_INNER", "ARMPIT")],
        Limb.BODY: [
            "COLLAR_RIGHT",
            "COLLAR_CENTRE",
            "COLLAR_LEFT",
            *(f"{n}_LEFT" for n in sides),
            *(f"{n}_RIGHT" for n in reversed(sides)),
        ],
    }
    return garment_of(Kind.UPPER, points, shapes, **more)


def flat_trousers(end: float = 480, **more) -> Garment:
    """Trousers (or shorts); end: the y of the hems."""
    points = {
        "WAIST": (70, 20),
        "HIP": (95, 120),
        "CROTCH": (0, 170),
        "HEM": (105, end),
        "HEM_INNER": (45, end),
    }
    seat = ["WAIST_RIGHT", "WAIST_LEFT", "HIP_LEFT", "CROTCH", "HIP_RIGHT"]
    shapes = {
        Limb.LEFT: ["HIP_LEFT", "HEM_LEFT", "HEM_INNER_LEFT", "CROTCH"],
        Limb.RIGHT: ["HIP_RIGHT", "HEM_RIGHT", "HEM_INNER_RIGHT", "CROTCH"],
        Limb.BODY: seat,
    }
    return garment_of(Kind.LOWER, points, shapes, **more)


def flat_skirt(end: float = 300, **more) -> Garment:
    points = {
        "WAIST": (70, 20),
        "HIP": (95, 120),
        "HEM": (130, end),
        "HEM_CENTRE": (0, end),
    }
    around = ["WAIST_RIGHT", "WAIST_LEFT", "HIP_LEFT", "HEM_LEFT", "HEM_RIGHT", "HIP_RIGHT"]
    return garment_of(Kind.LOWER, points, {Limb.BODY: around}, **more)
