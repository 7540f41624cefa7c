"""The sentence for each verdict, finding and advice, from its code and numbers; one template a code, in the spoken language."""

from fitscope.words.data import LEAKS, leak, part
from fitscope.words.figures import listed, percent
from fitscope.words.findings import ADVICE, CHECKS, FINDINGS, SKIPPED, advice, check, finding, refit_skipped, severity
from fitscope.words.studies import REMEDIES, SCALING, changed_by, ranking, remedy, scaling
from fitscope.words.verdicts import EVIDENCE, LABELS, REASONS, VERDICTS, evidence, label, meanings, verdict

__all__ = [
    "ADVICE",
    "CHECKS",
    "EVIDENCE",
    "FINDINGS",
    "LABELS",
    "LEAKS",
    "REASONS",
    "REMEDIES",
    "SCALING",
    "SKIPPED",
    "VERDICTS",
    "advice",
    "changed_by",
    "check",
    "evidence",
    "finding",
    "label",
    "leak",
    "listed",
    "meanings",
    "part",
    "percent",
    "ranking",
    "refit_skipped",
    "remedy",
    "scaling",
    "severity",
    "verdict",
]
