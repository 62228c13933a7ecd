"""The same bytes under Ray, also when a node of the cluster dies in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fleet.conftest import AS_OF, SMALL, TABLE

CLUSTER = '''
"""Runs a batch on a cluster of three nodes, one of which is killed while it works."""
import os
import sys
import threading
import time
from pathlib import Path

os.environ["RAY_DATA_USE_DATASOURCE_V2"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from ray.cluster_utils import Cluster

checks = {"health_check_initial_delay_ms": 500, "health_check_period_ms": 1000,
          "health_check_timeout_ms": 1000, "health_check_failure_threshold": 3}
store = 200 * 1024 * 1024
cluster = Cluster(initialize_head=True, head_node_args={
    "num_cpus": 1, "object_store_memory": store, "include_dashboard": False,
    "_system_config": checks})
others = [cluster.add_node(num_cpus=1, object_store_memory=store) for _ in range(2)]
cluster.wait_for_nodes()
ray.init(address=cluster.address, log_to_driver=False)

killed = threading.Event()

def kill_one():
    parts = Path(".out.csv.parts")
    while len(list(parts.glob("*-????????"))) < 2:
        time.sleep(0.05)
    cluster.remove_node(others[0], allow_graceful=False)
    killed.set()

threading.Thread(target=kill_one, daemon=True).start()
from advisor.cli.main import run
code = run(sys.argv[1:])
assert killed.is_set(), "the node outlived the run: the table is too short"
print("nodes left:", sum(node["Alive"] for node in ray.nodes()))
ray.shutdown()
cluster.shutdown()
sys.exit(code)
'''


def table(path: Path, times: int) -> None:
    header, *rows = TABLE.splitlines()
    path.write_text("\n".join([header, *(rows * times)]) + "\nbad,x\n", encoding="utf-8")


def run(folder: Path, *words: str, script: str | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(SMALL.parents[2]),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "RAY_DATA_USE_DATASOURCE_V2": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    start = ["-c", script] if script else ["-m", "advisor"]
    return subprocess.run(
        [sys.executable, *start, *words, "--rules", str(SMALL), "--as-of", AS_OF],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def ray_here() -> None:
    """``.ci/full`` installs the extra and demands it; elsewhere the test needs it to be there."""
    if os.environ.get("ADVISOR_FLEET_TESTS") != "1":
        pytest.importorskip("ray", reason="the extra 'fleet' is not installed")


@pytest.mark.full
@pytest.mark.usefixtures("ray_here")
def test_one_host_makes_the_same_bytes(tmp_path):
    table(tmp_path / "fleet.csv", 3_000)
    here = run(tmp_path, "batch", "fleet.csv", "--output", "local.csv")
    there = run(tmp_path, "batch", "fleet.csv", "--output", "ray.csv", "--engine", "ray")
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert (tmp_path / "local.csv").read_bytes() == (tmp_path / "ray.csv").read_bytes()
    rejects = [(tmp_path / f"{name}.csv.rejects.csv").read_bytes() for name in ("local", "ray")]
    assert rejects[0] == rejects[1]


@pytest.mark.full
@pytest.mark.usefixtures("ray_here")
def test_a_node_that_dies_loses_nothing(tmp_path):
    table(tmp_path / "fleet.csv", 50_000)
    words = ["batch", "fleet.csv", "--output"]
    done = run(tmp_path, *words, "out.csv", "--engine", "ray", script=CLUSTER)
    assert done.returncode == 0, done.stderr.decode()
    assert b"nodes left: 2" in done.stdout
    assert run(tmp_path, *words, "local.csv", "--jobs", "2").returncode == 0
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "local.csv").read_bytes()


@pytest.mark.full
@pytest.mark.usefixtures("ray_here")
def test_a_cluster_that_does_not_answer_is_named(tmp_path):
    table(tmp_path / "fleet.csv", 1)
    words = ["--engine", "ray", "--address", "127.0.0.1:1"]
    told = run(tmp_path, "batch", "fleet.csv", "--output", "out.csv", *words)
    assert told.returncode == 2
    assert b"no Ray cluster answers at '127.0.0.1:1'" in told.stderr
    assert b"Traceback" not in told.stderr
