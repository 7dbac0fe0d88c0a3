/*
 * futexspec_robust_pages.c: a thread that ends marks its lock also in memory
 * that a child shares, and then the child's stays; but not in memory that
 * nobody may write.
 */
#include "threads.h"

#include <sys/mman.h>

static struct lock {
    struct robust_list link;
    int word;
} *lock; /* in a page of its own */

static struct robust_list_head head;
static struct thread thread;
static int step, go, owner;

static int
holds(void *arg)
{
    (void)arg;
    head.list.next = &lock->link;
    head.futex_offset = (long)sizeof(lock->link);
    lock->link.next = &head.list;
    lock->word = owner = tid_now();
    raw(SYS_set_robust_list, P(&head), sizeof(head), 0, 0);
    advance(&step);
    until(&go, 1);
    return 0;
}

static void
hold(void)
{
    step = go = 0;
    thread_start(&thread, holds, NULL);
    until(&step, 1);
}

static void
end(void)
{
    advance(&go);
    thread_join(&thread);
}

static void
test_shared(void)
{
    int gate[2];
    char byte;

    hold();
    pipe(gate);
    pid_t child = must_fork();
    if (child == 0) {
        close(gate[1]);
        read(gate[0], &byte, 1);
        _exit(lock->word == owner ? 0 : 1);
    }
    close(gate[0]);
    end();
    is(lock->word, FUTEX_OWNER_DIED, "in memory that a child shares: marked");
    close(gate[1]);
    is(status_of(child), 0, "but not for the child");
}

static void
test_unwritable(void)
{
    hold();
    mprotect(lock, 4096, PROT_READ);
    end();
    is(lock->word, owner, "in memory that nobody may write: it stays");
}

static void
test_gone(void)
{
    mprotect(lock, 4096, PROT_READ | PROT_WRITE);
    hold();
    munmap(lock, 4096);
    end();
    ok(1, "in memory that is gone: nothing happens");
}

int
main(void)
{
    lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    test_shared();
    test_unwritable();
    test_gone();
    return done();
}
