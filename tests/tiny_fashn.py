"""FASHN VTON's own package with random weights so small that a picture takes a tenth of a second.

The transformer is its class with tiny numbers, written to a safetensors file and loaded by the
package; the two pose networks are ONNX graphs that answer constants: one person in the middle.
"""

from functools import partial
from pathlib import Path

import numpy as np

SHAPE = (216, 144)
SIZES = {
    "input_shape": SHAPE, "hidden_size": 64, "n_heads": 2, "axes_dim": (8, 12, 12),
    "double_blocks_depth": 1, "single_blocks_depth": 1, "patch_mixer_depth": 1, "mlp_ratio": 2,
}  # fmt: skip
BOXES, JOINTS = 8400, 133


def write_weights(folder: Path) -> Path:
    """The three files, as the package wants them."""
    import torch
    from safetensors.torch import save_file

    from tryon.engines.fashn import pipeline_class

    pipeline_class()
    from fashn_vton.tryon_mmdit import TryOnModel

    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        model = TryOnModel(**SIZES)
        # Its last layer starts at zero, which would paint nothing but the first noise.
        state = {
            name: torch.randn_like(value) * 0.05 if not value.any() else value
            for name, value in model.state_dict().items()
        }
    (folder / "dwpose").mkdir(parents=True)
    save_file(
        {name: value.contiguous() for name, value in state.items()}, folder / "model.safetensors"
    )
    found = np.zeros((1, BOXES, 85), np.float32)
    found[0, 0, :6] = 0, 0, np.log(40), np.log(60), 0.9, 0.9  # one box, of a person
    write_constants(folder / "dwpose" / "yolox_l.onnx", (1, 3, 640, 640), {"boxes": found})
    x, y = np.zeros((1, JOINTS, 576), np.float32), np.zeros((1, JOINTS, 768), np.float32)
    for joint in range(JOINTS):
        x[0, joint, 200 + joint] = y[0, joint, 100 + 4 * joint] = 0.9
    write_constants(folder / "dwpose" / "dw-ll_ucoco_384.onnx", (1, 3, 384, 288), {"x": x, "y": y})
    return folder


def write_constants(path: Path, shape: tuple[int, ...], answers: dict[str, np.ndarray]) -> None:
    """An ONNX graph that answers these, whatever it is given."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
        for name, value in answers.items()
    ]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape)
        for name, value in answers.items()
    ]
    graph = helper.make_graph(nodes, "constants", inputs, outputs)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


def use_tiny(monkeypatch) -> None:
    """Let the package build the small transformer where it builds the large one."""
    from tryon.engines.fashn import pipeline_class

    pipeline_class()
    import fashn_vton.pipeline
    from fashn_vton.tryon_mmdit import TryOnModel

    monkeypatch.setattr(fashn_vton.pipeline, "TryOnModel", partial(TryOnModel, **SIZES))
