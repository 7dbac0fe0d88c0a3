"""The grader of labs, met by submissions that want more than they should get.
(`make test-labs` has the ones that take long.)"""

import os
import sys

from host import Failure, test

SHORT = ("missing", "link", "linked_folder", "fifo", "folder", "too_large",
         "endless_include", "hidden_test", "answer")


def prove(host, name):
    folder = host.path("tools", "labs")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import hostile
    wrong = hostile.prove(name)
    if wrong:
        raise Failure(f"the submission `{name}`", wrong)


@test
def grade_takes_only_files(host):
    """A submission that is no plain file, or looks for other files, has its
    verdict: nothing. No hidden test, and no answer, can be included."""
    for name in SHORT:
        prove(host, name)


@test
def grade_does_not_believe_counts(host):
    """A kernel that copies all pages, with two references each, gets nothing
    from the referee."""
    prove(host, "counts_of_what_is_not_shared")


@test
def grade_usage(host):
    """What the exit status says of the grader: wrong options are 2."""
    grade = host.path("tools", "grade")
    for words in ([], ["/nowhere", "--lab", "cow"], ["."],
                  [".", "--lab", "no_such_lab"], [".", "--lab", "../cow"],
                  [".", "--lab", "cow", "--seed", "x"]):
        host.command([grade, *words], cwd=os.getcwd()).expect(
            2, b"", b"tools/grade: ")
