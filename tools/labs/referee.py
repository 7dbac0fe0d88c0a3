"""PLACEHOLDER"""
PROGRAM = "referee"
def judge(grading, tests):
    for t in tests: t.not_run("x")
