# Part of the Makefile: the targets that prove and measure.

PROOFS := coverage mutate bench profile
NEEDS += $(if $(filter $(PROOFS),$(MAKECMDGOALS)),test)

coverage: all ## which branches of mm and proc the tests take
	$Qtools/coverage
mutate: all ## one-line faults, and which test or checker catches each
	$Qtools/mutate
bench: all ## what fork costs, for each fork= word and on Linux
	$Qtools/bench
profile: all ## where a fork, a COW fault and an exec spend instructions
	$Qtools/profile --kernel $(B)/tine.elf --initrd $(B)/initrd.cpio $(ARGS)
model: $(B)/model ## STEPS=N SEED=S: mm against a plain model, on this host
	$Q$(B)/model $(or $(STEPS),100000) $(or $(SEED),1)

# The model test: the real files of mm, with the host's own compiler and its
# sanitizers; --wrap leads their calls of the allocator through the test.
MODEL := $(wildcard kernel/debug/host/*.c) kernel/debug/check.c
MODEL += kernel/arch/page.S kernel/core/spin.c $(patsubst %,kernel/mm/%.c,\
	as early fault frame heap nomem object range share vma)
MFLAGS := -std=gnu11 -O1 -g -fsanitize=address,undefined
MFLAGS += -fno-sanitize-recover=all -fno-strict-aliasing
MFLAGS += -fno-omit-frame-pointer -Wall -Wextra -Wmissing-prototypes -Wshadow
MFLAGS += $(if $(WERROR),-Werror) -I kernel/debug/host/shadow -I kernel -I lib
MFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,frame_alloc frame_alloc_zero \
	frame_alloc_root frame_alloc_block frame_free frame_free_block \
	frame_put nomem_count)
$(B)/model: $(MODEL) $(wildcard kernel/*/*.h kernel/debug/host/*.h \
		kernel/debug/host/*/*/*.h lib/abi/*.h) Makefile | ready
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(if $(CLANG),clang,gcc) $(MFLAGS) -o $@ $(MODEL)

.PHONY: $(PROOFS) model
