"""What the header says to programs in C, in words that are true in other languages, too.

C says yes and no by 1 and 0, nothing by NULL, and writes what may be unknown to a place. How a
language says the rest, such as the names of its own functions, stands in its module.
"""

import re
import sys

# In this order. NULL stays where text or an object may be missing, and NONE where a number may.
NEUTRAL = [
    (r"^1 (?:if|where) (.*?)[;,] (?:otherwise|else) 0\b", r"Whether \1"),
    (r": (?:returns )?1 and (?:writes )?\*\w+, or (?:returns )?0\s+where", ", or NONE where"),
    (r" \w+ may be NULL\.", ""),
    (r"; (?:0|DTX_OK) for NULL", ""),
    (r"; DTX_OK where there is none, and for NULL", ", or NULL where there is none"),
    (r": 0 is no \(the default\), any other number is yes", "; NO unless set"),
    (r": 0 is no, any other number is yes\. Yes unless set", "; YES unless set"),
    (r": 0 is no, any other number is yes", ""),
    (r" ?A wrong value is reported by \w+; here the result is DTX_INVALID_ARGUMENT for NULL(?: alone)?\.", ""),
    (r" DTX_INVALID_ARGUMENT for NULL\.", ""),
    (r"\bis not 0\b", "is YES"),
    (r"\bnot 0 where\b", "YES where"),
    (r"\bthe result is DTX_OK and the status\b", "the status is"),
    (r"; NULL is fine\b| NULL is fine\.", ""),
    (r"\. NULL (until|where)\b", r". It is NULL \1"),
    (r" See dtx_set_log\.", ""),
]  # fmt: skip

# Where a time is an object of its own, without a unit.
SPANS = [
    (r"rom 1 to 86400000(?: \(a day\))?", "rom a millisecond to a day"),
    (r"(\d+)000 unless set", r"\1 s unless set"),
]  # fmt: skip


def reworded(text, own, null="null", none="null", yes="true", no="false"):
    """It in neutral words, then by `own` in those of a language, as pairs for re.sub, in order; last
    what that calls missing text, a missing number, yes and no."""
    for there, here in (*NEUTRAL, *own):
        text = re.sub(there, here, text)
    for word, instead in {"NULL": null, "NONE": none, "YES": yes, "NO": no}.items():
        text = re.sub(rf"(?<!\w){word}(?!\w)", instead, text)
    return text.strip()


def refuse_terms_of_c(text, name):
    """A sentence that only makes sense in C is an error."""
    if re.search(r"dtx_|DTX_|NULL|\*\w|\bpushed\b", text):
        sys.exit(f"declarations: {name} is said in C's terms: {text}")
