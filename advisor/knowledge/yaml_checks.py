"""What can be wrong with a YAML file before anybody asks what it says.

``CHECKS`` gives each check its sentence.  It lies apart from the reader so that it can be
looked up without loading a YAML parser.
"""

from __future__ import annotations

CHECKS: dict[str, str] = {
    "alias": "An alias (*name) repeats a value from elsewhere; values are written out instead.",
    "anchor": "An anchor (&name) marks a value for reuse; values are written out instead.",
    "bad-escape": 'A backslash in a "quoted" text is not followed by a known escape.',
    "control-character": "A control character stands in the file, raw or as an escape.",
    "directive": "A line that begins with % is a YAML directive; files need none.",
    "duplicate-key": "One map has the same key twice.",
    "empty-file": "The file holds no value at all.",
    "empty-key": "A key has no text.",
    "invisible-character": "A character shows nothing, or changes the order in which a line shows.",
    "key-not-text": "A key must be a word or a text on one line, not a list, a map or a block.",
    "merge-key": "The merge key (<<) takes over entries from elsewhere; they are written out.",
    "missing-blank": "A blank is missing after ':' or '-'.",
    "missing-colon": "A line inside a map is not of the form 'key: value'.",
    "missing-comma": "Two entries in [...] or {...} are not separated by a comma.",
    "missing-value": "An entry in {...} has neither a colon nor a value.",
    "misplaced-item": "A list item stands where a list cannot begin or go on.",
    "not-text": "The file is not a text file.",
    "not-utf8": "The file is not encoded in UTF-8.",
    "several-documents": "The file holds more than one YAML document.",
    "stray-bracket": "A bracket or a comma stands where a value is expected.",
    "swallowed-line": "A line that looks like an item or an entry is read as part of a text.",
    "tab-indentation": "A line is indented with a tab; only blanks indent.",
    "tag": "A tag (!name) sets a type; types come from the vocabulary instead.",
    "text-after-end": "More text follows after the value has ended.",
    "text-after-quote": "Text follows the closing quote of a quoted text.",
    "too-deep": "Lists and maps are nested deeper than any file needs.",
    "too-large": "The file is larger than is read.",
    "too-long": "One text is longer than any text needs to be.",
    "too-many-problems": "Reading stopped because there are too many problems to list.",
    "too-many-values": "The file holds more values than are read.",
    "unclosed-bracket": "A bracket is opened and never closed, or closed by the wrong one.",
    "unclosed-quote": "A quote is opened and never closed.",
    "unpaired-surrogate": "Half of a surrogate pair is no character.",
    "unquoted-colon": "A text that contains ': ' is not in quotes.",
    "unquoted-special": "A text begins with a character that has a meaning in YAML.",
    "unusual-break": "A line break that most editors do not show.",
    "unusual-space": "A character looks like a blank and is none.",
    "wrong-encoding": "The file is encoded in UTF-16 or UTF-32 instead of UTF-8.",
    "wrong-indentation": "A line is indented so that it belongs to none of the lines above.",
    "yaml-syntax": "The file is not valid YAML.",
}
