"""Settings of Sphinx for the documents of bayescarbon."""

from __future__ import annotations

import sys
from pathlib import Path

import bayescarbon

sys.path.insert(0, str(Path(__file__).parent))

project = "bayescarbon"
author = "The bayescarbon developers"
copyright = author
version = release = bayescarbon.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "numpydoc", "definitions"]
# Parts are included by the pages that say what they are; myst-nb leaves copies of the notebooks beside the build.
exclude_patterns = ["_build", "jupyter_execute", "generated/parts"]
html_theme = "pydata_sphinx_theme"
html_title = "bayescarbon"
# All pages stand at the side: there are too many for the top, and their captions say what is what.
html_theme_options = {"show_toc_level": 2, "navbar_center": []}
html_sidebars = {"**": ["globaltoc.html"]}

# .ci/notebooks.py executes the notebooks, once; here they are only shown.
nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
