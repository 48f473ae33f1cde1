"""Settings of the documentation: two language trees, docs/en and docs/ko, with one set of settings.

`tools/docs` builds both; CONTRIBUTING.md says how to write a page. The pages load nothing from
another host: formulas are MathML, and the search and the live page run from files.
"""

import os
import sys
from pathlib import Path

SITE = Path(__file__).resolve().parent
sys.path.insert(0, str(SITE / "extensions"))

from fresh import cache, ipython  # noqa: E402

import badak  # noqa: E402

project = "badak"
author = "The badak developers"
project_copyright = "the badak developers"
version = release = badak.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "korean",
    "other_language",
    "live",
    "mathml",
    "outputs",
    "reference",
]
root_doc = "index"
source_suffix = {".md": "myst-nb", ".rst": "restructuredtext"}
templates_path = ["templates"]

# Markdown, and notebooks: run once for as long as their cells and badak stay the same.
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(cache())
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 180
nb_merge_streams = True
nb_ipywidgets_js = {}  # they would come from another host
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
os.environ["IPYTHONDIR"] = str(ipython(SITE))
for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
    os.environ[name] = "C.UTF-8"  # the same results whoever builds

# Docstrings
default_role = "py:obj"  # a link if it is a public name, else code
autodoc_default_options = {"members": True}
autodoc_typehints = "none"  # the text tells shapes, which types do not
autodoc_member_order = "bysource"
add_module_names = False
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_attr_annotations = False

locale_dirs = ["../site/locales"]
gettext_compact = "reference"

html_theme = "pydata_sphinx_theme"
html_title = "badak"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # its texts cannot be fetched from files
html_context = {"default_mode": "auto"}
alone = ("index", "gallery", "glossary", "troubleshooting")  # pages without a section around them
html_sidebars: dict[str, list[str]] = {name: [] for name in alone}
html_theme_options = {
    "logo": {"text": "badak"},
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["language", "search-button"],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "gallery": []},
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "show_nav_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
