"""Body forms: the dummies that garments hang on, made once from the `anny` body model.

    pip install anny trimesh          # only to make the forms anew; they are kept in `forms/`
    python assets/atelier/forms.py

Notable here:
- Anny (Brégier et al., 2025; code Apache-2.0) is built on MakeHuman's body, which is CC0; the
  forms are meshes of that body and are CC0 too.
- a form has two poses with the same faces: arms raised as sewing patterns are drawn
  (`RAISED`, degrees from hanging), and lowered as the garment is photographed (`LOWERED`).
- heads above the throat, hands and feet are left out: no garment here touches them.

Space: x right in the picture (the wearer's left), y down, z towards the camera, centimetres; the
origin lies in the middle plane of the body, at the height of the sides of the neck.
"""

import logging
from pathlib import Path

import numpy as np

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent / "forms"
RAISED, LOWERED = 66.0, 29.0  # degrees between the upper arm and straight down
LEGS = 3.0  # degrees each leg is moved inwards from the model's own stance
FORMS = {
    "women": {"gender": 1.0, "weight": 0.45, "muscle": 0.45, "height": 0.55, "proportions": 0.7},
    "women-plus": {"gender": 1.0, "weight": 0.7, "muscle": 0.45, "height": 0.5, "proportions": 0.6},
    "men": {"gender": 0.0, "weight": 0.47, "muscle": 0.55, "height": 0.5, "proportions": 0.7},
    "men-large": {"gender": 0.0, "weight": 0.7, "muscle": 0.55, "height": 0.5, "proportions": 0.6},
}
NECK_SIDE_CM = {"women": 6.6, "men": 7.4}  # from the middle: where the neck meets the shoulder


def main() -> None:
    """Make every form and store it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import anny
    import torch

    model = anny.Anny(local_changes="default").to(dtype=torch.float32)
    FOLDER.mkdir(exist_ok=True)
    for name, traits in FORMS.items():
        raised, poses = _pose(model, traits, RAISED)
        lowered, low = _pose(model, traits, LOWERED)
        keep = _kept(model, raised, poses)
        faces = np.asarray(model.faces)
        faces = faces[keep[faces].all(1)]
        used, faces = np.unique(faces, return_inverse=True)
        raised, lowered = raised[used], lowered[used]
        side = NECK_SIDE_CM[name.split("-")[0]]
        top = _height_at(raised, side)
        for points in (raised, lowered):
            points -= np.array([0.0, 0.0, top], np.float32)
        bones = {
            bone: _centimetres(low[model.bone_labels.index(bone)][None] - [0, 0, top])[0]
            for bone in ("upperarm01.L", "lowerarm01.L", "wrist.L", "upperleg01.L", "foot.L")
        }
        np.savez_compressed(
            FOLDER / f"{name}.npz",
            raised=_centimetres(raised).astype(np.float16),
            lowered=_centimetres(lowered).astype(np.float16),
            faces=faces.reshape(-1, 3).astype(np.uint16),
            **{bone.replace(".", "_"): point for bone, point in bones.items()},
        )
        log.info("%s: %d points, %d faces", name, len(used), len(faces.reshape(-1, 3)))


def _pose(model, traits: dict, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) and heads of bones (B, 3), metres, with the upper arms at an angle."""
    drop = 0.0
    for _ in range(4):  # the arm's own angle differs from body to body
        points, heads = _posed(model, traits, drop)
        arm = heads[model.bone_labels.index("wrist.L")]
        arm = arm - heads[model.bone_labels.index("upperarm01.L")]
        drop += np.rad2deg(np.arctan2(arm[0], -arm[2])) - angle
    return points, heads


def _posed(model, traits: dict, drop: float) -> tuple[np.ndarray, np.ndarray]:
    import torch
    from roma import rotvec_to_rotmat

    def turn(x=0.0, y=0.0, z=0.0):
        return rotvec_to_rotmat(torch.deg2rad(torch.tensor([x, y, z])))

    pose = torch.eye(4)[None, None].repeat(1, model.bone_count, 1, 1)
    for side, letter in ((1, "L"), (-1, "R")):
        # the model's arms reach forward and bend; a garment is photographed with them straight
        pose[0, model.bone_labels.index(f"upperarm01.{letter}"), :3, :3] = turn(
            y=side * drop
        ) @ turn(z=side * 8.0)
        pose[0, model.bone_labels.index(f"lowerarm01.{letter}"), :3, :3] = turn(
            y=side * 12.0
        ) @ turn(z=side * 32.0)
        pose[0, model.bone_labels.index(f"upperleg01.{letter}"), :3, :3] = turn(y=side * LEGS)
    phenotype = {"age": torch.tensor([0.6])}
    phenotype |= {name: torch.tensor([value]) for name, value in traits.items()}
    found = model(pose_parameters=pose, phenotype_kwargs=phenotype)
    return found["vertices"][0].numpy(), found["bone_poses"][0][:, :3, 3].numpy()


def _kept(model, points: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """(N,) bool: points that are not head, hand or foot."""
    labels = model.bone_labels
    wrist, elbow = heads[labels.index("wrist.L")], heads[labels.index("lowerarm01.L")]
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow)
    mirrored = points * [1, 1, 1]
    mirrored[:, 0] = np.abs(mirrored[:, 0])
    hand = ((mirrored - wrist) @ along > 0.06) & (mirrored[:, 0] > 0.3)
    head = points[:, 2] > heads[labels.index("neck02")][2] + 0.03
    foot = points[:, 2] < heads[labels.index("foot.L")][2] - 0.05
    inside = np.zeros(len(points), bool)
    for bone in ("eye.L", "eye.R"):
        inside |= np.linalg.norm(points - heads[labels.index(bone)], axis=1) < 0.03
    return ~(hand | head | foot | inside)


def _height_at(points: np.ndarray, side_cm: float) -> float:
    """Height in metres of the shoulder beside the neck."""
    near = np.abs(np.abs(points[:, 0]) * 100 - side_cm) < 0.8
    return float(points[near][:, 2].max())


def _centimetres(points: np.ndarray) -> np.ndarray:
    """Model metres (x left of the wearer, y back, z up) -> the space of this file."""
    return np.stack([points[:, 0], -points[:, 2], -points[:, 1]], 1) * 100


if __name__ == "__main__":
    main()
