# Part of the Makefile: the labs, for who sets them.

NEEDS += $(if $(filter lab test test-all test-labs,$(MAKECMDGOALS)),labs)

lab: ready ## LAB=cow DIR=../cow: write the tree that students start from
	$Qtools/labs/lab.py $(or $(LAB),$(error LAB=NAME is missing)) \
		$(or $(DIR),$(error DIR=FOLDER is missing))
test-labs: tests ## every lab, proved in both directions (long)
	$Qtools/labs/prove.py $(LAB)
.PHONY: lab test-labs
