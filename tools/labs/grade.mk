# Part of the Makefile: grading this tree's lab.

NEEDS += $(if $(filter grade,$(MAKECMDGOALS)),build qemu git)
THISLAB = $(notdir $(patsubst %/lab.toml,%,$(wildcard tools/labs/*/lab.toml)))

grade: ready ## the points of this tree, test by test; TEST=word: some tests
	$Qtools/grade . --lab $(or $(LAB),$(THISLAB)) --no-jail $(TEST:%=--test %)
.PHONY: grade
