"""What can be wrong with a catalogue that is to be imported: one sentence each."""

from __future__ import annotations

CHECKS: dict[str, str] = {
    "bad-json": "The file is not JSON, or it ends too early, as an interrupted download does.",
    "bad-table": "The file is not a table of comma-separated values with the expected columns.",
    "cannot-fetch": "The address cannot be fetched: no connection, no answer in time, or refused.",
    "implausible-price": "A price is hundreds of times what the ledger holds for the same model; "
    "most often it is per token, per thousand or per million tokens where another is meant.",
    "negative-price": "A price is below zero.",
    "not-a-catalogue": "The file is sound, but not in the form of the catalogue it is said to be.",
    "too-many-retired": "Most models of an offer are missing, as in a file that was cut short; "
    "--allow-retirements says that they are really gone.",
    "unknown-currency": "A price is in another currency than US dollars, which is not converted.",
}
