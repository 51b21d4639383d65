"""FLUX.2 klein's pipeline of `diffusers` with random weights, so small that it takes a moment.

All five parts are the real classes, saved to a folder as `from_pretrained` reads it. The text
encoder has as many layers as the pipeline asks for, each a few numbers wide.
"""

from pathlib import Path

WIDTH = 16
LAYERS = 28  # the pipeline takes what the 9th, 18th and 27th say
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;'-\"()!?"


def write_weights(folder: Path) -> Path:
    """The folder that `from_pretrained` reads."""
    from tryon.nets._torchvision import make_importable

    make_importable()
    import torch
    from diffusers import (
        AutoencoderKLFlux2,
        FlowMatchEulerDiscreteScheduler,
        Flux2KleinInpaintPipeline,
        Flux2Transformer2DModel,
    )
    from transformers import Qwen3Config, Qwen3ForCausalLM

    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        transformer = Flux2Transformer2DModel(
            patch_size=1, in_channels=16, num_layers=1, num_single_layers=1,
            attention_head_dim=16, num_attention_heads=2, joint_attention_dim=3 * WIDTH,
            timestep_guidance_channels=16, axes_dims_rope=[4, 4, 4, 4], guidance_embeds=False,
        )  # fmt: skip
        vae = AutoencoderKLFlux2(
            sample_size=32, in_channels=3, out_channels=3,
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(4, 4, 4, 4), layers_per_block=1, latent_channels=4,
            norm_num_groups=1, use_quant_conv=False, use_post_quant_conv=False,
        )  # fmt: skip
        tokenizer = write_tokenizer()
        text_encoder = Qwen3ForCausalLM(
            Qwen3Config(
                intermediate_size=WIDTH,
                hidden_size=WIDTH,
                num_hidden_layers=LAYERS,
                num_attention_heads=2,
                num_key_value_heads=2,
                head_dim=8,
                vocab_size=len(tokenizer),
                max_position_embeddings=512,
            )
        )
        pipeline = Flux2KleinInpaintPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(),
            vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, transformer=transformer,
            is_distilled=True,
        )  # fmt: skip
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def write_tokenizer():
    """One token a letter."""
    from transformers import Qwen2TokenizerFast

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    letters = ["Ġ", "Ċ", *ALPHABET]
    vocabulary = {letter: number for number, letter in enumerate(letters)}
    tokenizer = Qwen2TokenizerFast(vocab=vocabulary, merges=[])
    tokenizer.add_special_tokens({"additional_special_tokens": special, "pad_token": special[0]})
    tokenizer.chat_template = (
        "{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}"
    )
    return tokenizer
