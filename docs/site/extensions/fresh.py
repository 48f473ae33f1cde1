"""Where the results of notebooks are kept: a folder for each state of badak's own source."""

import hashlib
import os
import shutil
from pathlib import Path

import badak


def cache() -> Path:
    """Return a folder under build/site/cache that another state of badak does not share."""
    package, site = Path(badak.__file__).parent, Path(__file__).resolve().parents[1]
    sources = [*package.rglob("*.py"), *package.rglob("*.js"), *package.glob("_core*")]
    # Where data sets are looked for decides which images the course shows.
    digest = hashlib.sha256(os.environ.get("BADAK_DATA", "").encode())
    for file in sorted([*sources, site / "ipython_kernel_config.py"]):
        digest.update(file.read_bytes())
    return site.parents[1] / "build" / "site" / "cache" / digest.hexdigest()[:16]


def ipython(site: Path) -> Path:
    """Return a folder for IPython with the site's settings of notebooks in it."""
    folder = cache() / "ipython"
    profile = folder / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    shutil.copy(site / "ipython_kernel_config.py", profile)
    return folder
