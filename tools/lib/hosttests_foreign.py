"""Static programs of other C libraries and languages (user/tests/foreign): the
same output natively and on Tine, on one processor and on four."""

import os
import platform
import shutil

from host import TREE, test


def same_on_both(host, compiler, source, *words, env=None):
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "skipped: no x86-64 Linux here"
    if not shutil.which(compiler):
        return f"skipped: no {compiler} here"
    here = host.new_directory()
    program = os.path.join(here, "foreign")
    host.command([compiler, *words, "-o", program,
                  os.path.join(TREE, "user", "tests", "foreign", source)],
                 env=env).expect(0)
    native = host.command([program], cwd=here, stdin=b"a line\n").expect(0)
    for cpus in ("1", "4"):
        host.tine("--smp", cpus, "--mem", "512", "--add", program, "--",
                  "/foreign", stdin=b"a line\n").expect(0, native.out)
    return f"{len(native.out.splitlines())} lines"


@test
def foreign_musl(host):
    return same_on_both(host, "musl-gcc", "threads.c", "-O1", "-static")


@test
def foreign_glibc(host):
    return same_on_both(host, "gcc", "threads.c", "-O1", "-static", "-pthread")


@test
def foreign_cpp(host):
    return same_on_both(host, "g++", "features.cc", "-static", "-pthread")


@test
def foreign_go(host):
    return same_on_both(
        host, "go", "features.go", "build", env={
            **os.environ, "CGO_ENABLED": "0", "GO111MODULE": "off"})
