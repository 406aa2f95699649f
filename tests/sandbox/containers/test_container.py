"""A container sees its image's files only, has no rights, and leaves nothing when it ends."""

import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.containers import Container, Mount, isolation
from sandbox.containers.isolation import maps
from tests.sandbox.containers.conftest import Place

pytestmark = pytest.mark.process

shut_in = pytest.mark.skipif(not isolation().mounts, reason="namespaces are forbidden here")


def run(place: Place, image: str, *argv: str, **options: Any) -> str:
    process = Container(layout=place, image=image, argv=argv, **options).start(subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as stdout:
        text = stdout.read().decode()
    return f"{text}exit {process.wait(60)}"


def test_the_image_says_what_to_run(place: Place, image: str) -> None:
    assert run(place, image) == "hello world\nexit 0"


def test_nothing_of_the_hosts_environment_gets_in(
    place: Place, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-user")
    output = run(place, image, "env", env={"ROLE": "serving"})
    assert "of-the-user" not in output
    assert "ROLE=serving" in output


@shut_in
def test_the_root_is_read_only_and_the_hosts_files_are_not_there(
    place: Place, image: str, tmp_path: Path
) -> None:
    text = f"touch /app/x; touch /y; touch /tmp/z; ls {tmp_path}; ls /app"
    output = run(place, image, "sh", "-c", text)
    assert output.count("Read-only file system") == 3
    assert f"cannot access '{tmp_path}'" in output
    assert "hello.sh" in output


@shut_in
def test_mounts_appear_inside_and_read_only_ones_stay_so(
    place: Place, image: str, tmp_path: Path
) -> None:
    data, secret = tmp_path / "data", tmp_path / "secret"
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    secret.write_text("token\n")
    output = run(
        place,
        image,
        "sh",
        "-c",
        "cat /run/deep/token; echo x > /data/made; echo y > /run/deep/token; "
        "touch /tmp/ok && echo t",
        mounts=[
            Mount(source=data, target="/data"),
            Mount(source=secret, target="/run/deep/token", read_only=True),
        ],
        temporary=["/tmp"],
    )
    assert output.startswith("token\n")
    assert "Read-only file system" in output
    assert (data / "made").read_text() == "x\n"
    assert "t\n" in output
    assert secret.read_text() == "token\n"


@shut_in
def test_the_command_is_the_named_user_without_capabilities(place: Place, image: str) -> None:
    output = run(place, image, "sh", "-c", "id -u; grep -E 'Cap(Eff|Bnd)|NoNew' /proc/self/status")
    fields = dict(line.split(":\t") for line in output.splitlines() if ":\t" in line)
    assert set(fields["CapEff"]) | set(fields["CapBnd"]) == {"0"}
    assert fields["NoNewPrivs"] == "1"
    if "--user" not in isolation().unshare and maps(10001):
        assert output.startswith("10001\n")


def test_a_signal_reaches_the_command_and_its_code_comes_back(place: Place, image: str) -> None:
    process = Container(
        layout=place,
        image=image,
        argv=["sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done"],
    ).start(subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as stdout:
        assert stdout.readline() == b"up\n"
        assert process.stop(grace=60) == 3
        assert stdout.read() == b"bye\n"


@pytest.fixture
def seconds() -> str:
    """How long to sleep: a number by which the process of this one test is known."""
    return str(10**9 + secrets.randbelow(10**9))


def sleeps(seconds: str) -> bool:
    return any(
        each.info["cmdline"] == ["sleep", seconds] for each in psutil.process_iter(["cmdline"])
    )


def wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < give_up, "it did not come true in time"
        time.sleep(0.02)


@shut_in
def test_kill_leaves_nothing_even_of_what_the_command_detached(
    place: Place, image: str, seconds: str
) -> None:
    process = Container(
        layout=place,
        image=image,
        argv=["sh", "-c", f"setsid sleep {seconds} & echo up; wait"],
    ).start(subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as stdout:
        stdout.readline()
        wait_until(lambda: sleeps(seconds))
        process.kill()
    assert process.poll() == 128 + signal.SIGKILL
    wait_until(lambda: not sleeps(seconds))


@shut_in
def test_a_container_ends_with_the_wrapper_that_holds_it(
    place: Place, image: str, seconds: str
) -> None:
    process = Container(
        layout=place, image=image, argv=["sh", "-c", f"echo up; exec sleep {seconds}"]
    ).start(subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as stdout:
        stdout.readline()
        wait_until(lambda: sleeps(seconds))
        wrapper = psutil.Process(process.pid).parent()
        assert wrapper is not None
        wrapper.kill()
        assert stdout.read() == b""
    assert process.wait(60) == 128 + signal.SIGKILL
    wait_until(lambda: not sleeps(seconds))


@shut_in
def test_another_command_runs_inside(place: Place, image: str) -> None:
    process = Container(
        layout=place, image=image, argv=["sh", "-c", "echo up; exec sleep 600"], env={"A": "b"}
    ).start(subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as stdout:
        stdout.readline()
        done = process.run(["sh", "-c", "ls /app; echo $A; id -u; ls /proc | head -1"], timeout=60)
        usage = process.usage()
        process.kill()
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().split()[:2] == ["hello.sh", "b"]
    assert usage.memory_bytes > 0


def test_a_command_that_is_not_there_ends_with_a_reason(place: Place, image: str) -> None:
    output = run(place, image, "no-such-command")
    assert output.endswith("exit 127")
    assert "no-such-command" in output
