"""What cells show: pictures at half their size in pixels, sentences with their lines broken."""

import re
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

PIXELS_PER_POINT = 2  # so badak draws in notebooks, and docs/site/ipython_kernel_config.py asks to
COLUMNS = re.compile(r"\S {2,}\S|[│─]")  # a table must keep its lines


class Outputs(SphinxPostTransform):
    """Gives pictures their width in points, and printed text without columns a class."""

    default_priority = 700  # after the output of each cell was chosen for the format

    def run(self, **kwargs: object) -> None:
        """Change the document's outputs."""
        for image in self.document.findall(nodes.image):
            uri = Path(image["uri"])
            if "jupyter_execute" in uri.parts and uri.suffix == ".png" and "width" not in image:
                with Image.open(uri) as picture:
                    image["width"] = f"{picture.width // PIXELS_PER_POINT}px"
        for block in self.document.findall(nodes.literal_block):
            if "output" in block["classes"] and not COLUMNS.search(block.astext()):
                block["classes"].append("prose")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(Outputs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
