/*
 * IRIX's sproc, in terms of clone. Essential fact: the stack is a mapping made
 * before the clone, so all that share the address space can see it; the child's
 * PRDA is at its upper end, and the kernel gives the child that FS base.
 */
#include <errno.h>
#include <irix.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/futex.h"

#include "c/internal.h"

#define STACK_DEFAULT (8UL << 20)
#define PAGE 4096UL
#define MEMBERS 510
#define INH_KNOWN (PR_SALL | PR_BLOCK | PR_NOLIBC)

struct member {
    int pid;    /* 0: none; -1: being made */
    int count;  /* of blockproc */
};

/* In shared memory: for those without PR_SADDR, too. */
static struct group {
    struct member members[MEMBERS];
} *group;

static struct prda first_prda;

/* A stack, described at its upper end. */
struct stack {
    struct prda prda;       /* first: the stack pointer is below it */
    struct stack *next;
    char *start;            /* NULL: the caller's own */
    size_t size, len;
    void (*entry)(void *);
    void (*entry_len)(void *, size_t);
    void *arg;
    bool shares;            /* the address space, so also the lock */
    struct member *member;
} __attribute__((aligned(16)));

static struct stack *stacks;
static int lock;

static void
take(void)
{
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
}

static void
release(void)
{
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

static bool
is_gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

/* ---- Members ---- */

static struct member *
member_find(pid_t pid)
{
    for (int i = 0; group != NULL && i < MEMBERS; i++) {
        if (__atomic_load_n(&group->members[i].pid, __ATOMIC_ACQUIRE) == pid) {
            return &group->members[i];
        }
    }
    return NULL;
}

/* A free place, or that of one who is gone. => NULL: EAGAIN */
static struct member *
member_make(int pid)
{
    for (int i = 0; i < MEMBERS; i++) {
        struct member *member = &group->members[i];
        int old = __atomic_load_n(&member->pid, __ATOMIC_RELAXED);
        if ((old == 0 || (old > 0 && is_gone(old)))
            && __atomic_compare_exchange_n(&member->pid, &old, pid, 0,
                                           __ATOMIC_ACQ_REL,
                                           __ATOMIC_RELAXED)) {
            member->count = 0;
            return member;
        }
    }
    errno = EAGAIN;
    return NULL;
}

/* The group begins with the process that first calls sproc. */
static int
group_begin(void)
{
    if (group == NULL) {
        struct group *made = sys_mmap(NULL, sizeof(*group),
                                      PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED) {
            return -1;
        }
        first_prda.self = &first_prda;
        first_prda.t_sys.t_pid = getpid();
        arch_prctl(ARCH_SET_FS, (unsigned long)&first_prda);
        group = made;
    }
    return member_find(getpid()) != NULL || member_make(getpid()) != NULL ? 0
                                                                          : -1;
}

/* ---- Blocking ---- */

/* Wait while the count is below 0 and the child, if there is one, lives. */
static void
wait_for_count(struct member *member, pid_t child)
{
    const struct timespec nap = {.tv_nsec = 10000000};
    int saved = errno;
    int count;

    while ((count = __atomic_load_n(&member->count, __ATOMIC_ACQUIRE)) < 0) {
        siginfo_t info = {.si_pid = 0};
        if (child > 0
            && (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT)
                    < 0 || info.si_pid != 0)) {
            __atomic_fetch_add(&member->count, 1, __ATOMIC_RELAXED);
            break;
        }
        syscall(SYS_futex, &member->count, FUTEX_WAIT, count,
                child > 0 ? &nap : NULL);
    }
    errno = saved;
}

static int
block(pid_t child)
{
    struct member *member = member_find(getpid());

    __atomic_fetch_sub(&member->count, 1, __ATOMIC_RELAXED);
    wait_for_count(member, child);
    return 0;
}

int
blockproc(pid_t pid)
{
    if (member_find(pid) == NULL || pid != getpid()) {
        errno = member_find(pid) == NULL ? ESRCH : EINVAL;
        return -1;
    }
    return block(0);
}

int
unblockproc(pid_t pid)
{
    struct member *member = member_find(pid);

    if (member == NULL) {
        errno = ESRCH;
        return -1;
    }
    __atomic_fetch_add(&member->count, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &member->count, FUTEX_WAKE, 1);
    return 0;
}

/* ---- Making a process ---- */

/* Unmap the stacks of processes that are gone. => the lock is held */
static void
sweep(void)
{
    struct stack **at = &stacks;

    while (*at != NULL) {
        struct stack *stack = *at;
        if (stack->prda.t_sys.t_pid > 0 && is_gone(stack->prda.t_sys.t_pid)) {
            *at = stack->next;
            sys_munmap(stack->start, stack->size);
        } else {
            at = &stack->next;
        }
    }
}

/* => NULL: no memory */
static struct stack *
stack_make(char *sp, size_t len)
{
    size_t size = (len + PAGE - 1) & -PAGE;
    char *start = NULL;

    if (sp == NULL) {
        start = sys_mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
                             | MAP_STACK, -1, 0);
        if (start == MAP_FAILED) {
            return NULL;
        }
        sp = start + size;
    }
    struct stack *stack = (struct stack *)((uintptr_t)sp & -16UL) - 1;
    *stack = (struct stack){.start = start, .size = size, .len = len};
    stack->prda.self = &stack->prda;
    return stack;
}

static int
child_begin(void *arg)
{
    struct stack *stack = arg;

    if (!stack->shares) {
        release(); /* in our copy */
    }
    stack->prda.t_sys.t_pid = getpid();
    __atomic_store_n(&stack->member->pid, getpid(), __ATOMIC_RELEASE);
    if (stack->entry_len != NULL) {
        stack->entry_len(stack->arg, stack->len);
    } else {
        stack->entry(stack->arg);
    }
    _exit(0);
}

static pid_t
make(struct stack *stack, unsigned inh)
{
    int flags = SIGCHLD | CLONE_SETTLS | (inh & PR_SADDR ? CLONE_VM : 0)
                | (inh & PR_SFDS ? CLONE_FILES : 0)
                | (inh & (PR_SDIR | PR_SUMASK) ? CLONE_FS : 0);
    pid_t pid = clone(child_begin, stack, flags, stack, NULL, &stack->prda,
                      NULL);

    if (pid < 0) {
        __atomic_store_n(&stack->member->pid, 0, __ATOMIC_RELEASE);
        return -1;
    }
    /* Both store it: whoever comes first. */
    stack->prda.t_sys.t_pid = pid;
    __atomic_store_n(&stack->member->pid, pid, __ATOMIC_RELEASE);
    return pid;
}

static pid_t
begin(void (*entry)(void *), void (*entry_len)(void *, size_t), unsigned inh,
      void *arg, char *sp, size_t len)
{
    pid_t pid = -1;

    if ((inh & ~(unsigned)INH_KNOWN) != 0 || len <= sizeof(struct stack)
        || (entry == NULL && entry_len == NULL)) {
        errno = EINVAL;
        return -1;
    }
    take();
    sweep();
    struct stack *stack = group_begin() == 0 ? stack_make(sp, len) : NULL;
    if (stack != NULL) {
        stack->entry = entry;
        stack->entry_len = entry_len;
        stack->arg = arg;
        stack->shares = (inh & PR_SADDR) != 0;
        stack->member = member_make(-1);
        pid = stack->member != NULL ? make(stack, inh) : -1;
    }
    if (stack != NULL && stack->start != NULL && pid > 0) {
        stack->next = stacks;
        stacks = stack;
    } else if (stack != NULL && stack->start != NULL) {
        int error = errno;
        sys_munmap(stack->start, stack->size);
        errno = error;
    }
    release();
    if (pid > 0 && (inh & PR_BLOCK)) {
        block(pid);
    }
    return pid;
}

pid_t
sproc(void (*entry)(void *), unsigned inh, ...)
{
    struct rlimit limit = {STACK_DEFAULT, STACK_DEFAULT};
    va_list ap;

    va_start(ap, inh);
    void *arg = va_arg(ap, void *);
    va_end(ap);
    getrlimit(RLIMIT_STACK, &limit);
    size_t len = limit.rlim_cur < (1UL << 30) ? limit.rlim_cur : STACK_DEFAULT;
    return begin(entry, NULL, inh, arg, NULL, len);
}

pid_t
sprocsp(void (*entry)(void *, size_t), unsigned inh, void *arg, char *sp,
        size_t len)
{
    return begin(NULL, entry, inh, arg, sp, len);
}
