"""EfficientNet-Lite0's ImageNet weights: from the published float32 TFLite file to torch, once.

    python -m tryon.training.convert_encoder efficientnet_lite0.tflite encoder.safetensors PHOTO...

Notable here:
- weights are taken in the order the operators run in; shapes are checked one by one.
- the check runs both on real photos: the largest difference of the pooled features that the
  TFLite classifier sees must be tiny, or nothing is written.
- needs `ai-edge-litert` (requirements-train.txt). The TFLite file is not shipped: it is part of
  Google's MediaPipe image classifier and embedder bundles (Apache-2.0).
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from tryon.nets.encoder import PIXEL_MEAN, PIXEL_SCALE, Encoder, EncoderConfig, SameConv
from tryon.training.data.pictures import read_rgb

FULL = EncoderConfig(stages=(*EncoderConfig().stages, (6, 320, 3, 1, 1)))  # with its last block
SIZE = 224  # pixels, the TFLite input
HEAD = 1280  # channels after the last 1x1 convolution
TOLERANCE = 1e-3  # largest difference allowed; features are 0..6


def convert(tflite: Path, photos: list[Path]) -> tuple[dict[str, torch.Tensor], float]:
    """The encoder's state dict (without the last block and head, which the networks do not use)
    and the largest absolute difference of the 1,280 pooled head features over the photos.

    ValueError if a shape is not what the encoder expects.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        str(tflite),
        # plain kernels, because XNNPACK hides the tensors between operators
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    operators = interpreter._get_ops_details()
    convolutions = [op for op in operators if op["op_name"] in ("CONV_2D", "DEPTHWISE_CONV_2D")]

    encoder, head = Encoder(FULL).eval(), SameConv(FULL.stages[-1][1], HEAD, 1).eval()
    modules = [m for net in (encoder, head) for m in net.modules() if isinstance(m, SameConv)]
    if len(modules) != len(convolutions):
        raise ValueError(f"expected {len(modules)} convolutions, found {len(convolutions)}")
    for module, op in zip(modules, convolutions, strict=True):
        kernel, bias = (interpreter.get_tensor(index) for index in op["inputs"][1:3])
        # TFLite: (out, h, w, in), depthwise (1, h, w, out); torch: (out, in, h, w)
        order = (3, 0, 1, 2) if op["op_name"] == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2)
        kernel = torch.from_numpy(kernel.transpose(order).copy())
        if kernel.shape != module.weight.shape:
            raise ValueError(f"expected {tuple(module.weight.shape)}, got {tuple(kernel.shape)}")
        with torch.no_grad():
            module.weight.copy_(kernel)
            assert module.bias is not None  # all its convolutions have one
            module.bias.copy_(torch.from_numpy(bias.copy()))

    pooled = next(op for op in operators if op["op_name"] == "AVERAGE_POOL_2D")["outputs"][0]
    worst = 0.0
    for photo in photos:
        small = cv2.resize(read_rgb(photo), (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        small = (small - PIXEL_MEAN) / PIXEL_SCALE
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], small[None])
        interpreter.invoke()
        theirs = interpreter.get_tensor(pooled).reshape(-1)
        with torch.inference_mode():
            features = encoder(torch.from_numpy(small).permute(2, 0, 1)[None])[-1]
            ours = F.relu6(head(features)).mean((2, 3)).numpy().reshape(-1)
        worst = max(worst, float(np.abs(ours - theirs).max()))
    kept = Encoder(EncoderConfig()).state_dict().keys()
    return {name: value for name, value in encoder.state_dict().items() if name in kept}, worst


def main() -> int:
    """Convert, check, write; 0 if the check holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tflite", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    state, worst = convert(options.tflite, options.photos)
    print(f"largest difference over {len(options.photos)} photos: {worst:.2e}")
    if worst > TOLERANCE:
        return 1
    save_file(state, options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
