/*
 * futexspec_errors.c: what futex, the robust list and membarrier refuse.
 */
#include "threads.h"
#include "users.h"

#include <sys/mman.h>

static int word;

static void
test_addresses(void)
{
    static const struct {
        long op;
        const char *name;
    } ops[] = {
        { FUTEX_WAIT, "WAIT" }, { FUTEX_WAKE, "WAKE" },
        { FUTEX_REQUEUE, "REQUEUE" }, { FUTEX_CMP_REQUEUE, "CMP_REQUEUE" },
        { FUTEX_WAKE_OP, "WAKE_OP" }, { FUTEX_WAIT_BITSET, "WAIT_BITSET" },
        { FUTEX_WAKE_BITSET, "WAKE_BITSET" },
    };
    char name[64];
    int *odd = (int *)((char *)&word + 1);

    for (int i = 0; i < COUNT_OF(ops); i++) {
        for (long private = 0; private <= 128; private += 128) {
            const char *kind = private ? "private" : "shared";
            long op = ops[i].op | private;

            snprintf(name, sizeof(name), "%s %s at an odd address", kind,
                ops[i].name);
            returns(futex(odd, op, 1, NULL, &word, 1), -EINVAL, name);
            snprintf(name, sizeof(name), "%s %s in the kernel", kind,
                ops[i].name);
            returns(futex((int *)-4096L, op, 1, NULL, &word, 1), -EFAULT,
                name);
        }
    }
    for (int i = 2; i < 5; i++) {
        snprintf(name, sizeof(name), "%s: the second word odd", ops[i].name);
        returns(futex(&word, ops[i].op, 1, NULL, odd, 0), -EINVAL, name);
        snprintf(name, sizeof(name), "%s: it is nowhere", ops[i].name);
        returns(futex(&word, ops[i].op, 1, NULL, (int *)-4096L, 0), -EFAULT,
            name);
    }
}

static void
test_memory(void)
{
    char *at = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int *there = (int *)at;
    long private = FUTEX_PRIVATE_FLAG;

    munmap(at + 4096, 4096);
    returns(futex_wait(there, 1), -EFAULT,
        "WAIT on private memory that nobody can write");
    returns(futex(there, FUTEX_WAIT | private, 1, NULL, NULL, 0), -EAGAIN,
        "a private one does not mind");
    returns(futex(there + 1024, FUTEX_WAIT | private, 0, NULL, NULL, 0),
        -EFAULT, "WAIT where nothing is mapped");
    returns(futex_wait(there + 1024, 0), -EFAULT, "a shared one");
    returns(futex(there + 1024, FUTEX_WAKE | private, 1, NULL, NULL, 0), 0,
        "a private WAKE does not look");
    returns(futex_wake(there + 1024, 1), -EFAULT, "a shared one does");
    mprotect(at, 4096, PROT_NONE);
    returns(futex(there, FUTEX_WAIT | private, 0, NULL, NULL, 0), -EFAULT,
        "WAIT without the right to read");
    returns(futex_wait(there, 0), -EFAULT, "a shared one");
    returns(futex_wake(there, 1), -EFAULT, "a shared WAKE");
    mprotect(at, 4096, PROT_READ);
    returns(futex(&word, FUTEX_WAKE_OP | private, 1, NULL, there, 0), -EFAULT,
        "WAKE_OP without the right to write");
    munmap(at, 4096);

    int fd = open("words", O_CREAT | O_RDWR, 0600);
    ftruncate(fd, 4096);
    there = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
    returns(futex_wait(there, 1), -EAGAIN, "WAIT on a file that it may read");
    returns(futex_wake(there, 1), 0, "nor does WAKE need more");
    returns(futex_wait(there + 1024, 0), -EFAULT, "WAIT behind its end");
    mprotect(there, 4096, PROT_NONE);
    returns(futex_wait(there, 1), -EFAULT, "WAIT on one that it may not");
    returns(futex_wake(there, 1), -EFAULT, "nor WAKE");
    returns(futex(&word, FUTEX_REQUEUE, 1, NULL, there, 0), -EFAULT,
        "nor REQUEUE to it");
    munmap(there, 8192);
    close(fd);
}

static void
test_operations(void)
{
    struct timespec bad[] = {
        { -1, 0 }, { 0, -1 }, { 0, 1000000000 }, { 1, 1L << 40 },
    };
    long realtime = FUTEX_CLOCK_REALTIME;

    word = 0;
    returns(futex(&word, 99, 0, NULL, NULL, 0), -ENOSYS, "no operation");
    returns(futex(&word, FUTEX_FD, 0, NULL, NULL, 0), -ENOSYS, "FD is gone");
    returns(futex(&word, FUTEX_WAKE | realtime, 1, NULL, NULL, 0), -ENOSYS,
        "WAKE has no clock");
    returns(futex(&word, FUTEX_REQUEUE | realtime, 1, NULL, &word, 0), -ENOSYS,
        "nor has REQUEUE");
    returns(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), -EINVAL,
        "WAIT_BITSET without a bit");
    returns(futex(&word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 0), -EINVAL,
        "whatever the word is");
    returns(futex(&word, FUTEX_WAIT_BITSET, 1, (void *)-4096L, NULL, 0),
        -EFAULT, "but the time is read before");
    returns(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), -EINVAL,
        "WAKE_BITSET without a bit");
    for (int i = 0; i < COUNT_OF(bad); i++) {
        returns(futex(&word, FUTEX_WAIT, 0, &bad[i], NULL, 0), -EINVAL,
            "WAIT with a time that is none");
        returns(futex(&word, FUTEX_WAIT_BITSET, 0, &bad[i], NULL, 1), -EINVAL,
            "WAIT_BITSET with it");
    }
    returns(futex(&word, FUTEX_WAIT, 1, &bad[0], NULL, 0), -EINVAL,
        "the time is looked at before the word");
    returns(futex(&word, FUTEX_WAIT, 0, (void *)-4096L, NULL, 0), -EFAULT,
        "a time in the kernel");
    returns(futex(&word, FUTEX_WAKE, 1, (void *)-4096L, NULL, 0), 0,
        "WAKE takes none");
    returns(futex(&word, FUTEX_REQUEUE, -1, NULL, &word, 0), -EINVAL,
        "REQUEUE of a negative number");
    returns(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)-1L, &word, 0),
        -EINVAL, "or of such a second one");
    returns(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1L, &word, 7), -EAGAIN,
        "CMP_REQUEUE with another value");
    returns(futex(&word, FUTEX_WAKE_OP, 1, (void *)1L, &word, 5L << 28),
        -ENOSYS, "WAKE_OP with no such operation");
    returns(futex(&word, FUTEX_WAKE_OP, 1, (void *)1L, &word, 6L << 24),
        -ENOSYS, "or no such comparison");
}

static int
try_others(void *unused)
{
    struct robust_list_head *got = NULL;
    unsigned long size = 0;

    (void)unused;
    become(A, A);
    returns(raw(SYS_get_robust_list, getppid(), P(&got), P(&size), 0), -EPERM,
        "of another user");
    return 0;
}

static void
test_robust(void)
{
    struct robust_list_head head = { { &head.list }, 0, NULL }, *got = NULL;
    unsigned long size = 0;
    pid_t child = idle_child();

    is(raw(SYS_get_robust_list, 0, P(&got), P(&size), 0), 0,
        "a program begins");
    ok(got == NULL && size == sizeof(head), "without a robust list");
    returns(raw(SYS_set_robust_list, P(&head), sizeof(head) - 1, 0, 0),
        -EINVAL, "set_robust_list of another size");
    returns(raw(SYS_set_robust_list, P(&head), 0, 0, 0), -EINVAL, "or of 0");
    returns(raw(SYS_set_robust_list, P(&head), sizeof(head), 0, 0), 0,
        "of its size");
    raw(SYS_get_robust_list, getpid(), P(&got), P(&size), 0);
    ok(got == &head, "and there it is");
    got = &head;
    returns(raw(SYS_get_robust_list, child, P(&got), P(&size), 0), 0,
        "that of a child");
    ok(got == NULL, "is not inherited");
    returns(raw(SYS_get_robust_list, -5, P(&got), P(&size), 0), -ESRCH,
        "of nobody");
    returns(raw(SYS_get_robust_list, 0, -4096, P(&size), 0), -EFAULT,
        "to a bad address");
    returns(raw(SYS_get_robust_list, 0, P(&got), -4096, 0), -EFAULT,
        "its size, too");
    returns(raw(SYS_set_robust_list, -4096, sizeof(head), 0, 0), 0,
        "a bad list is taken");
    returns(raw(SYS_set_robust_list, 0, sizeof(head), 0, 0), 0, "and none");
    end_child(child);
    in_turn(try_others);
}

/* The commands of membarrier(2). */
enum {
    MEMBARRIER_QUERY, PRIVATE_EXPEDITED = 8, REGISTER_PRIVATE_EXPEDITED = 16,
};

static void
test_membarrier(void)
{
    long both = PRIVATE_EXPEDITED | REGISTER_PRIVATE_EXPEDITED;
    long can = raw(SYS_membarrier, MEMBARRIER_QUERY, 0, 0, 0);

    ok(can > 0 && (can & both) == both, "membarrier has PRIVATE_EXPEDITED");
    returns(raw(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0, 0), -EPERM,
        "which wants to be registered");
    returns(raw(SYS_membarrier, REGISTER_PRIVATE_EXPEDITED, 0, 0, 0), 0,
        "register");
    returns(raw(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0, 0), 0, "then it is");
    returns(raw(SYS_membarrier, REGISTER_PRIVATE_EXPEDITED, 0, 0, 0), 0,
        "as often as one likes");
    returns(raw(SYS_membarrier, MEMBARRIER_QUERY, 1, 0, 0), -EINVAL,
        "a flag that is none");
    returns(raw(SYS_membarrier, PRIVATE_EXPEDITED, 1, 0, 0), -EINVAL,
        "with the other command");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(raw(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0, 0) == 0 ? 0 : 1);
    }
    exited(status_of(pid), 0, "a child is registered as its parent is");
    returns(raw(SYS_membarrier, 1 << 30, 0, 0, 0), -EINVAL, "no command");
    returns(raw(SYS_membarrier, both, 0, 0, 0), -EINVAL, "two of them");
    returns(raw(SYS_membarrier, -1, 0, 0, 0), -EINVAL, "a negative one");
}

int
main(void)
{
    test_addresses();
    test_memory();
    test_operations();
    test_robust();
    test_membarrier();
    return done();
}
