"""A small chart of levels as PNG."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

LINE = (22, 92, 160)
FILL = (205, 224, 242)
MARK = (196, 48, 43)


def sparkline(levels: np.ndarray, threshold: float, width: int = 480, height: int = 120) -> bytes:
    """Levels from left to right, with the threshold as a line; drawn at twice the size and scaled down."""
    scale, margin = 2, 8
    w, h = width * scale, height * scale
    image = Image.new("RGB", (w, h), "white")
    draw = ImageDraw.Draw(image)
    top = float(max(threshold, levels.max(initial=threshold))) * 1.05
    bottom = float(min(threshold, levels.min(initial=threshold))) * 0.95
    span = max(top - bottom, 1e-9)

    def y(level: float) -> float:
        return h - margin - (level - bottom) / span * (h - 2 * margin)

    if levels.size > 1:
        xs = np.linspace(margin, w - margin, levels.size)
        points = [(float(x), y(float(level))) for x, level in zip(xs, levels, strict=True)]
        draw.polygon([(margin, h - margin), *points, (w - margin, h - margin)], fill=FILL)
        draw.line(points, fill=LINE, width=2 * scale, joint="curve")
    draw.line([(margin, y(threshold)), (w - margin, y(threshold))], fill=MARK, width=scale)
    out = BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(out, format="PNG", optimize=True)
    return out.getvalue()
