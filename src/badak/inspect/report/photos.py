"""Thumbnails on a page: photos with their names, side by side if they belong together."""

import base64
import io
from collections.abc import Sequence

from PIL import Image

from badak.errors import BadakError
from badak.inspect.data.finding import Finding, counted
from badak.inspect.data.survey import Survey
from badak.inspect.report.page import text, told
from badak.languages import translated

SIDE = 192  # pixels of the longer side
SHOWN, TOGETHER = 24, 6  # groups of a finding; photos of a group
QUALITY = 82  # of the JPEG


def photos(seen: Survey, finding: Finding) -> str:
    """The photos of a finding, the first groups of many; then all its files, as text."""
    items = [
        _group(seen, group, note)
        for group, note in zip(finding.groups[:SHOWN], finding.notes, strict=False)
    ]
    grid = f'<ul class="photos">{"".join(items)}</ul>' if items else ""
    return grid + _listed(seen, finding)


def examples(seen: Survey, label: int, count: int) -> str:
    """Some photos of a class, spread over its files."""
    places = (seen.labels == label).nonzero()[0]
    chosen = [int(places[len(places) * k // count]) for k in range(min(count, len(places)))]
    if len(places) <= count:
        chosen = places.tolist()
    title = f"{seen.class_names[label]}: {translated(counted(len(places)))}"
    items = "".join(f"<li>{_photo(seen, place)}</li>" for place in chosen)
    return f'<h3>{text(title)}</h3><ul class="photos">{items}</ul>'


def _group(seen: Survey, group: Sequence[int], note: str) -> str:
    more = f", and {len(group) - TOGETHER} more" if len(group) > TOGETHER else ""
    words = f'<span class="note">{told(note + more)}</span>'
    if len(group) == 1:
        return f"<li>{_photo(seen, group[0])}{words}</li>"
    shown = "".join(f"<div>{_photo(seen, place)}</div>" for place in group[:TOGETHER])
    return f'<li class="group"><div class="side-by-side">{shown}</div>{words}</li>'


def _photo(seen: Survey, place: int) -> str:
    """A thumbnail with the file's name; the name alone if the file has gone since."""
    name = f'<span class="name">{told(seen.names[place])}</span>'
    try:
        pixels = seen.picture(place, SIDE)
    except BadakError as fault:
        return f"<p>{told(str(fault))}</p>{name}"
    file = io.BytesIO()
    image = Image.fromarray(pixels.transpose(1, 2, 0).copy())  # (3, H, W) -> (H, W, 3)
    image.save(file, "JPEG", quality=QUALITY)
    data = base64.b64encode(file.getvalue()).decode()
    return (
        f'<img src="data:image/jpeg;base64,{data}" width="{image.width}" height="{image.height}" '
        f'loading="lazy" alt="{text(seen.names[place])}">{name}'
    )


def _listed(seen: Survey, finding: Finding) -> str:
    """All files of a finding, folded away if photos show the first."""
    if len(finding.groups) == 1:
        return ""
    items = "".join(f"<li>{text(line)}</li>" for line in entries(seen, finding))
    lines = f'<ol class="entries" tabindex="0">{items}</ol>'
    if not finding.groups:
        return lines if items else ""
    words = f"All {len(finding.groups):,} as text"
    if len(finding.groups) > SHOWN:
        words += f"; photos show the first {SHOWN}"
    return f"<details><summary>{told(words)}</summary>{lines}</details>"


def entries(seen: Survey, finding: Finding) -> list[str]:
    """A finding as lines of text, one for each group.

    Example:
        >>> entries(None, Finding("1 class", "add images", "look", notes=("ants: 1",)))
        ['ants: 1']
    """
    if not finding.groups:
        return list(map(translated, finding.notes))
    return [
        f"{' = '.join(translated(seen.names[place]) for place in group)} ({translated(note)})"
        for group, note in zip(finding.groups, finding.notes, strict=True)
    ]
