# Part of the Makefile: some of the tests.

test-quick: all ## most guest tests, in one boot on one CPU, in a minute
	$Qtools/test --quick
t-%: all ## t-NAME: one test; t-tine/NAME, t-smp/NAME too
	$Qtools/test $*
t-tine/%: all; $Qtools/test tine/$*
t-smp/%: all; $Qtools/test smp/$*
