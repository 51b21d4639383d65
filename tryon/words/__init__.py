"""Text -> Prompt: what a sentence, English or Chinese, says about a garment."""
