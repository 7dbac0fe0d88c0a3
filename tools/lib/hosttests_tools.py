"""The tools of user/bin do what this system's tools of that name do.

Each line of user/tests/commands/*.txt is run three times, in an empty folder
each: by this system's shell and tools, by the same shell with our tools, and
on Tine. Output and exit status must be equal, and stderr empty or not.
"""

import concurrent.futures
import glob
import os
import re
import subprocess

from host import Failure, test

LIMIT = 400     # seconds, on a machine that is busy

# What the commands find in the folder above theirs.
FILES = r"""
env printf 'pear\nApple\nbanana\nfig\napple\npear\nBanana\n' >words
env printf '10\n9\n1\n11\n-3\n100\n2\n3\n21\n10\n' >numbers
env printf '0.5\n-0.5\n  12\n12.0\n12.25\n-3\n-12\nabc\n00\n1e3\n+4\n' >amounts
env printf 'one\n\n\n\ntwo\n\nthree\n' >gaps
env printf 'a\tb  c\nbb 10 x\ncc 9\tx\n  d 10 y\na 2 x\n' >table
env printf 'x:3:b\ny:20:a\nz:3:a\nw::c\nv:-1:a\nu:20:b\n' >colons
env printf 'a.b\na+b\na*b\n*ab\na^b\na$b\na{b\n(a)b|c\n[a]-b\nab\naab\n' >marks
env printf 'This is a text, is it not?\nIt has 2 lines; a_b an\n' >text
env seq 1 1500 >big
env printf '' >empty
"""


def read_cases(tree):
    """The lines that are commands; a quoted newline goes on with the next."""
    cases = []
    for path in sorted(glob.glob(os.path.join(
            tree, "user", "tests", "commands", "*.txt"))):
        with open(path, encoding="utf-8") as file:
            text = ""
            for line in file:
                text += line
                if text.count("'") % 2 == 0:
                    cases.append(text.rstrip("\n"))
                    text = ""
            if text:
                raise ValueError(f"{path}: a quote is open at its end")
    return [case for case in cases if case and not case.startswith("#")]


def make_script(cases):
    """Few processes for each case: on a busy machine they are the time."""
    parts = ['cd "$1"', FILES,
             "mkdir " + " ".join(map(str, range(len(cases))))]
    for number, case in enumerate(cases):
        parts.append(f"cd {number}; ({case}\n) 2>../errors\n"
                     "printf '\\n@%s\\n' $?; wc -c <../errors; cd ..")
    return "\n".join(parts) + "\n"


def results(out, count):
    """=> for each case its output, status, and whether it complained"""
    found = re.findall(rb"(.*?)\n@(\d+)\n(\d+)\n", out, re.S)
    if len(found) != count:
        raise Failure(f"{len(found)} of {count} commands ended", [
            line.decode("utf-8", "replace") for line in out[-500:].split(
                b"\n")])
    owner = f" {os.getuid()} {os.getgid()} ".encode()
    return [(text.replace(owner, b" 0 0 "), int(status), errors != b"0")
            for text, status, errors in found]


@test
def tools(host):
    """As coreutils and grep have it, on Linux and on Tine."""
    versions = subprocess.run(
        "cp --version; grep --version", shell=True, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    if "GNU coreutils" not in versions or "GNU grep" not in versions:
        return "skipped: this system's tools are not GNU's"
    cases = read_cases(host.tree)
    script = host.file("script", make_script(cases).encode())

    def native(path):
        return host.command(
            ["/bin/sh", "-c", f"umask 022; exec /bin/sh {script} "
             f"{host.new_directory()}"],
            env={"PATH": path, "LC_ALL": "C", "TZ": "UTC"}, limit=LIMIT).out

    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = {
            "GNU": pool.submit(native, "/usr/bin:/bin"),
            "ours": pool.submit(native, host.path("build", "user", "bin")),
            "Tine": pool.submit(lambda: host.tine(
                "--timeout", str(LIMIT), "--add", script, "--", "sh",
                "/script", "/tmp", limit=LIMIT).out),
        }
        every = {name: results(run.result(), len(cases))
                 for name, run in runs.items()}
    wrong = []
    for number, case in enumerate(cases):
        answers = {name: every[name][number] for name in every}
        if len(set(answers.values())) > 1:
            wrong += ["$ " + case] + [
                f"  {name:4} status {status}{', complains' if errors else ''}"
                f": {text.decode('utf-8', 'backslashreplace')!r}"
                for name, (text, status, errors) in answers.items()]
    if wrong:
        count = sum(line.startswith("$") for line in wrong)
        raise Failure(f"{count} of {len(cases)} commands differ", wrong)
    return f"{len(cases)} commands"
