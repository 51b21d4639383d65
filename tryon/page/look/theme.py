"""The page's look: a calm boutique. Warm paper, ink, one green; Lora for headings.

Notable here:
- `PALETTE` is the one list of colours, light and dark; the style sheet reads them as CSS variables
  (`--paper`, `--ink`, …), and a test holds the contrast between each text and its ground.
- nothing is fetched from a font service, so the page looks the same without a network: the
  typeface of the text comes with Gradio, Lora for the headings (SIL Open Font License, see
  `fonts/OFL.txt`) lies here and travels inside the style sheet. Beware: of most typefaces that
  Gradio brings, Lora among them, it has only the rarer letters.
"""

import base64
from pathlib import Path

import gradio as gr
from gradio.themes.utils import sizes
from gradio.themes.utils.fonts import Font, LocalFont

STYLE_SHEET = Path(__file__).with_name("style.css")
ICON = Path(__file__).with_name("icon.svg")
LORA = Path(__file__).with_name("fonts") / "lora-600.woff2"

# name -> (light, dark)
PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#f6f2ea", "#191714"),  # the page
    "card": ("#fffdf9", "#24211d"),  # what lies on it
    "tint": ("#efe8dc", "#2e2a25"),  # quiet buttons, empty places
    "tile": ("#efe8dc", "#d8d0c2"),  # behind garments: light in the dark too, or navy would vanish
    "on-tile": ("#2b2620", "#2b2620"),
    "line": ("#e2d9ca", "#3d3831"),  # borders that only please
    "edge": ("#8f8576", "#8d8375"),  # borders that say "this can be filled in"
    "ink": ("#2b2620", "#efe8dc"),  # text
    "soft": ("#6a6053", "#b9ae9e"),  # quieter text
    "accent": ("#1f5044", "#9ccdbd"),  # the one colour
    "accent-strong": ("#163b32", "#b7ded1"),
    "on-accent": ("#ffffff", "#14211d"),
    "accent-tint": ("#dfeae4", "#25362f"),
    "warn": ("#8a4b12", "#e8b57f"),
    "warn-tint": ("#f8e9d6", "#3a2d1d"),
}

# (text, ground) pairs that occur on the page, for the contrast test
READ_ON = (
    ("ink", "paper"), ("ink", "card"), ("ink", "tint"), ("ink", "accent-tint"),
    ("on-tile", "tile"), ("soft", "paper"), ("soft", "card"), ("soft", "tint"),
    ("accent", "card"), ("accent", "paper"), ("accent", "accent-tint"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("warn", "warn-tint"),
)  # fmt: skip

_SANS = (
    LocalFont("Source Sans Pro", weights=(400, 700)), Font("PingFang SC"), Font("Microsoft YaHei"),
    Font("Noto Sans CJK SC"), Font("system-ui"), Font("sans-serif"),
)  # fmt: skip


class Boutique(gr.themes.Base):
    """Gradio's theme variables set from the palette."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=gr.themes.colors.emerald,
            neutral_hue=gr.themes.colors.stone,
            radius_size=sizes.radius_lg,
            spacing_size=sizes.spacing_md,
            text_size=sizes.text_lg,
            font=_SANS,
            font_mono=(Font("ui-monospace"), Font("Consolas"), Font("monospace")),
        )
        self.name = "boutique"
        colours = {
            "body_background_fill": "paper",
            "background_fill_primary": "card",
            "background_fill_secondary": "tint",
            "body_text_color": "ink",
            "body_text_color_subdued": "soft",
            "border_color_primary": "line",
            "border_color_accent": "accent",
            "color_accent_soft": "accent-tint",
            "link_text_color": "accent",
            "link_text_color_hover": "accent-strong",
            "link_text_color_active": "accent-strong",
            "link_text_color_visited": "accent",
            "block_background_fill": "card",
            "block_border_color": "line",
            "block_info_text_color": "soft",
            "block_label_background_fill": "card",
            "block_label_text_color": "soft",
            "block_title_text_color": "ink",
            "panel_background_fill": "card",
            "input_background_fill": "card",
            "input_background_fill_focus": "card",
            "input_border_color": "edge",
            "input_border_color_focus": "accent",
            "input_placeholder_color": "soft",
            "button_primary_background_fill": "accent",
            "button_primary_background_fill_hover": "accent-strong",
            "button_primary_text_color": "on-accent",
            "button_primary_text_color_hover": "on-accent",
            "button_primary_border_color": "accent",
            "button_secondary_background_fill": "card",
            "button_secondary_background_fill_hover": "tint",
            "button_secondary_text_color": "ink",
            "button_secondary_text_color_hover": "ink",
            "button_secondary_border_color": "edge",
            "checkbox_label_background_fill": "card",
            "checkbox_label_background_fill_hover": "tint",
            "checkbox_label_background_fill_selected": "accent-tint",
            "checkbox_label_border_color": "line",
            "checkbox_label_border_color_selected": "accent",
            "checkbox_label_text_color": "ink",
            "checkbox_label_text_color_selected": "ink",
            "checkbox_background_color_selected": "accent",
            "checkbox_border_color_selected": "accent",
            "checkbox_border_color": "edge",
            "checkbox_background_color": "card",
            "table_even_background_fill": "card",
            "table_odd_background_fill": "card",
            "table_border_color": "line",
            "loader_color": "accent",
            "slider_color": "accent",
            "accordion_text_color": "ink",
        }
        for variable, colour in colours.items():
            setattr(self, variable, f"var(--{colour})")
            setattr(self, f"{variable}_dark", f"var(--{colour})")
        self.color_accent = "var(--accent)"
        # Shown before the style sheet is there, so these two are plain values.
        self.body_background_fill, self.body_background_fill_dark = PALETTE["paper"]
        self.body_text_color, self.body_text_color_dark = PALETTE["ink"]
        self.block_border_width = self.block_border_width_dark = "0px"
        self.block_shadow = self.block_shadow_dark = "none"
        self.block_label_border_width = self.block_label_border_width_dark = "0px"
        self.block_label_text_weight = self.block_title_text_weight = "600"
        self.button_large_radius = self.button_medium_radius = "999px"
        self.button_large_text_weight = "600"
        self.button_primary_shadow = self.button_primary_shadow_hover = "none"
        self.input_border_width = self.input_border_width_dark = "1px"
        self.input_shadow_focus = self.input_shadow_focus_dark = "0 0 0 3px var(--accent-tint)"
        self.input_radius = "14px"
        self.layout_gap = "20px"
        # Gradio serves this with the theme as it stands; its `css` option rewrites selectors.
        self.custom_css = css()


def css() -> str:
    """The style sheet: the palette as variables, the heading typeface, style.css."""
    light, dark = (
        "".join(f"--{name}: {pair[index]}; " for name, pair in PALETTE.items()) for index in (0, 1)
    )
    return "\n".join(
        (
            f":root {{ {light} }}",
            f":root.dark, :root .dark {{ {dark} }}",
            _heading_typeface(),
            STYLE_SHEET.read_text(encoding="utf-8"),
        )
    )


def _heading_typeface() -> str:
    data = base64.b64encode(LORA.read_bytes()).decode()
    return (
        '@font-face { font-family: "Lora"; font-weight: 600; font-display: swap; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
    )
