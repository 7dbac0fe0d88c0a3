/*
 * What a trap means for the process: page faults are served or become signals,
 * exceptions become signals, and a return to user mode first does pending work.
 */
#include "abi/errno.h"
#include "abi/mman.h"
#include "abi/signal.h"
#include "abi/ucontext.h"

#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/smp.h"
#include "arch/trap.h"
#include "arch/upcalls.h"

#include "mm/as.h"
#include "mm/kept.h"
#include "mm/vma.h"

#include "proc/limits.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

OPTIONAL(kept_fill) OPTIONAL(oom_make_room) OPTIONAL(oom_settle_call)

/* For a handler's frame. */
static void
note_fault(u64 vector, u64 error)
{
    current->fault.vector = (u32)vector;
    current->fault.error = (u32)error;
}

static enum access
access_of(u64 error)
{
    return error & PF_WRITE   ? ACCESS_WRITE
           : error & PF_FETCH ? ACCESS_FETCH
                              : ACCESS_READ;
}

/* Only once: a user copy that stopped here tries its last bytes again. */
void
kill_for_memory(vaddr_t addr)
{
    struct process *process = current->process;

    if ((process->pending.set & SIGNAL_BIT(SIGKILL)) == 0) {
        warn("out of memory: killed process %d (%s), which touched %#lx\n",
             process->pid, process->comm, addr);
        signal_send(process, SIGKILL);
    }
}

/* There is no memory for a page.  If nobody else is killed for it, the process
 * is; but pid 1 cannot be killed: it ends by a fault.
 * => whether the access may be tried again */
static bool
want_memory(vaddr_t addr)
{
    bool short_of_it = current->lacks; /* not if nomem= made it fail */

    current->lacks = false;
    cpu_clear_work(WORK_MEMORY);
    if (short_of_it && oom_make_room()) {
        return true;
    }
    if (current->process == init_process) {
        signal_force(SIGBUS, BUS_ADRERR, addr);
    } else {
        kill_for_memory(addr);
    }
    return false;
}

/* An access that no page can serve becomes a signal. */
static void
bad_access(vaddr_t addr, u64 error, int failed)
{
    struct as *as = current->as;

    spin_lock(&as->lock);
    bool mapped = addr < USER_END && vma_find(as, addr) != NULL;
    spin_unlock(&as->lock);
    /* As on Linux: no program learns what the kernel has mapped. */
    note_fault(VECTOR_PF, addr < USER_END ? error : error | PF_PRESENT);
    current->fault.cr2 = addr;
    if (failed == -ERANGE || failed == -ENOSPC) {
        signal_force(SIGBUS, BUS_ADRERR, addr);
    } else {
        signal_force(SIGSEGV, mapped ? SEGV_ACCERR : SEGV_MAPERR, addr);
    }
}

static int
serve_fault(vaddr_t addr, enum access access)
{
    int failed = fault_serve(current->as, addr, access);

    __atomic_fetch_add(&current->process->used.faults, failed == 0,
                       __ATOMIC_RELAXED);
    return failed;
}

/* The stack grows, as far as the limits let it, and the fault is served. */
static __noinline int
grow_stack(vaddr_t addr, enum access access)
{
    struct as *as = current->as;
    struct vma more;

    if (!as_below_stack(as, addr, limit_soft(RLIMIT_STACK, STACK_LIMIT), &more)
        || (more.start < more.end && limit_memory(as, &more, false) != 0)) {
        return -EFAULT;
    }
    if (more.start < more.end
        && as_map(as, &more, MAP_FIXED_NOREPLACE) == -ENOMEM) {
        return -ENOMEM;
    }
    return serve_fault(addr, access);
}

void
on_user_fault(vaddr_t addr, u64 error)
{
    int failed = -EFAULT;

    /* Without PF_USER, the processor's own access failed (to a descriptor
     * table, say): no page of the user's can help. */
    if (addr < USER_END && (error & PF_USER) != 0) {
        failed = fault_serve(current->as, addr, access_of(error));
        if (failed == 0) {
            __atomic_fetch_add(&current->process->used.faults, 1,
                               __ATOMIC_RELAXED);
            return;
        }
        if (failed == -EFAULT) {
            failed = grow_stack(addr, access_of(error));
        }
    }
    if (failed == -ENOMEM) {
        (void)want_memory(addr);
    } else if (failed != 0) {
        bad_access(addr, error, failed);
    }
}

bool
on_kernel_fault(vaddr_t addr, u64 error)
{
    int failed = -EFAULT;

    /* With a spinlock held, only user_peek and user_swap come here. */
    if (addr < USER_END && current->as != NULL && cpu_rank() == 0) {
        failed = serve_fault(addr, access_of(error));
        if (failed == -EFAULT) {
            failed = grow_stack(addr, access_of(error));
        }
    }
    return failed == -ENOMEM ? want_memory(addr) : failed == 0;
}

/* Which floating-point exception: the first of those that are not masked. */
static int
fpe_code(u64 vector)
{
    struct fpstate fpu __attribute__((aligned(16)));

    fxsave(&fpu);
    u32 flags = vector == VECTOR_MF ? (u32)(fpu.swd & ~fpu.cwd)
                                    : fpu.mxcsr & ~(fpu.mxcsr >> 7);
    return flags & 0x01   ? FPE_FLTINV
           : flags & 0x04 ? FPE_FLTDIV
           : flags & 0x08 ? FPE_FLTOVF
           : flags & 0x12 ? FPE_FLTUND
           : flags & 0x20 ? FPE_FLTRES
                          : 0;
}

/* The signal of each exception, and what is said of it: a code, and whether the
 * address is the instruction's.  As Linux has it. */
void
on_exception(struct trapframe *frame)
{
    static const struct {
        u8 signal, code;
        bool here;
    } table[] = {
        [VECTOR_DIVIDE] = {SIGFPE, FPE_INTDIV, true},
        [VECTOR_DEBUG] = {SIGTRAP, TRAP_TRACE, true},
        [VECTOR_BREAK] = {SIGTRAP, SI_KERNEL, false},
        [VECTOR_UD] = {SIGILL, ILL_ILLOPN, true},
        [VECTOR_NP] = {SIGBUS, SI_KERNEL, false},
        [VECTOR_SS] = {SIGBUS, SI_KERNEL, false},
        [VECTOR_MF] = {SIGFPE, 0, true},
        [VECTOR_AC] = {SIGBUS, BUS_ADRALN, false},
        [VECTOR_XM] = {SIGFPE, 0, true},
    };
    u64 vector = frame->vector;

    note_fault(vector, frame->error);
    if (vector >= ARRAY_SIZE(table) || table[vector].signal == 0) {
        signal_force(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    int code = table[vector].code != 0 ? table[vector].code : fpe_code(vector);
    signal_force(table[vector].signal, code,
                 table[vector].here ? frame->rip : 0);
}

bool
on_long_work(void)
{
    u32 work = this_cpu()->work;

    if (current->process->pid == 0) {
        return false; /* boot, and idle threads */
    }
    assert(cpu_rank() == 0 && current->state == THREAD_RUNNING);
    sched_work(work);
    if (work & WORK_RESCHED) {
        sched_steal();
        schedule();
        oom_note_again();
    }
    return signal_pending() != 0 && signal_fatal_pending() != 0;
}

void
on_user_return(struct trapframe *frame)
{
    u32 work = __atomic_fetch_and(&this_cpu()->work, WORK_HOOK,
                                  __ATOMIC_RELAXED);

    assert(current->mutex_rank == 0); /* nor a spinlock: sys/table.c */
    if (work & WORK_PARK) {
        park_here();
    }
    if (work & WORK_REAP) { /* long: the rest of the work waits in the word */
        cpu_add_work((work & ~WORK_REAP) | WORK_SIGNAL);
        on_reap();
        return;
    }
    if (work & ~(WORK_SIGNAL | WORK_HOOK)) {
        sched_work(work & ~WORK_PARK);
        if (work & WORK_MEMORY) {
            oom_settle_call(frame);
        }
    }
    if ((work & WORK_SIGNAL) != 0 || frame->vector == VECTOR_RESTART) {
        signal_deliver(frame);
    }
    if (work & WORK_RESCHED) { /* the time slice is over */
        kept_fill();
        sched_steal();
        schedule();
    }
}
