"""Colours that carry a meaning are told apart by every eye, and in black and white."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from changji_analysis import palette, wording

# Linear RGB as seen without one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1
EYES = {
    "usual": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color):
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(color, eye="usual"):
    """CIELAB of a colour as an eye sees it."""
    seen = np.clip(np.array(EYES[eye]) @ linear(color), 0, 1)
    xyz = TO_XYZ @ seen / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    """Ratio of WCAG 2."""
    dark, light = sorted((TO_XYZ @ linear(color))[1] for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eye", EYES)
def test_colours_differ_to_every_eye(eye):
    lines = palette.INK, palette.ACCENT, palette.SKY, "black"
    fills = [look.fill for look in palette.VERDICTS.values()]
    for colours, least in ((lines, 25), (fills, 20)):
        for one, other in combinations(colours, 2):
            assert np.linalg.norm(lab(one, eye) - lab(other, eye)) > least, (one, other)


def test_every_verdict_has_a_colour_and_a_mark_of_its_own():
    assert list(palette.VERDICTS) == list(wording.VERDICTS)
    for part in ("fill", "marker", "sign"):
        assert len({getattr(look, part) for look in palette.VERDICTS.values()}) == 7


def test_words_stand_out():
    for look in palette.VERDICTS.values():
        assert contrast(look.letters, look.fill) >= 4.5 and contrast(look.edge, "white") >= 4.5
    for color in (palette.INK, palette.ACCENT, palette.GREY):
        assert contrast(color, "white") >= 4.5


def test_intervals_differ_in_grey():
    shades = [lab(shade)[0] for shade in palette.FAN.values()]
    assert min(-np.diff(shades)) > 9
