"""Colours: a dark, a light and a high-contrast theme of our own.

Colour never stands alone in this program: each state also has a glyph or a word, so the
themes only have to be pleasant.  ``ansi-dark`` and ``ansi-light`` are Textual's themes of
the terminal's own palette; they are changed only where our texts would be hard to read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

DARK: Final = Theme(
    name="advisor-dark",
    dark=True,
    primary="#6cb6ff",
    secondary="#8b9bb4",
    accent="#f2b155",
    success="#74d3a0",
    warning="#f0c674",
    error="#f28779",
    foreground="#d7dde8",
    background="#12161d",
    surface="#181d26",
    panel="#212836",
    boost="#ffffff08",
    variables={
        "quiet": "#97a3b6",
        "border": "#6cb6ff",
        "border-blurred": "#2c3546",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#2c4a70",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "#d7dde8",
        "block-cursor-blurred-background": "#242d3b",
        "block-cursor-blurred-text-style": "none",
        "block-hover-background": "#232c3b",
        "scrollbar": "#39455b",
        "scrollbar-hover": "#55678a",
        "scrollbar-active": "#6cb6ff",
        "scrollbar-background": "#181d26",
        "scrollbar-background-hover": "#181d26",
        "scrollbar-background-active": "#181d26",
        "scrollbar-corner-color": "#181d26",
        "input-selection-background": "#6cb6ff 35%",
    },
)

LIGHT: Final = Theme(
    name="advisor-light",
    dark=False,
    primary="#0b5cad",
    secondary="#5b6472",
    accent="#9a5b00",
    success="#14713f",
    warning="#8a5a00",
    error="#b3261e",
    foreground="#1d2330",
    background="#fbfaf7",
    surface="#f4f2ed",
    panel="#e8e5dd",
    boost="#00000008",
    variables={
        "quiet": "#5f6776",
        "border": "#0b5cad",
        "border-blurred": "#d4d0c6",
        "block-cursor-foreground": "#0d1b2c",
        "block-cursor-background": "#c4dcf5",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "#1d2330",
        "block-cursor-blurred-background": "#e6e2d9",
        "block-cursor-blurred-text-style": "none",
        "block-hover-background": "#e6e2d9",
        "scrollbar": "#c3beb2",
        "scrollbar-hover": "#a49e90",
        "scrollbar-active": "#0b5cad",
        "scrollbar-background": "#f4f2ed",
        "scrollbar-background-hover": "#f4f2ed",
        "scrollbar-background-active": "#f4f2ed",
        "scrollbar-corner-color": "#f4f2ed",
        "input-selection-background": "#0b5cad 25%",
    },
)

CONTRAST: Final = Theme(
    name="advisor-contrast",
    dark=True,
    primary="#ffff00",
    secondary="#ffffff",
    accent="#00ffff",
    success="#00ff66",
    warning="#ffff00",
    error="#ff8080",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    boost="#000000",
    variables={
        "quiet": "#e0e0e0",
        "text-muted": "#ffffff",
        "text-disabled": "#d0d0d0",
        "border": "#ffff00",
        "border-blurred": "#ffffff",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#0000c8",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-cursor-blurred-background": "#404040",
        "block-cursor-blurred-text-style": "bold",
        "block-hover-background": "#404040",
        "scrollbar": "#ffffff",
        "scrollbar-hover": "#ffff00",
        "scrollbar-active": "#ffff00",
    },
)


def _ansi(name: str, cursor: str) -> Theme:
    """Textual's theme of the terminal's own colours, with a highlight that leaves coloured
    words readable."""
    theme = BUILTIN_THEMES[name]
    changes = {
        "quiet": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": cursor,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "ansi_default",
        "block-cursor-blurred-background": "ansi_default",
        "block-cursor-blurred-text-style": "bold",
    }
    return replace(theme, variables={**theme.variables, **changes})


THEMES: Final = (
    DARK,
    LIGHT,
    CONTRAST,
    _ansi("ansi-dark", "ansi_blue"),
    _ansi("ansi-light", "ansi_cyan"),
)

OFFERED: Final = ("advisor-dark", "advisor-light", "advisor-contrast", "ansi-dark", "ansi-light")
"""The themes in the order in which the theme command cycles through them."""
