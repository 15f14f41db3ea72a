"""Sphinx's settings; `build.py` lays out the sources and builds them in both languages."""

import re

from sphinx.search.zh import SearchChinese

project = "changji_analysis"
author = "changji_analysis"
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["answer.md"]

nb_execution_mode = "off"
nb_merge_streams = True
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "furo"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = False  # it would fetch, which a page opened from a disk cannot
html_show_copyright = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#12436D", "color-brand-content": "#12436D"},
    "dark_css_variables": {"color-brand-primary": "#8CBBD6", "color-brand-content": "#8CBBD6"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


class Pairs(SearchChinese):
    """Search for Chinese by pairs of characters: Sphinx's own needs a dictionary, or finds none."""

    language_name = "English"  # Sphinx calls the stemmer that it ships by this name
    js_splitter_code = """
    var splitQuery = query => (query.match(/[a-zA-Z0-9_]+|[\u4e00-\u9fff]+/g) || []).flatMap(
      run => run < "\u4e00" || run.length < 3 ? [run]
        : [...run].slice(1).map((character, i) => run[i] + character));
    """

    def split(self, input: str) -> list[str]:
        runs = re.findall("[\u4e00-\u9fff]+", input)
        return super().split(input) + [run[i : i + 2] for run in runs for i in range(len(run) - 1)]


def setup(app):
    app.add_search_language(Pairs)
