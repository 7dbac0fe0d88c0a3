/*
 * sigspec_sigreturn.c: rt_sigreturn trusts nothing in its frame. Each case
 * changes the frame of a handler, or gives none, in a child of its own: it
 * goes on or is killed as on Linux; the kernel never faults.
 */
#include "sigspec.h"

#include <sys/mman.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define KERNEL 0xffffffff80000000UL
#define NO_ADDRESS 0x0000800000000000UL
#define LAST_PAGE 0x00007fffffffe000UL

/* A frame may send a process here: exit code 7 without use of a stack. */
__attribute__((naked)) static void
leave(void)
{
    __asm__("mov $231, %eax\n\tmov $7, %edi\n\tsyscall");
}

/* The same with the flags that matter: 7 if they are as they must be. */
__attribute__((naked)) static void
leave_with_flags(void)
{
    __asm__("pushfq\n\tpop %rdi\n\tand $0x37300, %edi\n\t"
            "cmp $0x200, %edi\n\tmov $7, %edi\n\tmov $8, %eax\n\t"
            "cmovne %eax, %edi\n\tmov $231, %eax\n\tsyscall");
}

/* The same: 7 if rax is -512, a number that only the kernel uses. */
__attribute__((naked)) static void
leave_with_rax(void)
{
    __asm__("mov $7, %edi\n\tmov $8, %ecx\n\tcmp $-512, %rax\n\t"
            "cmovne %ecx, %edi\n\tmov $231, %eax\n\tsyscall");
}

static void (*edit)(ucontext_t *uc);
static char *no_rights, *read_only;

#define REG(name) uc->uc_mcontext.gregs[REG_##name]
#define SEGMENTS(cs, ss) \
    REG(CSGSFS) = (unsigned long)(cs) | (unsigned long)(ss) << 48
#define EDIT(name, code) \
    static void name(ucontext_t *uc) \
    { \
        REG(RIP) = (unsigned long)leave; \
        code; \
    }

/* Where it goes on. */
EDIT(nothing, (void)uc)
EDIT(rip_null, REG(RIP) = 0)
EDIT(rip_kernel, REG(RIP) = KERNEL + 0x100000)
EDIT(rip_none, REG(RIP) = NO_ADDRESS)
EDIT(rip_high, REG(RIP) = 0x8000000000000000UL)
EDIT(rip_last, REG(RIP) = LAST_PAGE + 0xfff)
EDIT(rip_data, REG(RIP) = (unsigned long)&edit)
EDIT(rsp_null, REG(RSP) = 0)
EDIT(rsp_kernel, REG(RSP) = KERNEL)
EDIT(rsp_none, REG(RSP) = NO_ADDRESS)
/* The segments. */
EDIT(cs_null, SEGMENTS(0, 0x2b))
EDIT(cs_kernel, SEGMENTS(0x10, 0x2b))
EDIT(cs_kernel_asked, SEGMENTS(0x13, 0x2b))
EDIT(cs_data, SEGMENTS(0x2b, 0x2b))
EDIT(cs_none, SEGMENTS(0xfff8, 0x2b))
EDIT(cs_local, SEGMENTS(0x37, 0x2b))
EDIT(cs_not_asked, SEGMENTS(0x30, 0x2b))
EDIT(ss_null, SEGMENTS(0x33, 0))
EDIT(ss_kernel, SEGMENTS(0x33, 0x18))
EDIT(ss_code, SEGMENTS(0x33, 0x33))
EDIT(ss_none, SEGMENTS(0x33, 0xfff8))
EDIT(ss_not_asked, SEGMENTS(0x33, 0x28))
EDIT(ss_null_lax, SEGMENTS(0x33, 0); uc->uc_flags = UC_SIGCONTEXT_SS)
EDIT(ss_kernel_lax, SEGMENTS(0x33, 0x18); uc->uc_flags = 0)
EDIT(ss_none_lax, SEGMENTS(0x33, 0xfff8); uc->uc_flags = 0)
EDIT(gs_fs, REG(CSGSFS) |= 0xfff8fff80000)
/* The flags: only those that a program may set itself are taken. */
EDIT(flags_all, REG(RIP) = (unsigned long)leave_with_flags;
    REG(EFL) = ~0x40100UL)
EDIT(flags_none, REG(RIP) = (unsigned long)leave_with_flags; REG(EFL) = 0)
EDIT(flags_step, REG(EFL) |= 0x100)
/* The state of x87 and SSE. */
EDIT(fpu_null, uc->uc_mcontext.fpregs = NULL)
EDIT(fpu_one, uc->uc_mcontext.fpregs = (struct fpstate *)1)
EDIT(fpu_unmapped, uc->uc_mcontext.fpregs = (struct fpstate *)0x10000000)
EDIT(fpu_no_rights, uc->uc_mcontext.fpregs = (struct fpstate *)no_rights)
EDIT(fpu_across,
    uc->uc_mcontext.fpregs = (struct fpstate *)(no_rights - 256))
EDIT(fpu_kernel, uc->uc_mcontext.fpregs = (struct fpstate *)KERNEL)
EDIT(fpu_none, uc->uc_mcontext.fpregs = (struct fpstate *)NO_ADDRESS)
EDIT(fpu_last, uc->uc_mcontext.fpregs = (struct fpstate *)(LAST_PAGE + 0xfc0))
EDIT(fpu_wrap, uc->uc_mcontext.fpregs = (struct fpstate *)-64L)
EDIT(fpu_odd, uc->uc_mcontext.fpregs
    = (struct fpstate *)((char *)uc->uc_mcontext.fpregs + 8))
EDIT(fpu_mxcsr, uc->uc_mcontext.fpregs->mxcsr = 0xffff1f80)
EDIT(fpu_mxcsr_all, uc->uc_mcontext.fpregs->mxcsr = ~0u)
EDIT(fpu_control, uc->uc_mcontext.fpregs->cwd = 0xffff)
EDIT(fpu_tags, uc->uc_mcontext.fpregs->ftw = 0xffff)
EDIT(fpu_rip, uc->uc_mcontext.fpregs->rip = NO_ADDRESS)
EDIT(fpu_data, memset(uc->uc_mcontext.fpregs->st, 0xff, 128 + 256))
EDIT(fpu_mask, uc->uc_mcontext.fpregs->mxcsr_mask = 0)
/* What else is there. */
EDIT(mask_all, uc->uc_sigmask = ~0UL)
EDIT(stack_garbage, memset(&uc->uc_stack, 0xa5, sizeof(uc->uc_stack)))
EDIT(stack_kernel, uc->uc_stack.ss_sp = (void *)KERNEL;
    uc->uc_stack.ss_size = 65536; uc->uc_stack.ss_flags = 0)
EDIT(link_garbage, uc->uc_link = (void *)NO_ADDRESS)
EDIT(uc_flags_all, uc->uc_flags |= ~7UL)
EDIT(trap_garbage, memset(&REG(ERR), 0xa5, 4 * 8))
EDIT(reserved, memset(uc->uc_mcontext.reserved, 0xa5, 64))
EDIT(info_garbage, memset(uc + 1, 0xa5, 128))
EDIT(rax_restart, REG(RIP) = (unsigned long)leave_with_rax;
    REG(RAX) = (unsigned long)-512)
EDIT(all_ones, memset(&uc->uc_mcontext, 0xff, 23 * 8))
EDIT(all_zero, memset(uc, 0, sizeof(*uc)))

#define GOES_ON 0
static const struct {
    const char *name;
    void (*edit)(ucontext_t *);
    int sig;
} edits[] = {
    { "a frame as it is", nothing, GOES_ON },
    { "rip NULL", rip_null, SIGSEGV },
    { "rip in the kernel", rip_kernel, SIGSEGV },
    { "rip no address", rip_none, SIGSEGV },
    { "rip the lowest of the upper half", rip_high, SIGSEGV },
    { "rip the end of the user's half", rip_last, SIGSEGV },
    { "rip in data", rip_data, SIGSEGV },
    { "rsp NULL, not used", rsp_null, GOES_ON },
    { "rsp in the kernel, not used", rsp_kernel, GOES_ON },
    { "rsp no address, not used", rsp_none, GOES_ON },
    { "cs null", cs_null, SIGSEGV },
    { "cs the kernel's", cs_kernel, SIGSEGV },
    { "cs the kernel's, asked for by a user", cs_kernel_asked, SIGSEGV },
    { "cs data", cs_data, SIGSEGV },
    { "cs beyond the table", cs_none, SIGSEGV },
    { "cs in a local table", cs_local, SIGSEGV },
    { "cs without the user's privilege", cs_not_asked, GOES_ON },
    { "ss null", ss_null, SIGSEGV },
    { "ss the kernel's", ss_kernel, SIGSEGV },
    { "ss code", ss_code, SIGSEGV },
    { "ss beyond the table", ss_none, SIGSEGV },
    { "ss without the user's privilege", ss_not_asked, GOES_ON },
    { "ss null, not strict", ss_null_lax, GOES_ON },
    { "ss the kernel's, not strict", ss_kernel_lax, GOES_ON },
    { "ss beyond the table, not strict", ss_none_lax, GOES_ON },
    { "gs and fs", gs_fs, GOES_ON },
    { "all flags but AC and TF: not IOPL, not NT", flags_all, GOES_ON },
    { "no flag: interrupts stay on", flags_none, GOES_ON },
    { "the trap flag", flags_step, SIGTRAP },
    { "no state of SSE", fpu_null, GOES_ON },
    { "the state at 1", fpu_one, SIGSEGV },
    { "the state not mapped", fpu_unmapped, SIGSEGV },
    { "the state without rights", fpu_no_rights, SIGSEGV },
    { "the state half readable", fpu_across, SIGSEGV },
    { "the state in the kernel", fpu_kernel, SIGSEGV },
    { "the state no address", fpu_none, SIGSEGV },
    { "the state at the end of the user's half", fpu_last, SIGSEGV },
    { "the state at the end of memory", fpu_wrap, SIGSEGV },
    { "the state not aligned", fpu_odd, SIGSEGV },
    { "mxcsr with bits that do not exist", fpu_mxcsr, SIGSEGV },
    { "mxcsr with all bits", fpu_mxcsr_all, SIGSEGV },
    { "x87's control word with all bits", fpu_control, GOES_ON },
    { "x87's tags with all bits", fpu_tags, GOES_ON },
    { "x87's instruction no address", fpu_rip, GOES_ON },
    { "all registers of ones", fpu_data, GOES_ON },
    { "no mask for mxcsr", fpu_mask, GOES_ON },
    { "all signals blocked", mask_all, GOES_ON },
    { "a stack of garbage", stack_garbage, GOES_ON },
    { "a stack in the kernel", stack_kernel, GOES_ON },
    { "a link of garbage", link_garbage, GOES_ON },
    { "all uc_flags", uc_flags_all, GOES_ON },
    { "error code, trap, oldmask, cr2", trap_garbage, GOES_ON },
    { "the reserved words", reserved, GOES_ON },
    { "siginfo", info_garbage, GOES_ON },
    { "rax as if a call were restarted", rax_restart, GOES_ON },
    { "all registers -1", all_ones, SIGSEGV },
    { "a context of zeroes", all_zero, SIGSEGV },
};

static void
edits_frame(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    edit(context);
}

static int
run_edit(void *unused)
{
    (void)unused;
    act(SIGUSR1, edits_frame, SA_SIGINFO, 0);
    send_self(SIGUSR1);
    return 1;
}

/* rt_sigreturn with the stack pointer at any place: there is no frame. */
static int
run_return(void *at)
{
    __asm__ volatile("mov %1, %%rsp\n\tsyscall"
                     :
                     : "a"(NR_rt_sigreturn), "r"(at)
                     : "memory");
    __builtin_unreachable();
}

/* A frame that the program made itself, in memory that cannot be written. */
static int
run_made(void *page)
{
    static struct {
        ucontext_t uc;
        siginfo_t info;
    } made;

    made.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
    made.uc.uc_mcontext.gregs[REG_RIP] = (unsigned long)leave;
    made.uc.uc_mcontext.gregs[REG_CSGSFS] = 0x33 | 0x2bUL << 48;
    memcpy(page, &made, sizeof(made));
    mprotect(page, 4096, PROT_READ);
    return run_return(page);
}

static void
test_no_frame(void)
{
    static const struct {
        const char *name;
        unsigned long at;
    } places[] = {
        { "NULL", 0 }, { "1", 1 }, { "unmapped", 0x10000000 },
        { "the kernel", KERNEL }, { "no address", NO_ADDRESS },
        { "the end of the user's half", LAST_PAGE + 0xff8 },
        { "the end of memory", -8UL }, { "8 below 0", -16UL },
    };
    char name[64];

    for (int i = 0; i < COUNT_OF(places); i++) {
        snprintf(name, sizeof(name), "rt_sigreturn with the stack at: %s",
            places[i].name);
        killed(in_child(run_return, (void *)places[i].at), SIGSEGV, name);
    }
    killed(in_child(run_return, no_rights), SIGSEGV, "without rights");
    killed(in_child(run_return, no_rights - 64), SIGSEGV, "half readable");
    killed(in_child(run_return, read_only), SIGSEGV, "at zeroes");
    exited(in_child(run_made, no_rights - 4096), 7,
        "a frame that no handler had, in a page that is only read");
}

int
main(void)
{
    no_rights = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, ANON, -1, 0);
    no_rights += 4096;
    mprotect(no_rights, 4096, PROT_NONE);
    read_only = no_rights + 4096;
    mprotect(read_only, 4096, PROT_READ);
    for (int i = 0; i < COUNT_OF(edits); i++) {
        edit = edits[i].edit;
        int status = in_child(run_edit, NULL);
        if (edits[i].sig == GOES_ON) {
            exited(status, 7, edits[i].name);
        } else {
            killed(status, edits[i].sig, edits[i].name);
        }
    }
    test_no_frame();
    return done();
}
