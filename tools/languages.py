"""Update src/badak/languages/ko.po from the source, and compile it.

    python tools/languages.py            new sentences are added, those that are gone are left out
    python tools/languages.py --missing  print the sentences that have no translation

A sentence without a translation stays English.
"""

import argparse
import io

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from badak.languages.others import INSIDE
from sentences import OTHERS, SOURCE, sentences

PO, MO = (SOURCE / "languages" / f"ko.{ending}" for ending in ("po", "mo"))


def catalogue() -> Catalog:
    """The catalogue as it is in ko.po."""
    with PO.open("rb") as file:
        return read_po(file, locale="ko")


def updated(old: Catalog) -> Catalog:
    """The catalogue with the sentences of the source, and the translations that there are."""
    new = Catalog(
        locale="ko",
        domain="badak",
        project="badak",
        header_comment="# The sentences of badak in Korean: see `python tools/languages.py`.",
        creation_date=old.creation_date,
        revision_date=old.revision_date,
    )
    for words, files in sentences().items():
        before = old.get(words)
        new.add(words, before.string if before else "", [(file, 0) for file in files])
    for words in INSIDE:
        before = old.get(words, context="inside")
        new.add(words, before.string if before else "", [(OTHERS, 0)], context="inside")
    return new


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The content of ko.po and ko.mo."""
    source, compiled = io.BytesIO(), io.BytesIO()
    write_po(source, catalogue, width=100, include_lineno=False)
    write_mo(compiled, catalogue)
    return source.getvalue(), compiled.getvalue()


def main() -> None:
    """Update both files, or print what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--missing", action="store_true", help="print what has no translation")
    new = updated(catalogue())
    untranslated = [message for message in new if message.id and not message.string]
    if parser.parse_args().missing:
        for message in untranslated:
            print(message.locations[0][0], repr(message.id))
        return
    source, compiled = written(new)
    PO.write_bytes(source)
    MO.write_bytes(compiled)
    print(f"{PO}: {len(new) - len(untranslated)} of {len(new)} sentences are translated")


if __name__ == "__main__":
    main()
