"""What a model and a device are to an estimate: sizes, rates, and what follows from them.

Parameters are counted in billions, memory in GB (10^9 bytes), bandwidth in GB/s, arithmetic
in TFLOPS (dense), lengths in tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

VOCABULARY = 128_000
"""Words assumed in the input table of a model; the table is looked up, never read whole."""

WEIGHT_BYTES: Mapping[str, float] = {
    # Four bits and one scale of eight bits for every 16 weights (fp4) or 32 weights (int4).
    "16-bit": 2.0,
    "8-bit": 1.0,
    "fp4": 0.5625,
    "int4": 0.53125,
}
CACHE_BYTES: Mapping[str, float] = {"16-bit": 2.0, "8-bit": 1.0, "fp4": 1.0, "int4": 1.0}
PRECISIONS = tuple(WEIGHT_BYTES)

DEFAULT_WINDOW = 1024
LATENT_HEAD = 128
"""Width of a head of latent attention beside its rotary part."""


def at_least(value: float, floor: float) -> float:
    """The larger of the two, of each element where they are arrays."""
    return (value + floor + abs(value - floor)) / 2


def at_most(value: float, ceiling: float) -> float:
    """The smaller of the two, of each element where they are arrays."""
    return (value + ceiling - abs(value - ceiling)) / 2


class ModelShape(Struct, frozen=True):
    """A transformer.  ``total`` and ``active`` are billions of parameters.

    ``attention``: mha, gqa, mla, hybrid, sliding-window or linear-hybrid.  ``head_dim`` is the
    width of a head; of latent attention (mla) the rotary part that is kept beside the ``latent``
    vector.  ``full_layers`` see the whole context (all of them by default; half of
    sliding-window, a quarter of linear-hybrid models), the others ``window`` tokens or none.
    ``stored`` is the only precision that the weights exist in, where there is only one.

    Raises ``ValueError`` with all that is wrong in one sentence each.
    """

    name: str
    total: float
    active: float
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    attention: str = "gqa"
    experts: int = 0
    experts_per_token: int = 0
    latent: int = 0
    full_layers: int | None = None
    window: int = 0
    stored: str | None = None

    def __post_init__(self) -> None:
        wrong = [
            f"{label} must be above zero"
            for label, value in (
                ("the number of parameters", self.total),
                ("the number of active parameters", self.active),
                ("the number of layers", self.layers),
                ("the hidden size", self.hidden),
                ("the number of attention heads", self.heads),
                ("the number of KV heads", self.kv_heads),
                ("the width of a head", self.head_dim),
            )
            if value <= 0
        ]
        if self.active > self.total:
            wrong.append("more parameters are active than there are")
        if self.experts and not 0 < self.experts_per_token <= self.experts:
            wrong.append("the experts per token must be between one and all experts")
        if self.attention == "mla" and self.latent <= 0:
            wrong.append("latent attention needs the width of its latent vector (kv-lora-rank)")
        if wrong:
            raise ValueError(f"{self.name}: " + "; ".join(wrong))

    @property
    def is_latent(self) -> bool:
        """The cache holds one compressed vector per token for all heads."""
        return self.latent > 0 and self.attention == "mla"

    @property
    def table(self) -> float:
        """Billions of parameters in the input table (an assumption: see ``VOCABULARY``)."""
        return min(VOCABULARY * self.hidden / 1e9, self.total / 4)

    @property
    def routed(self) -> float:
        """Billions of parameters in routed experts: what is not active, over the share of
        experts that a token leaves out."""
        if self.experts <= self.experts_per_token:
            return 0.0
        spread = 1 - self.experts_per_token / self.experts
        return max(0.0, (self.total - self.active - self.table) / spread)

    @property
    def dense(self) -> float:
        """Billions of parameters that every token reads."""
        return max(0.0, self.total - self.routed - self.table)

    @property
    def cache_width(self) -> int:
        """Numbers kept per token and layer that attends to all tokens."""
        if self.is_latent:
            return self.latent + self.head_dim
        return 2 * self.kv_heads * self.head_dim

    @property
    def cache_shards(self) -> int:
        """Over how many devices the cache can be split by heads."""
        return 1 if self.is_latent else self.kv_heads

    @property
    def attending_layers(self) -> int:
        """Layers that see the whole context."""
        if self.full_layers is not None:
            return self.full_layers
        if self.attention == "sliding-window":
            return self.layers // 2
        if self.attention == "linear-hybrid":
            return self.layers // 4
        return self.layers

    def layer_tokens(self, context: float) -> float:
        """Tokens in the cache, summed over the layers, at ``context`` tokens per request."""
        rest = self.layers - self.attending_layers
        window = self.window or (DEFAULT_WINDOW if self.attention == "sliding-window" else 0)
        return self.attending_layers * context + rest * at_most(context, float(window))

    def cache_bytes(self, context: float, precision: str) -> float:
        """Bytes of cache of one request at ``context`` tokens."""
        return self.layer_tokens(context) * self.cache_width * CACHE_BYTES[precision]

    def weight_bytes(self, precision: str) -> float:
        """Bytes of all weights, with the scales that a precision needs."""
        return self.total * 1e9 * WEIGHT_BYTES[self.stored or precision]

    def touched_share(self, concurrency: float) -> float:
        """Share of the routed weights that a step with ``concurrency`` requests reads:
        ``1 - (1 - k/E)^c`` for k of E experts per token."""
        if not self.experts:
            return 0.0
        untouched: float = (1 - self.experts_per_token / self.experts) ** concurrency
        return 1 - untouched


class Device(Struct, frozen=True):
    """An accelerator.  ``fp8`` and ``fp4`` are ``None`` where it has no such arithmetic;
    ``link`` is GB/s one way to its neighbours, ``domain`` how many of them it reaches so.
    ``family`` says whose measured behaviour applies: hopper, blackwell, cdna3 and so on."""

    name: str
    memory: float
    bandwidth: float
    bf16: float
    fp8: float | None = None
    fp4: float | None = None
    link: float = 50.0
    domain: int = 1
    family: str = "other"

    def __post_init__(self) -> None:
        if min(self.memory, self.bandwidth, self.bf16, self.link) <= 0 or self.domain < 1:
            raise ValueError(
                f"{self.name}: memory, bandwidth, 16-bit arithmetic and links must be above zero"
            )

    def computes(self, precision: str) -> str:
        """The arithmetic that weights of a precision are multiplied in: weights below what
        the device multiplies natively are widened first."""
        if precision == "fp4" and self.fp4:
            return "fp4"
        if precision == "8-bit" and self.fp8:
            return "8-bit"
        return "16-bit"
