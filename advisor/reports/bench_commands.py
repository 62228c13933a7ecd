"""The runs of a bake-off as commands for the tools that people use.

The commands are the same for every offer: what differs stands in shell variables (``OFFER``,
``URL``, ``MODEL``, ``REGION``), set once.  Whatever comes from the rule base is quoted for the
shell.  Result files are named ``OFFER.RUN.REGION.TOOL.json``, which ``recommend --measured``
reads as they are.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from advisor.decision.bakeoff import BakeOff, Candidate
from advisor.decision.bakeoff_load import ALONE, BURSTINESS, WARM_UP, Load, Run

TOOLS = ("vllm", "guidellm", "aiperf", "inference-perf")
TITLES = {
    "vllm": "vLLM (vllm bench serve)",
    "guidellm": "GuideLLM",
    "aiperf": "AIPerf",
    "inference-perf": "inference-perf",
}
_LINE = " \\\n    "


class Command(Struct, frozen=True):
    """One run with one tool; ``text`` may have several lines."""

    tool: str
    run: str
    text: str


def settings(plan: BakeOff, candidate: Candidate) -> str:
    """The variables of one offer: what only you know is left to fill in."""
    regions = plan.load.regions or ("anywhere",)
    model = candidate.model or ""
    lines = [
        f"OFFER={shlex.quote(candidate.offer)}",
        f"REGION={shlex.quote(regions[0])}",
        "URL=                # its OpenAI-compatible address, without /v1",
        f"MODEL={shlex.quote(model)}    # as the offer itself calls it",
        "TOKENIZER=./tokenizer  # folder with the model's tokenizer",
        'export OPENAI_API_KEY="${OPENAI_API_KEY:?a key for this test alone}"',
    ]
    if plan.load.reads is None:
        lines.append("INPUT=              # tokens of a prompt: not answered")
    if plan.load.writes is None:
        lines.append("OUTPUT=             # tokens of an answer: not answered")
    if not candidate.hosted:
        lines.append("RATE=               # requests a second that these devices carried in climb")
    return "\n".join(lines)


def commands(plan: BakeOff) -> tuple[Command, ...]:
    """Every run with every tool that can send it."""
    found = []
    for run in plan.runs:
        for tool in TOOLS:
            text = _command(tool, run, plan.load)
            if text is not None:
                found.append(Command(tool, run.id, text))
    return tuple(found)


def _command(tool: str, run: Run, load: Load) -> str | None:
    makers = {
        "vllm": _vllm,
        "guidellm": _guidellm,
        "aiperf": _aiperf,
        "inference-perf": _inference_perf,
    }
    return makers[tool](run, load)


def _vllm(run: Run, load: Load) -> str:
    words = [
        "vllm bench serve",
        "--backend openai-chat",
        '--base-url "$URL"',
        "--endpoint /v1/chat/completions",
        '--model "$MODEL"',
        '--tokenizer "$TOKENIZER"',
        "--dataset-name random",
        f"--random-input-len {_tokens(load.reads, 'INPUT', less=load.prefix)}",
        f"--random-output-len {_tokens(load.writes, 'OUTPUT')}",
    ]
    if load.prefix:
        words.append(f"--random-prefix-len {load.prefix}")
    if run.shape == "closed":
        words += ["--request-rate inf", *_closed(run, "--max-concurrency", "--num-prompts")]
    else:
        words.append(f"--request-rate {_rate(run)}")
        if run.shape == "bursts":
            words.append(f"--burstiness {float(BURSTINESS):g}")
        words.append(f"--num-prompts {run.requests[0]}")
    words += [
        f"--num-warmups {WARM_UP}",
        "--ignore-eos",
        "--seed 1",
        "--percentile-metrics ttft,tpot,itl,e2el",
        "--metric-percentiles 50,95,99",
        "--save-result",
        f"--result-filename {_file(run, 'vllm')}.json",
    ]
    return _looped(run, _LINE.join(words))


def _guidellm(run: Run, load: Load) -> str | None:
    if run.shape == "bursts":
        return None
    data = f"kind=synthetic_text,prompt_tokens={_tokens(load.reads, 'INPUT', less=load.prefix)}"
    data += f",output_tokens={_tokens(load.writes, 'OUTPUT')}"
    if load.prefix:
        data += f",prefix_tokens={load.prefix},prefix_count=1"
    if run.shape == "closed":
        streams = run.streams[0] if len(run.streams) == 1 else "$N"
        count = run.requests[0] if len(run.requests) == 1 else _COUNT
        profile = f"kind=concurrent,streams={streams}"
        constraint = f"kind=max_requests,count={count}"
    else:
        profile = f"kind=poisson,rate={_rate(run)}"
        constraint = f"kind=max_duration,seconds={run.seconds}"
    words = [
        "guidellm run",
        '--backend "kind=openai_http,target=$URL,model=$MODEL,api_key=$OPENAI_API_KEY"',
        f'--profile "{profile}"',
        f'--constraint "{constraint}"',
        '--tokenizer "kind=huggingface_auto,model=$TOKENIZER"',
        f'--data "{data}"',
        "--seed kind=static,value=1",
        f'--output "kind=json,path={_file(run, "guidellm", quoted=False)}.json"',
        "--disable-progress",
    ]
    return _looped(run, _LINE.join(words))


def _aiperf(run: Run, load: Load) -> str:
    words = [
        "aiperf profile",
        '--model "$MODEL"',
        '--url "$URL"',
        '--api-key "$OPENAI_API_KEY"',
        "--endpoint-type chat",
        "--streaming",
        '--tokenizer "$TOKENIZER"',
        f"--isl {_tokens(load.reads, 'INPUT', less=load.prefix)}",
        f"--osl {_tokens(load.writes, 'OUTPUT')}",
    ]
    if load.prefix:
        words.append(f"--shared-system-prompt-length {load.prefix}")
    if run.shape == "closed":
        words += _closed(run, "--concurrency", "--request-count")
    else:
        words.append(f"--request-rate {_rate(run)}")
        if run.shape == "bursts":
            words += ["--arrival-pattern gamma", f"--arrival-smoothness {float(BURSTINESS):g}"]
        else:
            words.append("--arrival-pattern poisson")
        words.append(f"--benchmark-duration {run.seconds}")
    words += [
        f"--warmup-request-count {WARM_UP}",
        "--random-seed 1",
        "--ui none",
        "--artifact-dir .",
        f"--profile-export-prefix {_file(run, 'aiperf')}",
    ]
    return _looped(run, _LINE.join(words))


def _inference_perf(run: Run, load: Load) -> str | None:
    if run.shape == "bursts":
        return None
    if run.shape == "closed":
        kind = "concurrent"
        stages = [
            f"{{num_requests: {n}, concurrency_level: {s}}}"
            for n, s in zip(run.requests, run.streams, strict=True)
        ]
    else:
        kind = "poisson"
        stages = [f"{{rate: {_rate(run)}, duration: {run.seconds}}}"]
    reads = "$INPUT" if load.reads is None else str(load.reads - load.prefix)
    writes = "$OUTPUT" if load.writes is None else str(load.writes)
    name = _file(run, "inference-perf", quoted=False)
    prompts = max(run.requests)
    lines = [
        f'cat > "{name}.yml" <<END',
        "api: {type: chat, streaming: true}",
        "server:",
        "  type: vllm",
        '  base_url: "$URL"',
        '  model_name: "$MODEL"',
        '  api_key: "$OPENAI_API_KEY"',
        "  ignore_eos: true",
        'tokenizer: {pretrained_model_name_or_path: "$TOKENIZER"}',
        "data:",
        "  type: shared_prefix",
        "  shared_prefix:",
        "    num_groups: 1",
        f"    num_prompts_per_group: {prompts}",
        f"    system_prompt_len: {max(load.prefix, 1)}",
        f"    question_len: {reads}",
        f"    output_len: {writes}",
        f"load: {{type: {kind}, stages: [{', '.join(stages)}]}}",
        f'storage: {{local_storage: {{path: "{name}"}}}}',
        "END",
        f'inference-perf --config_file "{name}.yml"',
    ]
    return "\n".join(lines)


_COUNT = f"$((N * 10 > {ALONE} ? N * 10 : {ALONE}))"


def _closed(run: Run, streams: str, count: str) -> Iterator[str]:
    if len(run.streams) == 1:
        yield f"{streams} {run.streams[0]}"
        yield f"{count} {run.requests[0]}"
    else:
        yield f'{streams} "$N"'
        yield f'{count} "{_COUNT}"'


def _looped(run: Run, command: str) -> str:
    """A closed run with several steps runs the command once for each."""
    if len(run.streams) < 2:
        return command
    steps = " ".join(str(step) for step in run.streams)
    return f"for N in {steps}; do\n  {command}\ndone"


def _file(run: Run, tool: str, *, quoted: bool = True) -> str:
    step = "-$N" if len(run.streams) > 1 and tool != "inference-perf" else ""
    name = f"$OFFER.{run.id}{step}.$REGION.{tool}"
    return f'"{name}"' if quoted else name


def _rate(run: Run) -> str:
    """The rate; devices that carry a share of it are sent what they can carry."""
    assert run.rate is not None
    if run.rate >= 100:
        shown = f"{round(run.rate)}"
    else:
        shown = f"{float(Fraction(round(run.rate * 10_000), 10_000)):g}"
    return f"${{RATE:-{shown}}}"


def _tokens(count: int | None, variable: str, *, less: int = 0) -> str:
    return f"${variable}" if count is None else str(max(count - less, 1))
