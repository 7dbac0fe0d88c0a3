# Part of the Makefile: the targets that prove and measure.

PROOFS := coverage mutate sweep bench profile spans soak
NEEDS += $(if $(filter $(PROOFS),$(MAKECMDGOALS)),test)
NEEDS += $(if $(filter coverage test-all,$(MAKECMDGOALS)),coverage)
NEEDS += $(if $(filter test-all,$(MAKECMDGOALS)),bochs)
NEEDS += $(if $(filter includes test-all,$(MAKECMDGOALS)),includes)

coverage: tests $(B)/coverage.elf ## branches of mm and proc that tests take
	$QGCOV=$(CROSS)gcov tools/coverage $(ARGS)
mutate: tests ## one-line faults, and which test or checker catches each
	$Qtools/mutate --build $(B) $(ARGS)
soak: tests ## all attacks at once, SECONDS long (1800), on four processors
	$Qtools/run --smp 4 --mem 96 --timeout $(shell expr $(SECONDS) + 300) \
		-- /tests/tine/attacks soak $(SECONDS)
SECONDS ?= 1800

sweep: tests ## fail each allocation of each operation, and count them
	$Qtools/sweep --build $(B) $(ARGS)
$(eval $(call program,bench,relatives,user/bench/relatives.c \
	user/bench/rfork.c user/bench/common.c))
bench: tests $(PROGRAMS_bench) $(B)/spans/tine.elf ## what fork costs, here and on Linux
	$Qtools/bench --build $(B) $(ARGS)
	$Qtools/spans --build $(B) --worst 5
profile: all ## where a fork, a COW fault and an exec spend instructions
	$Qtools/profile --kernel $(B)/tine.elf --initrd $(B)/initrd.cpio $(ARGS)
spans: tests $(B)/spans/tine.elf ## how long the kernel works at a time
	$Qtools/spans --build $(B) $(ARGS)
$(B)/spans/tine.elf: FORCE
	$Q$(MAKE) --no-print-directory SPANS=1 B=$(@D) $@
includes: ready ## includes of which a file uses nothing (include-what-you-use)
	$Qtools/includes $(ARGS)
model: $(B)/model ## STEPS=N SEED=S: mm against a plain model, on this host
	$Q$(B)/model $(or $(STEPS),100000) $(or $(SEED),1)

model-threads: $(B)/threads ## STEPS=N SEED=S: the same, a thread for each CPU
	$Q$(B)/threads $(or $(STEPS),20000) $(or $(SEED),1)

# The model test: the real files of mm, with the host's own compiler and its
# sanitizers; --wrap leads their calls of the allocator through the test.
REALMM := kernel/arch/page.S kernel/core/spin.c $(patsubst %,kernel/mm/%.c,\
	advise as buddy early fault frame heap inherit mmap mshare nomem\
	object object_unmap protect range share teardown vma)
MODEL := $(wildcard tools/model/*.c kernel/debug/c*.c) $(REALMM)
HFLAGS := -std=gnu11 -O1 -g -fno-strict-aliasing -fno-omit-frame-pointer
HFLAGS += -Wall -Wextra -Wmissing-prototypes -Wshadow $(STRICT)
HFLAGS += -I tools/model/shadow -I kernel -I lib -I tools
MFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all
MFLAGS += -DHOST_DIRECT_MAP=0x200000000000UL
MFLAGS += -I tools/model/shadow/model $(HFLAGS)
comma := ,
MWRAP := $(patsubst %,-Wl$(comma)--wrap=%,frame_alloc frame_alloc_zero \
	frame_alloc_root frame_alloc_block frame_free frame_free_block \
	frame_put nomem_count)
MODELOBJ := $(MODEL:%=$(B)/m/%.o)
$(B)/m/%.o: % Makefile tools/proof.mk | ready
	$(call say,CC,"$< (model)")
	$Qmkdir -p $(@D)
	$Q$(if $(CLANG),clang,gcc) $(MFLAGS) -MMD -MP -c -o $@ $<
$(B)/model: $(MODELOBJ)
	$(call say,LD,$@)
	$Q$(if $(CLANG),clang,gcc) $(MFLAGS) $(MWRAP) -o $@ $^
-include $(MODELOBJ:.o=.d)

# The threads test: a thread for each CPU, and the thread sanitizer.
THREADS := $(wildcard tools/model/threads/*.c) $(REALMM)
THREADS += kernel/arch/ipi.c kernel/arch/tlb.c
TFLAGS := -fsanitize=thread $(if $(CLANG),,-Wno-tsan)
TFLAGS += -DHOST_DIRECT_MAP=0x4000000000UL
TFLAGS += -I tools/model/shadow/threads $(HFLAGS)
THREADSOBJ := $(THREADS:%=$(B)/t/%.o)
# What the hardware does is not the program's: see there.
$(B)/t/tools/model/threads/mmu.c.o: TFLAGS += -fno-sanitize=thread
$(B)/t/%.o: % Makefile tools/proof.mk | ready
	$(call say,CC,"$< (threads)")
	$Qmkdir -p $(@D)
	$Q$(if $(CLANG),clang,gcc) $(TFLAGS) -MMD -MP -c -o $@ $<
$(B)/threads: $(THREADSOBJ)
	$(call say,LD,$@)
	$Q$(if $(CLANG),clang,gcc) -fsanitize=thread -o $@ $^
-include $(THREADSOBJ:.o=.d)

# The coverage kernel: mm and proc with gcc's counters, which
# tools/lib/coverage_dump.c sends to the host when the machine ends. Without
# optimization, so that each condition of the source is a branch of its own.
COVFLAGS := -O0 -fprofile-arcs -ftest-coverage -fprofile-info-section
COVFLAGS += -fprofile-update=atomic # counts that an interrupt makes stale
COVERED := $(filter kernel/mm/%.c kernel/proc/%.c,$(KSRC))
COVOBJ := $(filter-out $(COVERED:%=$(B)/k/%.o),$(KOBJ))
COVOBJ += $(B)/k/tools/lib/coverage_dump.c.o
COVERED := $(COVERED:%=$(B)/coverage/%.o)
$(COVERED): $(B)/coverage/%.o: % $(B)/flags tools/proof.mk
	$(if $(CLANG),$(error coverage needs gcc, and its gcov))
	$(call say,CC,"$< (coverage)")
	$Qmkdir -p $(@D)
	$Q$(CC) $(KFLAGS) $(COVFLAGS) -MMD -MP -c -o $@ $<
$(B)/coverage.elf: $(COVERED) $(COVOBJ) boot/kernel.ld tools/symbols $(B)/files
	$(call say,LD,$@)
	$Qcd $(B)/coverage && \
		$(AR) x `$(CC) -print-file-name=libgcov.a` _gcov_info_to_gcda.o
	$Qtools/symbols </dev/null >$(B)/coverage/symbols.S
	$Q$(CC) $(KFLAGS) -c -o $(B)/coverage/symbols.o $(B)/coverage/symbols.S
	$Q$(KLD) $(addprefix --wrap=machine_,power_off reset fail) \
		-o $@ $(COVERED) $(COVOBJ) \
		$(B)/coverage/_gcov_info_to_gcda.o $(B)/coverage/symbols.o
-include $(COVERED:.o=.d) $(B)/k/tools/lib/coverage_dump.c.d

.PHONY: $(PROOFS) includes model model-threads
