"""How well words stand out from what is behind them, as WCAG 2.1 measures it."""

from __future__ import annotations

from playwright.sync_api import Page

__all__ = ["READABLE", "contrasts"]

READABLE = 4.5
"""What WCAG 2.1 AA asks of text."""

# Colours of all ancestors are laid over each other, with opacity and a flat gradient.
_CONTRASTS = """selector => {
  const parse = (color) => {
    const srgb = color.startsWith('color(srgb');
    const [r, g, b, a = 1] = color.match(/[0-9.]+(?![a-z(])/g).map(Number);
    return srgb ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, below) =>
    [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((c) => {
      c /= 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll(selector)]
    .filter((e) => e.getClientRects().length && e.textContent.trim())
    .map((element) => {
      const chain = [];
      for (let e = element; e; e = e.parentElement) chain.unshift(e);
      let back = [255, 255, 255];
      let opacity = 1;
      for (const e of chain) {
        const style = getComputedStyle(e);
        opacity *= Number(style.opacity);
        back = over(parse(style.backgroundColor), back);
        const veil = style.backgroundImage.match(/rgba?\\([^)]*\\)/);
        if (veil) back = over(parse(veil[0]), back);
      }
      const [r, g, b, a] = parse(getComputedStyle(element).color);
      const ink = over([r, g, b, a * opacity], back);
      const [high, low] = [light(ink), light(back)].sort((x, y) => y - x);
      return [element.textContent.trim(), (high + 0.05) / (low + 0.05)];
    });
}"""


def contrasts(page: Page, selector: str) -> dict[str, float]:
    """Return the contrast of each visible element's text, the lowest of equal texts."""
    found: dict[str, float] = {}
    for text, ratio in page.evaluate(_CONTRASTS, selector):
        found[text] = min(ratio, found.get(text, ratio))
    return found
