"""The texts of the checker, one table per language."""

from types import ModuleType
from typing import Any

from badak.checks import choice
from badak.lessons.check.faults import answer
from badak.lessons.check.finding import Finding
from badak.lessons.check.words import en, ko

LANGUAGES: dict[str, ModuleType] = {"en": en, "ko": ko}


class Words:
    """The sentences of one language.

    Args:
        language: "en" or "ko".

    Raises:
        BadakError: another language.

    Example:
        >>> Words("en").fault("assigns")
        '= instead of +=: later windows overwrite earlier ones'
    """

    def __init__(self, language: str = "en") -> None:
        self.table = LANGUAGES[choice(language, "language", LANGUAGES)]

    def phrase(self, name: str, **values: Any) -> str:
        """Return one of the fixed phrases."""
        return str(self.table.PHRASES[name]).format(**values)

    def sentence(self, finding: Finding) -> str:
        """Return what was seen."""
        values = dict(finding.values)
        for kind in ("output", finding.kind):
            if (key := f"{kind}_{values.get('output')}") in self.table.PHRASES:
                values["output"] = self.phrase(key)
        return str(self.table.SENTENCES[finding.kind]).format(**values)

    def fault(self, name: str) -> str:
        """Return the name of a fault."""
        return str(self.table.FAULTS[name][1]) if name else self.phrase("unknown")

    def hints(self, finding: Finding) -> tuple[str, ...]:
        """Return the three hints: a question, the fault's name, the right line; none if unknown."""
        if not finding.fault:
            return ()
        question, name = self.table.FAULTS[finding.fault]
        line = self._remarked(answer(finding.fault, finding.values.get("exercise", "")))
        if edits := finding.values.get("edits"):
            places = "; ".join(self.phrase("own", **edit) for edit in edits)
            question = f"{question} {places}"
            line = "; ".join(self.phrase(f"to_{edit['how']}", **edit) for edit in edits)
        elif comment := finding.values.get("comment"):
            line = self.phrase("comment", comment=comment)
        elif advice := finding.values.get("advice"):
            near = finding.kind == "attribute"
            line = self.phrase("similar" if near else "advice", advice=advice)
        return str(question), str(name), line or self.phrase("no_answer")

    def _remarked(self, line: str) -> str:
        code, mark, remark = line.partition("   # ")
        return code + mark + str(self.table.COMMENTS.get(remark, remark))
