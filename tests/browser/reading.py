"""What the tests in a browser share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def clipped(page, selector):
    """The visible texts of a page that are wider than the box that shows them."""
    return page.locator(selector).evaluate_all(
        """found => found.filter(e => e.offsetParent !== null
            && e.scrollWidth > e.clientWidth + 1
            && getComputedStyle(e).overflowX !== 'auto'
            && getComputedStyle(e).display !== 'inline').map(e => e.innerText)"""
    )
