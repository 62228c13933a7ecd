"""What the program itself reads of a rule base, beside what the rules read.

A name that stands here is in use even if no rule mentions it.
"""

from __future__ import annotations

from advisor.decision.costs import QUESTIONS as COST_QUESTIONS
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS

QUESTIONS = frozenset({*COST_QUESTIONS, *SERVING_QUESTIONS, "concurrent-users"})
"""Questions behind the served model, the bill, and the plan of what to measure."""

SERVED_MODEL = frozenset(SERVING_QUESTIONS)
"""Questions that together say which model is served; they count as one."""

ATTRIBUTES = frozenset(
    {
        # Which models an offer serves
        *("any-open-model", "catalogue-complete", "context", "context-limit"),
        # The bill
        *("batch-discount", "billing", "cached-input-price", "device-hour-price", "input-price"),
        *("devices-measured", "memory", "output-price", "smallest-unit", "total-parameters"),
        *("device-power", "device-price", "electricity-price", "facility-overhead", "power"),
        *("egress-price", "space-price", "storage-price", "useful-life"),
        # Speed and capacity
        *("active-parameters", "attention-heads", "attention-kind", "attention-window", "bf16"),
        *("experts", "experts-per-token", "fp4", "fp8", "full-attention-layers", "head-dim"),
        *("hidden-size", "kv-heads", "kv-lora-rank", "layers", "memory-bandwidth"),
        *("scale-up-bandwidth", "scale-up-domain"),
    }
)
"""Attributes behind the served model and the estimates."""

MEASURED = frozenset({"devices-measured"})
"""Attributes that are claimed by the results of one's own measurements alone."""
