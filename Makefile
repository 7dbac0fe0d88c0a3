# Tine: one Makefile, no recursion, no configure. `make help` lists the targets.
# V=1 shows the commands; CC=clang and CROSS=prefix- choose a toolchain.

B := build
CROSS ?= $(shell for p in x86_64-elf- x86_64-linux-gnu-; do \
	command -v $${p}gcc >/dev/null 2>&1 && echo $$p && break; done)
ifeq ($(origin CC),default)
CC := $(CROSS)gcc
endif
LD := $(CROSS)ld
AR := $(CROSS)ar
NM := $(CROSS)nm
STRIP := $(CROSS)strip
CLANG := $(findstring clang,$(CC))

MAKEFLAGS += -j$(or $(shell nproc 2>/dev/null),2)
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all
Q := $(if $(V),,@)
say = @printf '  %-5s %s\n' $1 $2

# Each flag, and what goes wrong without it. A warning stops only CI.
STRICT := $(if $(CI)$(WERROR),-Werror)
BOTH := -std=gnu11 $(or $(OPT),-O2) -g # OPT=-Og: for gdb
BOTH += -ffreestanding      # calls of a hosted library that is not there
BOTH += -fno-pic -fno-pie   # a GOT that nobody fills in
BOTH += -fno-stack-protector            # reads of a canary nobody has set
BOTH += -fcf-protection=none            # endbr64, for a feature never enabled
BOTH += -fno-asynchronous-unwind-tables # .eh_frame in every image, unread
BOTH += -fno-omit-frame-pointer         # backtraces that end at once
BOTH += -fno-strict-aliasing  # reordered accesses to a page seen as two types
BOTH += -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes
BOTH += -Wshadow -Wundef -Wa,--noexecstack $(STRICT)
BOTH += $(if $(CLANG),--target=x86_64-linux-gnu)
KFLAGS := $(BOTH) -I kernel -I lib -DSIGINFO_SIZE=48 $(if $(SPANS),-DSPANS)
KFLAGS += -mcmodel=kernel     # relocations that overflow in the top 2 GiB
KFLAGS += -mno-red-zone       # locals that the next interrupt writes over
KFLAGS += -mgeneral-regs-only # user SSE registers changed by the kernel
UFLAGS := $(BOTH) -I lib/c/include -I lib -I user
UFLAGS += -ffunction-sections -fdata-sections # all of a file in each program
# memset compiled into a call of memset, which never returns
NOLOOPCALL := $(if $(CLANG),,-fno-tree-loop-distribute-patterns)

LDBASE := -m elf_x86_64 -nostdlib -static --build-id=none -z noexecstack
KLD = $(LD) $(LDBASE) -z max-page-size=0x1000 -T boot/kernel.ld \
	$(shell $(LD) --help | grep -o -m1 -e --no-warn-rwx-segments)
ULD = $(LD) $(LDBASE) -z max-page-size=4096 -z separate-code \
	--gc-sections -e _start

# What there is to build.
KSRC := $(wildcard kernel/*.c kernel/*/*.c kernel/*/*.S boot/*.c boot/*.S)
KSRC := $(filter-out $(if $(SPANS),,%/spans.c),$(KSRC) $(wildcard lib/common/*.c))
LSRC := $(wildcard lib/c/*.S lib/c/*.c lib/common/*.c user/lib/*.c)
KOBJ := $(KSRC:%=$(B)/k/%.o)
LOBJ := $(LSRC:%=$(B)/u/%.o)

# program(directory in the guest, name, sources)
define program
$(B)/user/$1/$2: $(3:%=$(B)/u/%.o) $(B)/libc.a $(B)/files
UOBJ += $(3:%=$(B)/u/%.o)
PROGRAMS_$(firstword $(subst /, ,$1)) += $(B)/user/$1/$2
endef
each_file = $(foreach s,$2,$(eval \
	$(call program,$1,$(basename $(notdir $s)),$s)))
each_folder = $(foreach d,$2,$(eval \
	$(call program,$1,$(notdir $(d:%/=%)),$(wildcard $d*.c))))
$(call each_file,bin,$(wildcard user/bin/*.c user/demos/*.c))
$(call each_folder,bin,$(dir $(wildcard user/bin/*/*.c user/demos/*/*.c)))
$(B)/user/bin/kill $(B)/user/bin/test: $(B)/user/bin/%: $(B)/u/user/bin/sh/%.c.o
$(call each_file,tests,$(wildcard user/tests/*.c))
$(call each_file,tests/tine,$(wildcard user/tests/tine/*.c))
$(call each_file,tests/smp,$(wildcard user/tests/smp/*.c))
alias = $(eval $(call program,bin,$1,user/bin/$2.c))
$(call alias,halt,poweroff)$(call alias,groups,id)$(call alias,login,init)

BOOT := $(B)/tine.elf $(B)/initrd.cpio
all: $(BOOT) ## the kernel and programs
iso: $(B)/tine.iso ## build/tine.iso, for GRUB or a real machine

# The interactive boot. A window shows the VGA text if there is a display;
# the terminal is the serial console (Ctrl-A X ends, Ctrl-A C is the monitor).
QEMU := qemu-system-x86_64
CPUS := 2
QFLAGS := -accel tcg,thread=multi -smp $(CPUS)
QFLAGS += -cpu max,-erms,-fsrm -m 128 -nodefaults
QFLAGS += -vga std -device isa-debug-exit,iobase=0xf4,iosize=4
QFLAGS += -serial mon:stdio
QFLAGS += $(if $(DISPLAY)$(WAYLAND_DISPLAY),,-display none)
DIRECT := $(filter direct,$(DOOR))
qemu: $(if $(DIRECT),$(BOOT),iso) ## boot to a shell (DOOR=direct: no GRUB)
	$Q$(QEMU) $(QFLAGS) $(if $(DIRECT),-kernel $(B)/tine.elf \
		-initrd $(B)/initrd.cpio,-cdrom $(B)/tine.iso)

run-%: $(BOOT) ## run-PROGRAM: boot, run one program (ARGS="..."), end
	$Qtools/run -- $* $(ARGS)
test: tests ## everything that proves it; ^C ends it, and says what is known
	$Qtools/test
test-all: tests ## the same, every test under every boot word (long)
	$Qtools/test --all

# The first step of everything: install what these goals need.
NEEDS := build $(if $(filter qemu run-% test-quick,$(MAKECMDGOALS)),qemu)
NEEDS += $(if $(filter iso %.iso,$(MAKECMDGOALS)),iso)
NEEDS += $(if $(DIRECT),,$(patsubst qemu,iso,$(filter qemu,$(MAKECMDGOALS))))
NEEDS += $(if $(filter test test-all t-%,$(MAKECMDGOALS)),test)
ready:
	@tools/setup $(NEEDS)
setup: ## install all that any goal needs
	@tools/setup all
clean: ## remove build/
	rm -rf $(B)
help: ## this list
	@cat $(filter %file %.mk,$(MAKEFILE_LIST)) | \
		sed -n 's/^\([a-z%-]*\):[^#]*## /\1	/p' | expand -t 10

# The kernel is linked twice: the second time with the table of its own
# symbols, for backtraces. The table ends .rodata, so that no code moves.
$(B)/tine.elf: $(KOBJ) boot/kernel.ld tools/symbols $(B)/files
	$(call say,LD,$@)
	$Qtools/symbols </dev/null >$(B)/symbols.S
	$Q$(CC) $(KFLAGS) -c -o $(B)/symbols.o $(B)/symbols.S
	$Q$(KLD) -o $(B)/pass1.elf $(KOBJ) $(B)/symbols.o
	$Q$(NM) -n $(B)/pass1.elf | grep -i ' t ' >$(B)/pass1.nm
	$Qtools/symbols <$(B)/pass1.nm >$(B)/symbols.S
	$Q$(CC) $(KFLAGS) -c -o $(B)/symbols.o $(B)/symbols.S
	$Q$(KLD) -o $@ $(KOBJ) $(B)/symbols.o
	$Q$(NM) -n $@ | grep -i ' t ' | cmp - $(B)/pass1.nm

$(B)/k/%.o: % $(B)/flags
	$(call say,CC,$<)
	$Qmkdir -p $(@D)
	$Q$(CC) $(KFLAGS) $(EXTRA) -MMD -MP -c -o $@ $<
$(B)/u/%.o: % $(B)/flags
	$(call say,CC,"$< (user)")
	$Qmkdir -p $(@D)
	$Q$(CC) $(UFLAGS) $(EXTRA) -MMD -MP -c -o $@ $<
$(B)/k/lib/common/string.c.o $(B)/u/lib/common/string.c.o: EXTRA=$(NOLOOPCALL)

$(B)/libc.a: $(LOBJ) $(B)/files
	$(call say,AR,$@)
	$Qrm -f $@
	$Q$(AR) rcsD $@ $(LOBJ)
$(B)/user/%: $(B)/libc.a
	$(call say,LD,$@)
	$Qmkdir -p $(@D)
	$Q$(ULD) -o $@ $(filter %.o,$^) $(B)/libc.a

# Archives hold stripped copies; the same input gives the same bytes.
# pack(directories, programs, a command in the directory)
define pack
$(call say,CPIO,$@)
$Qrm -rf $R && mkdir $R && cd $R && mkdir -m 755 $1
$Qfor p in $(2:$(B)/user/%=%); do \
	$(STRIP) -s -o $R/$$p $(B)/user/$$p && chmod 755 $R/$$p || exit 1; done
$Qcd $R && $(if $3,$3 &&) find * -exec env TZ=UTC0 touch -t 202001010000 {} +
$Qcd $R && find * | LC_ALL=C sort | \
	cpio -o -H newc --reproducible -R 0:0 --quiet >../$(@F)
endef
R = $(B)/root-$(basename $(@F))
$(B)/initrd.cpio: $(PROGRAMS_bin) $(B)/files user/etc/passwd user/etc/group
	$(call pack,bin dev etc home proc run tmp,$(PROGRAMS_bin),install -m 644 \
		$(CURDIR)/user/etc/* etc && chmod 1777 tmp && chmod 4755 bin/su)
$(B)/tests.cpio: $(PROGRAMS_tests) $(B)/files
	$(call pack,tests tests/smp tests/tine,$(PROGRAMS_tests))
$(B)/tine.iso: $(BOOT) boot/grub.cfg tools/iso
	$(call say,ISO,$@)
	$Qtools/iso $@ $(BOOT)

# Under gdb: tools/gdb/README.md.
NEEDS += $(if $(filter gdb gdb-reverse tour,$(MAKECMDGOALS)),qemu gdb)
gdb: ## the shell in gdb; PROGRAM=cow ARGS="...": it, from its main
gdb-reverse: ## the same of a recorded run: gdb can go back in it
gdb gdb-reverse: $(BOOT) $(if $(filter /tests/%,$(PROGRAM)),$(B)/tests.cpio)
	$Qtools/run --kernel $(B)/tine.elf --initrd $(B)/initrd.cpio --$@ \
		$(if $(PROGRAM),--main -- $(PROGRAM) $(ARGS))
tour: $(BOOT) ## a guided walk through one fork, in gdb (FORK=page: another way)
	$QTINE_TOUR=1 tools/run --icount --kernel $(B)/tine.elf --initrd \
		$(B)/initrd.cpio $(FORK:%=--append fork=%) --gdb -- hello-fork
console: ## this terminal becomes one of the guest that is under gdb
	$Qtools/console $(B)/gdb-console
compdb: ready ## compile_commands.json, for editors
	$QMAKEFLAGS= $(MAKE) -nB V=1 B=$(B) CC="$(CC)" CROSS=$(CROSS) tests \
		| tools/compdb >compile_commands.json
.PHONY: gdb gdb-reverse tour console compdb

# Targets that test (t-NAME), prove, measure, and those of the labs.
include $(wildcard tools/*.mk tools/labs/*.mk)

# Files that change only when their text would: other flags or other sources.
FORCE:
note = @mkdir -p $(B); echo '$1' | cmp -s - $@ || echo '$1' >$@
$(B)/flags: FORCE | ready
	$(call note,$(CC:x86_64-linux-gnu-%=%) \
		$(filter-out -Werror,$(KFLAGS) $(UFLAGS)))
$(B)/files: FORCE | ready
	$(call note,$(KSRC) $(LSRC) $(PROGRAMS_bin) $(PROGRAMS_tests))
.PHONY: FORCE all iso qemu tests test test-all test-quick ready setup clean help
-include $(KOBJ:.o=.d) $(LOBJ:.o=.d) $(UOBJ:.o=.d)
