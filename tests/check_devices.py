#!/usr/bin/env python3
"""Command-level checks of OpenCL devices, on PoCL with a kernel cache of its own: check_devices.py PROGRAM."""
import json
import os
import pathlib
import subprocess
import sys

from harness import DEMO, ENDINGS, INPUT, PROGRAM, ROOT, Skip, demo, digest, main, run

TRUTH = ROOT / "data" / "demo.truth.fa"


def on(environment, *arguments, status=0):
    return run(*arguments, status=status, environment=environment)


def need_devices(environment):
    listed = json.loads(on(environment, "devices", "--json").stdout)
    if not listed["devices"]:
        raise Skip(f"no OpenCL device: {listed['reason']}")
    return listed["devices"]


def cache(folder):
    (folder / "cache").mkdir(exist_ok=True)
    return {"POCL_CACHE_DIR": str(folder / "cache")}


def find_with(folder, environment, *options):
    on(environment, "find", "-q", "--no-run-info", "-o", folder / "device", *options, DEMO)
    return digest(folder / "device")


def test_any_mix_of_devices_gives_the_same_bytes(folder):
    environment = cache(folder)
    devices = need_devices(environment)
    expected = digest(demo(folder, "-t", "1"))
    assert find_with(folder, environment, "--device", "opencl:0", "-t", 1) == expected
    assert find_with(folder, environment, "--device", "all", "-t", 2) == expected
    pocl = [d for d in devices if "Portable" in d["platform"]]
    if not pocl:
        raise Skip("PoCL is not installed: two devices are not tried")
    two = dict(environment, POCL_DEVICES="pthread basic")
    assert len(need_devices(two)) >= 2
    assert find_with(folder, two, "--device", "opencl:0,1", "-t", 2) == expected
    assert find_with(folder, two, "--device", "opencl:0,1", "-t", 3, "--channel-capacity", 50) == expected


def test_the_summary_tells_what_devices_did(folder):
    environment = cache(folder)
    name = need_devices(environment)[0]["name"]
    on(environment, "find", "-q", "-o", folder / "d", "--device", "opencl:0", DEMO)
    told = json.load(open(folder / "d.summary.json"))["run"]
    device = told["devices"][0]
    assert device["name"] == name and not device["retired"] and device["why"] == ""
    assert device["launches"] > 0 and device["extensions"] > 1000 and device["growths"] > 10 and device["cells"] > 1e6
    assert device["busy_seconds"] > 0 and device["gcups"] > 0
    cpu, devices = told["passes"][0]["batches_grown_by_cpu_and_devices"]
    assert cpu == 0 and devices > 10


def test_annotate_with_a_device(folder):
    environment = cache(folder)
    need_devices(environment)
    endings = ["copies.bed", "out", "paf", "masked.fa", "summary.json"]
    on(environment, "annotate", "-q", "--no-run-info", "-o", folder / "a", DEMO, TRUTH)
    on(environment, "annotate", "-q", "--no-run-info", "-o", folder / "b", "--device", "opencl:0", DEMO, TRUTH)
    assert digest(folder / "a", endings) == digest(folder / "b", endings)


def test_extend_with_a_device(folder):
    environment = cache(folder)
    need_devices(environment)
    plain = on(environment, "extend", "-q", DEMO, TRUTH).stdout
    assert on(environment, "extend", "-q", "--device", "opencl:0", DEMO, TRUTH).stdout == plain != ""


def test_no_device(folder):
    expected = digest(demo(folder))
    for environment in ({"OCL_ICD_VENDORS": "/nonexistent", "POCL_DEVICES": "none"}, {"POCL_DEVICES": "none"}):
        environment = dict(environment, **cache(folder))
        if json.loads(on(environment, "devices", "--json").stdout)["devices"]:
            continue  # a driver that is not PoCL
        assert "no OpenCL device" in on(environment, "devices").stdout
        before = sorted(os.listdir(folder))
        done = on(environment, "find", "-q", "-o", folder / "none", "--device", "opencl", DEMO, status=1)
        assert "OpenCL" in done.stderr and sorted(os.listdir(folder)) == before
        done = on(environment, "find", "-q", "--no-run-info", "-o", folder / "cpu", "--device", "all", DEMO)
        assert "CPU" in done.stderr and digest(folder / "cpu") == expected


def test_a_failure_after_the_cpu_took_over_is_told_by_its_own_name(folder):
    environment = {"OCL_ICD_VENDORS": "/nonexistent", "POCL_DEVICES": "none", **cache(folder)}
    for command in (["find"], ["annotate", TRUTH], ["extend", TRUTH]):
        done = on(environment, command[0], "-q", "-o", folder / "x", "--device", "all", folder / "missing.fa", *command[1:], status=INPUT)
        assert "missing.fa" in done.stderr.splitlines()[-1], done.stderr


def test_device_misuse(folder):
    environment = cache(folder)
    for value in ("gpu", "opencl:", ""):
        assert "--device" in on(environment, "find", "-o", folder / "x", "--device", value, DEMO, status=2).stderr
    assert on(environment, "devices", "extra", status=2).stderr
    if need_devices(environment):
        assert "opencl:999" not in os.listdir(folder)
        assert "999" in on(environment, "find", "-q", "-o", folder / "x", "--device", "opencl:999", DEMO, status=1).stderr
    assert not [n for n in os.listdir(folder) if n.startswith("x.")]


def test_cpu_devices_are_used_when_asked_for_only(folder):
    environment = cache(folder)
    devices = need_devices(environment)
    if any(d["type"] != "CPU" for d in devices):
        raise Skip("there is a device that is no CPU")
    done = on(environment, "find", "-q", "-o", folder / "x", "--device", "opencl", DEMO, status=1)
    assert "opencl:0" in done.stderr and not [n for n in os.listdir(folder) if n.startswith("x.")]


def test_one_device_through_two_icd_files_is_listed_once(folder):
    vendors = pathlib.Path("/etc/OpenCL/vendors")
    files = [f for f in vendors.glob("*.icd")] if vendors.is_dir() else []
    if not files:
        raise Skip("no ICD files")
    environment = cache(folder)
    (folder / "vendors").mkdir()
    for file in files:
        (folder / "vendors" / file.name).write_text(file.read_text())
        (folder / "vendors" / f"again-{file.name}").write_text(file.read_text())
    twice = dict(environment, OCL_ICD_VENDORS=str(folder / "vendors"))
    names = [d["name"] for d in need_devices(environment)]
    assert [d["name"] for d in need_devices(twice)] == names


def test_an_unusable_kernel_cache(folder):
    environment = cache(folder)
    need_devices(environment)
    expected = digest(demo(folder))
    (folder / "file").write_text("")
    done = subprocess.run([PROGRAM, "find", "-q", "--no-run-info", "-o", folder / "c", "--device", "all", DEMO], capture_output=True, text=True,
                          env=dict(os.environ, POCL_CACHE_DIR=str(folder / "file" / "no")))
    assert done.returncode == 0, done.stderr
    assert digest(folder / "c", ENDINGS) == expected


if __name__ == "__main__":
    built = json.loads(subprocess.run([PROGRAM, "devices", "--json"], capture_output=True, text=True, check=True).stdout)
    if built["reason"] and "without OpenCL" in built["reason"]:
        kept = ("test_no_device", "test_device_misuse", "test_a_failure_after_the_cpu_took_over_is_told_by_its_own_name")
        for name in [n for n in globals() if n.startswith("test_") and n not in kept]:
            del globals()[name]
    sys.exit(main(dict(globals())))
