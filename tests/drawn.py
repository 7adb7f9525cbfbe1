"""Digits drawn by program: strokes of our own for 0 to 9, in eight styles of paper, pen and camera."""

import io

import numpy as np
from PIL import Image
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter, rotate
from scipy.spatial import cKDTree


STYLES = ("thin", "thick", "small", "off-centre", "inverted", "grey paper", "photograph", "rotated")
# each hand writes a digit as strokes of points (x, y), y downwards, in a box 1 high; strokes are smooth
# between corners, which None marks
HANDS = (
    {0: [[(.32, .02), (.08, .3), (.08, .7), (.32, .98), (.58, .7), (.57, .28), (.32, .02)]],
     1: [[(.12, .25), None, (.34, .02), None, (.33, .98)]],
     2: [[(.08, .24), (.2, .05), (.42, .04), (.55, .22), (.44, .5), (.06, .96), None, (.62, .95)]],
     3: [[(.1, .1), (.32, .02), (.52, .17), (.44, .4), (.26, .47), None, (.5, .56), (.58, .78),
          (.38, .97), (.08, .88)]],
     4: [[(.4, .02), None, (.05, .64), None, (.66, .62)], [(.48, .36), None, (.46, .98)]],
     5: [[(.54, .04), None, (.16, .05), None, (.13, .43), None, (.34, .37), (.55, .52), (.54, .8),
          (.32, .97), (.07, .9)]],
     6: [[(.46, .03), (.2, .3), (.08, .68), (.2, .94), (.42, .95), (.55, .75), (.42, .55), (.22, .58),
          (.1, .76)]],
     7: [[(.06, .06), None, (.58, .05), None, (.38, .45), (.24, .98)]],
     8: [[(.5, .12), (.3, .02), (.12, .16), (.24, .38), (.48, .6), (.52, .84), (.3, .98), (.08, .84),
          (.16, .6), (.42, .38), (.52, .14)]],
     9: [[(.54, .16), (.34, .02), (.1, .16), (.12, .4), (.32, .5), (.52, .34), (.55, .14), None,
          (.53, .5), (.46, .98)]]},
    {0: [[(.4, .03), (.12, .15), (.03, .5), (.14, .88), (.4, .97), (.66, .86), (.76, .48), (.66, .14),
          (.36, .03)]],
     1: [[(.3, .02), None, (.28, .98)]],
     2: [[(.1, .18), (.34, .02), (.58, .2), (.5, .46), (.28, .7), (.12, .93), (.24, .86), (.46, .94),
          (.68, .9)]],
     3: [[(.08, .04), None, (.55, .05), None, (.28, .4), None, (.52, .5), (.58, .76), (.36, .97), (.06, .9)]],
     4: [[(.14, .03), None, (.1, .5), None, (.6, .5)], [(.54, .08), None, (.52, .98)]],
     5: [[(.2, .05), None, (.14, .45), None, (.4, .42), (.58, .64), (.44, .92), (.1, .96)],
         [(.2, .05), None, (.62, .03)]],
     6: [[(.3, .02), (.1, .4), (.08, .8), (.3, .98), (.52, .84), (.46, .6), (.26, .56), (.09, .72)]],
     7: [[(.05, .12), None, (.1, .04), None, (.62, .04), None, (.22, .98)], [(.18, .5), None, (.54, .5)]],
     8: [[(.3, .02), (.12, .14), (.14, .36), (.3, .46), (.48, .36), (.48, .13), (.3, .02)],
         [(.3, .46), (.07, .6), (.08, .86), (.3, .98), (.54, .86), (.54, .6), (.3, .46)]],
     9: [[(.5, .08), (.26, .04), (.1, .22), (.2, .44), (.42, .42), (.54, .2), (.5, .08), None, (.54, .6),
          (.4, .93), (.12, .94)]]})


def curve(stroke):
    """Points along a stroke, smooth between its corners."""
    pieces, piece = [], [stroke[0]]
    for k, point in enumerate(stroke[1:], 1):
        if point is not None:
            piece.append(point)
        if point is None or k == len(stroke) - 1:
            if len(piece) > 1:
                at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(piece, axis=0).T) ** 0.5)])
                pieces.append(CubicSpline(at, piece)(np.linspace(0, at[-1], 300)))
            piece = [piece[-1]]
    return np.concatenate(pieces)


def ink(digit, hand=0, height=130, width=8.0, shape=(200, 200), centre=None, slant=0.0, wobble=0.0, seed=0):
    """Ink from 0 to 1, (height, width): `digit` with strokes `width` pixels wide."""
    rng = np.random.default_rng([seed, digit, hand])
    strokes = [[point and tuple(np.add(point, wobble * rng.standard_normal(2))) for point in stroke]
               for stroke in HANDS[hand][digit]]
    centre = np.divide(shape, 2)[::-1] if centre is None else np.asarray(centre)
    points = (np.concatenate([curve(stroke) for stroke in strokes]) - (0.32, 0.5)) * height
    points[:, 0] -= slant * points[:, 1]
    pixels = np.argwhere(np.ones(shape))[:, ::-1]
    distance, _ = cKDTree(points + centre).query(pixels, distance_upper_bound=width)
    return np.clip(width / 2 - distance + 0.5, 0.0, 1.0).reshape(shape)


def photographed(drawn, seed):
    """Ink as a camera sees it: light from one side, a soft shadow, blur, noise of the sensor, JPEG."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:drawn.shape[0] * 1j, -1:1:drawn.shape[1] * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.7 + 0.15 * (x * np.cos(angle) + y * np.sin(angle)) - 0.1 * (x * x + y * y)
    light = light - 0.15 / (1 + np.exp(-12 * (x * np.sin(angle) - y * np.cos(angle) - 0.6)))
    levels = gaussian_filter(light * (1 - 0.75 * drawn), 1.2) + 0.02 * rng.standard_normal(drawn.shape)
    file = io.BytesIO()
    as_bytes(levels).save(file, "JPEG", quality=40)
    return np.asarray(Image.open(file), float) / 255


def as_bytes(levels):
    """Levels from 0 to 1 as a grey picture."""
    return Image.fromarray(np.rint(255 * np.clip(levels, 0, 1)).astype(np.uint8))


def drawing(digit, style, hand=0, seed=0, wobble=0.0):
    """One drawing as levels from 0 (black) to 1 (white), (height, width)."""
    options = {"hand": hand, "seed": seed, "wobble": wobble}
    side = np.random.default_rng([seed, digit, hand, STYLES.index(style)]).choice([-1, 1], 2)
    match style:
        case "thin":
            return 1 - ink(digit, width=2.0, **options)
        case "thick":
            return 1 - ink(digit, width=22.0, **options)
        case "small":
            return 1 - ink(digit, height=34, width=3.0, shape=(240, 240), **options)
        case "off-centre":
            return 1 - ink(digit, height=90, width=7.0, shape=(256, 256), centre=128 + 70 * side, **options)
        case "inverted":
            return ink(digit, width=10.0, **options)
        case "grey paper":
            noise = 0.02 * np.random.default_rng(seed).standard_normal((200, 200))
            return 0.6 - 0.35 * ink(digit, width=9.0, **options) + noise
        case "photograph":
            return photographed(ink(digit, height=260, width=14.0, shape=(480, 640), **options), seed)
        case "rotated":
            return 1 - rotate(ink(digit, width=9.0, **options), 15.0 * side[0], reshape=False, order=1)
    raise ValueError(style)


def forty():
    """The forty drawings of the bar: (digit, style, levels), five per style and four per digit."""
    return [((5 * k + j) % 10, style, drawing((5 * k + j) % 10, style, hand=(k // 2 + j) % 2, seed=k))
            for k, style in enumerate(STYLES) for j in range(5)]
