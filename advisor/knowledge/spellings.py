"""What benchmarks call models, accelerators and precisions, brought to one spelling.

Names differ by vendor prefixes, packaging, dates, tuning and quantisation; none of these changes
what is computed, but for a card of its own (PCIe, NVL), which is another device.
"""

from __future__ import annotations

import re

_CHIP = re.compile(
    r"^(?:\d+x)?(?:nvidia|amd)?"
    r"(gb[23]00|gh200|b[123]00|h[128]00|h20|a[18]00|a10g?|a30|a40|l40s?|l4|v100|t4"
    r"|mi\d{3}[xa]?|wse[23]|gaudi[23])"
    r"(sxm\d?|pcie|nvl|oam|(?:nvl)?\d+g?b?|x\d+)?$"
)
_CARDS = {"pcie", "nvl"}
_BY_CARD = {"h100", "h200", "a100"}
"""Chips that are sold on boards of their own kind besides as cards."""
_DEVICE_NOISE = re.compile(
    r"^(nvidia|amd|instinct|intel|google|aws|cloud|gpus?|sxm\d?|hbm\w*|\d+gb?|nvl\d*|server|"
    r"edition|blackwell|hopper|grace|superchip|tesla|dgx|hgx|tensor|core|accelerator|se|ws|"
    r"virtualized|aarch64|\d+x|x\d+|power|cap|\d+w|custom|cluster|oam|chips?|node|rack)$"
)
_DEVICE_WORDS = {
    "trillium": "tpuv6e",
    "ironwood": "tpu7x",
    "tpuv7": "tpu7x",
    "tpuv7x": "tpu7x",
    "tpuv5litepod": "tpuv5e",
    "trn2": "trainium2",
    "trn1": "trainium",
    "inf2": "inferentia2",
}
_MODEL_NOISE = re.compile(
    r"^(meta|instruct|chat|hf|it|thinking|reasoning|edge|99|bf16|fp16|fp8|fp4|int4|int8|nvfp4|"
    r"mxfp4|awq|gptq|w4a16|w4a8|w8a8|w8a16|4bit|8bit|e4m3|kv|block|static|pertensor|quantized|"
    r"nvidia|dynamic|quark|turbo|maas|preview|v0|v0\.\d|20\d\d|2[4-9](0[1-9]|1[0-2])|"
    r"0[1-9][0-3]\d|1[0-2][0-3]\d)$"
)
_PRECISIONS = (
    ("fp4", r"(nv|mx)?fp4|e2m1|f4"),
    ("int4", r"u?int4(wo)?|w4a\d+|awq\d*|gptq\d*|q4\w*|w4|4bitint"),
    ("fp4", r"4bit"),
    ("8-bit", r"(mx)?fp8|f?p?8?e[45]m[32](fn(uz)?)?|u?int8(wo)?|w8a\d+|q8\w*|8bit|f8|i8|w8"),
    ("16-bit", r"bf16|fp16|f16|bfloat16|float16|half|16bit|w16a16"),
)
_OF_PRECISION = tuple((name, re.compile(rf"^(?:{words})$")) for name, words in _PRECISIONS)
_BESIDE = frozenset({"weights", "weight", "kv", "cache", "block", "dynamic", "static", "quant"})


def device_key(name: str) -> str:
    """``NVIDIA B200-SXM-180GB``, ``8xB200`` and ``b200_sxm`` as ``b200``; ``H100 PCIe`` as
    ``h100pcie``.  A name of several chips is all of them."""
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    chips: dict[str, None] = {}
    for word in words:
        chip = _CHIP.match(word)
        if chip is not None:
            card = chip.group(2) if chip.group(2) in _CARDS else ""
            card = card or next((w for w in words if w in _CARDS), "")
            chips[chip.group(1) + (card if chip.group(1) in _BY_CARD else "")] = None
    if chips:
        return "+".join(chips)
    kept = "".join(word for word in words if not _DEVICE_NOISE.match(word)) or "".join(words)
    return _DEVICE_WORDS.get(kept, kept)


def model_key(name: str) -> str:
    """``meta-llama/Llama-3.1-8B-Instruct-FP8`` as ``llama318b``: the part behind the last
    slash without punctuation, precision, dates and tuning words."""
    last = name.strip().rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[0]
    last = re.sub(r"\bv?(\d)p(\d)\b", r"\1.\2", last.lower().replace("99.9", "99"))
    last = re.sub(r"\b17b-(16|128)e\b", "", last)
    words = [word for word in re.split(r"[^a-z0-9.]+", last) if word]
    if len(words) > 2 and re.match(r"v\d$", words[-1]) and _precision_word(words[-2]):
        # A later quantisation of the same weights.
        words.pop()
    kept = [word for word in words[:1] if word not in {"meta", "nvidia"}]
    kept += [word for word in words[1:] if not _MODEL_NOISE.match(word)]
    return "".join(kept or words).replace(".", "")


def precision_named(text: str) -> str | None:
    """``fp8`` as ``8-bit``, ``NVFP4`` as ``fp4``; ``None`` for a word that is no precision, and
    for words of several."""
    whole = re.sub(r"[^a-z0-9]+", "", text.lower())
    words = [w for w in re.split(r"[^a-z0-9]+", text.lower()) if w and w not in _BESIDE]
    for candidates in ([whole], words):
        found = {name for word in candidates if (name := _precision_word(word)) is not None}
        if len(found) == 1:
            return found.pop()
    return None


def precision_in(model: str) -> str | None:
    """The precision that a model's name ends in, as in ``Llama-3.3-70B-Instruct-FP8``."""
    words = re.split(r"[^a-z0-9]+", model.lower().rsplit("/", 1)[-1])
    found = {name for word in words[1:] if (name := _precision_word(word)) is not None}
    return found.pop() if len(found) == 1 else None


def _precision_word(word: str) -> str | None:
    return next((name for name, pattern in _OF_PRECISION if pattern.match(word)), None)
