# Part of the Makefile: some of the tests.

tests: all $(B)/tests.cpio $(PROGRAMS_bench) ## the same, and the test programs

test-quick: tests ## most guest tests, in one boot on one CPU, in a minute
	$Qtools/test --quick
t-%: tests ## t-NAME: one test; t-tine/NAME, t-smp/NAME too
	$Qtools/test $*
t-tine/%: tests; $Qtools/test tine/$*
t-smp/%: tests; $Qtools/test smp/$*
