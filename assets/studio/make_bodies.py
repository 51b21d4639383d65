"""The fitting studio's bodies, made once from the `anny` body model and kept in `bodies.npz`.

    pip install --no-deps anny==0.6.2 roma trimesh     # only to make the file anew
    python assets/studio/make_bodies.py

Notable here:
- Anny (Brégier et al., 2025; code Apache-2.0) is built on MakeHuman's body, which is CC0; what is
  kept here are points of that body and is CC0 too.
- bodies of women and men from 16 to 70, slim to heavy, are reduced to their mean and the main ways
  in which they differ (principal components), bones' heads together with the points.
- the insides of mouth and eyes are left out, and head, hands and feet are made coarser: in a
  picture of 256 x 192 pixels a face is 30 pixels wide.

Space: x right in the picture (the wearer's left), y down, z towards the camera, centimetres; the
origin is the pelvis bone's head.
"""

import logging
from pathlib import Path

import cv2
import numpy as np

log = logging.getLogger(__name__)

FILE = Path(__file__).resolve().parent / "bodies.npz"
BODIES, COMPONENTS, SEED = 96, 16, 3
DROPPED = ("mouth_cavity", "tongue", "eye_cavity.L", "eye_cavity.R", "eye_back.L", "eye_back.R")
LEAST_WEIGHT = 0.01
CELLS = {"head": 0.011, "hand.L": 0.008, "hand.R": 0.008, "foot.L": 0.011, "foot.R": 0.011}  # m
# Parts that the mesh itself knows.
PARTS = {"body": 0, "head": 1, "hand.L": 2, "hand.R": 3, "foot.L": 4, "foot.R": 5, "eye": 6}


def main() -> None:
    """Make the bodies and store them."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import anny
    import torch
    import yaml

    model = anny.Anny(local_changes="none").to(dtype=torch.float32)
    rng = np.random.default_rng(SEED)
    traits = _traits(rng)
    given = {name: torch.tensor(values, dtype=torch.float32) for name, values in traits.items()}
    found = model(phenotype_kwargs=given)
    points, heads = found["rest_vertices"].numpy(), found["rest_bone_heads"].numpy()

    folder = Path(anny.__path__[0]) / "data/segmentation"
    colours = yaml.safe_load((folder / "body_parts_segmentation.yaml").read_text())["colors"]
    picture = cv2.imread(str(folder / "body_parts_segmentation.png"))[..., ::-1]
    faces = np.asarray(model.faces)
    parts = _parts(model, picture, colours)
    kept = np.array([name not in DROPPED for name in colours])[parts]
    faces = faces[kept[faces].all(1)]
    faces = _coarser(points.mean(0), faces, parts, list(colours))
    used, faces = np.unique(faces, return_inverse=True)
    faces = faces.reshape(-1, 3)
    names = ["eye" if name.startswith("eye_front") else name for name in colours]
    part = np.array([PARTS.get(name, 0) for name in names], np.uint8)[parts][used]

    weights = np.asarray(model.dense_vertex_bone_weights)[used]
    weights[weights < LEAST_WEIGHT] = 0
    order = np.argsort(-weights, 1)[:, :6]
    values = np.take_along_axis(weights, order, 1)
    values /= values.sum(1, keepdims=True)

    points, heads = _centimetres(points[:, used]), _centimetres(heads)
    pelvis = heads[:, :1].copy()
    stacked = np.concatenate([points - pelvis, heads - pelvis], 1)
    mean = stacked.mean(0)
    u, s, vt = np.linalg.svd((stacked - mean).reshape(BODIES, -1), full_matrices=False)
    log.info("kept of the variance: %.4f", (s[:COMPONENTS] ** 2).sum() / (s**2).sum())
    scale = s[:COMPONENTS] / np.sqrt(BODIES)
    np.savez_compressed(
        FILE,
        mean=mean.astype(np.float32),
        components=(vt[:COMPONENTS] * scale[:, None]).reshape(COMPONENTS, -1, 3).astype(np.float16),
        coefficients=(u[:, :COMPONENTS] * np.sqrt(BODIES)).astype(np.float32),
        woman=(np.asarray(traits["gender"]) > 0.5),
        faces=faces.astype(np.uint16),
        parents=np.asarray(model.bone_parents, np.int16),
        bones=np.array(model.bone_labels),
        weight_bones=order.astype(np.uint8),
        weights=values.astype(np.float16),
        part=part,
    )
    log.info("%d points, %d faces, %d bytes", len(used), len(faces), FILE.stat().st_size)


def _traits(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """(BODIES,) values of each phenotype."""
    woman = rng.random(BODIES) < 0.5
    return {
        "gender": np.where(woman, rng.uniform(0.85, 1, BODIES), rng.uniform(0, 0.15, BODIES)),
        "age": rng.uniform(0.58, 0.88, BODIES),
        "muscle": rng.uniform(0.3, 0.8, BODIES),
        "weight": 0.2 + 0.75 * rng.beta(1.8, 2.6, BODIES),
        "height": rng.uniform(0.3, 0.8, BODIES),
        "proportions": rng.uniform(0.45, 1.0, BODIES),
    }


def _parts(model, picture: np.ndarray, colours: dict[str, list[int]]) -> np.ndarray:
    """(N,) which of the named colours each point has in the picture of parts."""
    corners = np.asarray(model.face_texture_coordinate_indices)
    at = np.zeros((len(model.template_vertices), 2), np.float32)
    at[np.asarray(model.faces)] = np.asarray(model.texture_coordinates)[corners]
    height, width = picture.shape[:2]
    x = np.clip(at[:, 0] * width, 0, width - 1).astype(int)
    y = np.clip((1 - at[:, 1]) * height, 0, height - 1).astype(int)
    table = np.array(list(colours.values()), int)
    return np.abs(picture[y, x].astype(int)[:, None] - table).sum(2).argmin(1)


def _coarser(
    points: np.ndarray, faces: np.ndarray, parts: np.ndarray, names: list[str]
) -> np.ndarray:
    """Faces after the points of a cell became one of them, the one nearest to their middle."""
    into = np.arange(len(points))
    for name, size in CELLS.items():
        on = np.flatnonzero(parts == names.index(name))
        cells = np.unique(np.floor(points[on] / size), axis=0, return_inverse=True)[1].ravel()
        for cell in range(cells.max() + 1):
            inside = on[cells == cell]
            away = np.linalg.norm(points[inside] - points[inside].mean(0), axis=1)
            into[inside] = inside[away.argmin()]
    faces = into[faces]
    a, b, c = faces.T
    return faces[(a != b) & (b != c) & (a != c)]


def _centimetres(points: np.ndarray) -> np.ndarray:
    """Model metres (x left of the wearer, y back, z up) -> the space of this file."""
    return np.stack([points[..., 0], -points[..., 2], -points[..., 1]], -1) * 100


if __name__ == "__main__":
    main()
