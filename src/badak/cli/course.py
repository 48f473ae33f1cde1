"""`badak course`: what the course is, and a kit of it for a class without internet."""

import shlex
from pathlib import Path

import click

from badak import kit
from badak.cli.words import say

NAMES = {"ko": "한국어", "en": "English"}


@click.command()
@click.option(
    "--offline",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Make the offline kit in FOLDER, which must be new or empty.",
)
@click.option(
    "--notebooks",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the chapters as notebooks into FOLDER, which must be new or empty.",
)
def command(folder: Path | None, notebooks: Path | None) -> None:
    """Show where the course is, or make notebooks or an offline kit of it.

    Run it in a clone of badak. The kit holds badak and all it needs for this Python and this
    system, the course's images of MNIST, the site, and the notebooks, in Korean and English. It is
    made with internet access and fits on a memory stick; its README says how to use it.
    """
    sources = kit.Clone(Path())
    if notebooks is None and folder is None:
        _describe(sources)
    if notebooks is not None:
        kit.make_notebooks(sources, notebooks)
        place = shlex.quote(str(notebooks))
        say(f"{notebooks}: pip install 'badak[course]', then jupyter lab {place}")
    if folder is not None:
        kit.make(sources, folder, say)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        say(f"{folder}: the whole kit, {size:,.0f} MB; README.ko.txt and README.en.txt say more")


def _describe(sources: kit.Clone) -> None:
    say(
        "From one convolution to a classifier of one's own photos, in chapters of two school hours:"
    )
    say("notebooks, each with an experiment and an exercise that badak checks.")
    for language in kit.LANGUAGES:
        say("")
        say(f"{NAMES[language]}: {sources.course(language)}")
        for chapter in sources.chapters(language):
            say(f"  {chapter.path.name}  {chapter.title}")
    say("")
    say("to read them as pages: tools/docs builds build/site/ko and build/site/en")
    say("to run them: badak course --notebooks FOLDER")
    say("for a class without internet: badak course --offline FOLDER")
