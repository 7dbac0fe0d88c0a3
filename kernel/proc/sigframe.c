/*
 * Signal frames: what a handler finds on its stack, and where its program goes
 * on afterwards.  The layout is Linux's struct rt_sigframe, from the stack
 * pointer of the handler up:
 *
 *      restorer | ucontext_t | siginfo_t | ... | FXSAVE image | red zone | ...
 *
 * Essential fact: the program may write into the frame before it comes back, so
 * nothing in it is believed.  iretq faults in the kernel if rip, cs or ss are
 * bad: these are checked.
 */
#include "abi/errno.h"
#include "abi/ucontext.h"

#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/usercopy.h"

#include "proc/sched.h"
#include "proc/sigframe.h"
#include "proc/signal.h"

#define RED_ZONE 128 /* below rsp, the program's own (System V ABI, 3.2.2) */
#define FPU_ALIGN 64

/* The flags that a program may choose: AC OF DF TF SF ZF AF PF CF RF. */
#define RFLAGS_USER                                                        \
    (RFLAGS_AC | RFLAGS_DF | RFLAGS_TF | RFLAGS_RF | 0x800 | 0xd5)

struct sigframe {
    u64 restorer; /* the handler returns to it; it calls rt_sigreturn */
    ucontext_t uc;
    struct user_siginfo told;
};

_Static_assert(sizeof(struct sigframe) == 440, "Linux's rt_sigframe");
_Static_assert(sizeof(struct fpstate) == 512, "FXSAVE's image");

/* The registers of gregs, in its order. */
#define EACH_REGISTER(do)                                                  \
    do(R8, r8) do(R9, r9) do(R10, r10) do(R11, r11) do(R12, r12)           \
    do(R13, r13) do(R14, r14) do(R15, r15) do(RDI, rdi) do(RSI, rsi)       \
    do(RBP, rbp) do(RBX, rbx) do(RDX, rdx) do(RAX, rax) do(RCX, rcx)       \
    do(RSP, rsp) do(RIP, rip)

int
sigframe_exists(void)
{
    return 0;
}

static bool
is_canonical(u64 addr)
{
    return (u64)((i64)(addr << 16) >> 16) == addr;
}

/* ---- The alternate stack ---- */

static bool
in_altstack(u64 rsp)
{
    u64 start = (u64)current->altstack.ss_sp;

    return rsp > start && rsp - start <= current->altstack.ss_size;
}

/* Whether the program runs on it.  With SS_AUTODISARM it never does: the kernel
 * forgets the stack while a handler uses it. */
static bool
on_altstack(u64 rsp)
{
    return ((u32)current->altstack.ss_flags & SS_AUTODISARM) == 0
           && in_altstack(rsp);
}

static int
altstack_state(u64 rsp)
{
    return current->altstack.ss_size == 0 ? SS_DISABLE
           : on_altstack(rsp)             ? SS_ONSTACK
                                          : 0;
}

static int
set_altstack(stack_t stack, u64 rsp)
{
    u32 mode = (u32)stack.ss_flags & ~SS_AUTODISARM;

    if (on_altstack(rsp)) {
        return -EPERM;
    }
    if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0) {
        return -EINVAL;
    }
    if (mode == SS_DISABLE) {
        stack.ss_sp = NULL;
        stack.ss_size = 0;
    } else if (stack.ss_size < MINSIGSTKSZ) {
        return -ENOMEM;
    }
    current->altstack = stack;
    return 0;
}

int
sigframe_set_altstack(const stack_t *new, stack_t *old)
{
    u64 rsp = current->frame->rsp;

    *old = current->altstack;
    old->ss_flags = altstack_state(rsp)
                    | (int)((u32)old->ss_flags & SS_AUTODISARM);
    return new != NULL ? set_altstack(*new, rsp) : 0;
}

/* ---- To the handler ---- */

/* Where the frame and the FXSAVE image go.  => 0, or -EFAULT */
static int
place(const struct trapframe *regs, u64 flags, u64 *frame, u64 *fpu)
{
    u64 rsp = regs->rsp - RED_ZONE;
    bool inside = on_altstack(regs->rsp);

    if ((flags & SA_ONSTACK) != 0 && altstack_state(regs->rsp) == 0) {
        rsp = (u64)current->altstack.ss_sp + current->altstack.ss_size;
        inside = true;
    }
    *fpu = (rsp - sizeof(struct fpstate)) & ~(u64)(FPU_ALIGN - 1);
    *frame = ((*fpu - sizeof(struct sigframe)) & ~15UL) - 8;
    return inside && !in_altstack(*frame) ? -EFAULT : 0;
}

/* Write the frame and the image where they are to be.  What they do not tell is
 * as the program left it: the reserved words, and what FXSAVE leaves out, but
 * for `more`, which says that no XSAVE state follows.  => 0, or -EFAULT */
static int
write_frame(struct sigframe *to, struct fpstate *fpu,
            const struct trapframe *regs, const siginfo_t *info,
            void (*restorer)(void), sigset_t mask)
{
    const struct fault *fault = &current->fault;
    u64 *gregs = to->uc.uc_mcontext.gregs, *stack = (u64 *)&to->uc.uc_stack;
    const u64 *altstack = (const u64 *)&current->altstack;
    const u64 *words = (const u64 *)info;
    u64 *told = (u64 *)&to->told;

    if (!user_begin((vaddr_t)to, (vaddr_t)(fpu + 1) - (vaddr_t)to)) {
        return -EFAULT;
    }
    user_fxsave(fpu);
    user_put((u64 *)fpu->more, 0);
    user_put(&to->restorer, restorer);
    user_put(&to->uc.uc_flags, UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS);
    user_put(&to->uc.uc_link, 0);
    user_put(&stack[0], altstack[0]);
    user_put(&stack[1], altstack[1]);
    user_put(&stack[2], altstack[2]);
#define SAVE(index, name) user_put(&gregs[REG_##index], regs->name);
    EACH_REGISTER(SAVE)
#undef SAVE
    user_put(&gregs[REG_EFL], regs->rflags);
    user_put(&gregs[REG_CSGSFS], regs->cs | regs->ss << 48);
    user_put(&gregs[REG_ERR], fault->error);
    user_put(&gregs[REG_TRAPNO], fault->vector);
    user_put(&gregs[REG_OLDMASK], mask);
    user_put(&gregs[REG_CR2], fault->cr2);
    user_put(&to->uc.uc_mcontext.fpregs, fpu);
    user_put(&to->uc.uc_sigmask, mask);
#define TELL(i) user_put(&told[i], (i) < sizeof(*info) / 8 ? words[i] : 0);
    TELL(0) TELL(1) TELL(2) TELL(3) TELL(4) TELL(5) TELL(6) TELL(7)
    TELL(8) TELL(9) TELL(10) TELL(11) TELL(12) TELL(13) TELL(14) TELL(15)
#undef TELL
    user_end();
    return 0;
fault:
    user_end();
    return -EFAULT;
}

/* => 0; -EFAULT: it cannot be written, and regs are as they were */
static int
push(struct trapframe *regs, const siginfo_t *info,
     const struct kernel_sigaction *action, sigset_t mask)
{
    u64 at, fpu;

    if ((action->flags & SA_RESTORER) == 0
        || !is_canonical((u64)action->handler)
        || place(regs, action->flags, &at, &fpu) != 0
        || write_frame((struct sigframe *)at, (struct fpstate *)fpu, regs,
                       info, action->restorer, mask) != 0) {
        return -EFAULT;
    }
    if ((u32)current->altstack.ss_flags & SS_AUTODISARM) {
        current->altstack = (stack_t){.ss_flags = SS_DISABLE};
    }
    sched_reset_fpu();
    regs->rdi = (u64)info->si_signo;
    regs->rsi = at + offsetof(struct sigframe, told);
    regs->rdx = at + offsetof(struct sigframe, uc);
    regs->rax = 0;
    regs->rip = (u64)action->handler;
    regs->rsp = at;
    regs->rflags &= ~(u64)(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    regs->vector = VECTOR_CHANGED;
    return 0;
}

void
sigframe_call(struct trapframe *frame, const siginfo_t *info,
              const struct kernel_sigaction *action)
{
    struct thread *thread = current;
    int signal = info->si_signo;
    sigset_t mask = thread->restores ? thread->saved_blocked : thread->blocked;

    if ((action->flags & SA_RESETHAND) != 0 && signal_reset(signal) != 0) {
        kill_for_memory(frame->rip);
    } else if (push(frame, info, action, mask) == 0) {
        thread->restores = false;
        signal_set_blocked(thread->blocked | action->mask
                           | (action->flags & SA_NODEFER
                                  ? 0 : SIGNAL_BIT(signal)));
    } else {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        if (signal == SIGSEGV) {
            thread->fault.fatal = true; /* its own handler cannot run */
        }
    }
}

/* ---- And back ---- */

/* The bits of MXCSR that are not there (AMD64, 11.4.4). */
static u32
unknown_mxcsr(void)
{
    static u32 known;
    struct fpstate now __attribute__((aligned(16)));

    if (known == 0) {
        fxsave(&now);
        known = now.mxcsr_mask != 0 ? now.mxcsr_mask : 0xffbf;
    }
    return ~known;
}

/* Load the x87 and SSE registers from an image of the program's; 0: none, they
 * get the state of a new program.  If another thread changes MXCSR after our
 * look, the processor refuses it, as a fault.  => 0, or -EFAULT */
static int
restore_fpu(vaddr_t user)
{
    const struct fpstate *image = (const struct fpstate *)user;
    u32 mxcsr;

    if (user == 0) {
        sched_reset_fpu();
        return 0;
    }
    if ((user & 15) != 0 || !user_range(user, sizeof(*image))
        || !user_peek(&mxcsr, (vaddr_t)&image->mxcsr)
        || (mxcsr & unknown_mxcsr()) != 0
        || !user_begin(user, sizeof(*image))) {
        return -EFAULT;
    }
    user_fxrstor(image);
    user_end();
    return 0;
fault:
    user_end();
    return -EFAULT;
}

static int
restore_registers(struct trapframe *regs, const ucontext_t *uc)
{
    const u64 *gregs = uc->uc_mcontext.gregs;
    u64 cs = (gregs[REG_CSGSFS] & 0xffff) | 3;
    u64 ss = gregs[REG_CSGSFS] >> 48 | 3;

    if ((uc->uc_flags & UC_STRICT_RESTORE_SS) == 0) {
        ss = USER_SS;
    }
    if (cs != USER_CS || ss != USER_SS || !is_canonical(gregs[REG_RIP])) {
        return -EFAULT;
    }
#define RESTORE(index, name) regs->name = gregs[REG_##index];
    EACH_REGISTER(RESTORE)
#undef RESTORE
    regs->rflags = (regs->rflags & ~(u64)RFLAGS_USER)
                   | (gregs[REG_EFL] & RFLAGS_USER);
    return restore_fpu((vaddr_t)uc->uc_mcontext.fpregs);
}

int
sigframe_pop(struct trapframe *regs)
{
    ucontext_t uc;

    /* The handler's return has taken the restorer: rsp is at the ucontext. */
    if (copy_from_user(&uc, regs->rsp, sizeof(uc)) != 0) {
        return -EFAULT;
    }
    signal_set_blocked(uc.uc_sigmask);
    int error = restore_registers(regs, &uc);
    if (error == 0) {
        (void)set_altstack(uc.uc_stack, regs->rsp); /* as Linux: or it stays */
    }
    return error;
}
