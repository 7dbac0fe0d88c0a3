/*
 * futexspec_robust_pages.c: a thread that ends marks its lock also in memory
 * that a child shares, and then the child's stays; but not in memory that
 * nobody may write. The walk ends at what cannot be read or marked.
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
    is(thread.alive, 0, "in memory that is gone: the thread has ended");
}

/* A ring of three locks, and one that it was about to take: what is wrong with
 * the second? */
enum { NOTHING, NO_WORD, NO_RIGHT, NO_LINK };

static struct lock first, last, pending;
static char *pages;

static int
holds_some(void *arg)
{
    int wrong = NUMBER(arg);
    struct lock *second = (struct lock *)
        (pages + 4096 - (wrong == NO_WORD ? 8 : (long)sizeof(*second)));

    first.word = last.word = pending.word = tid_now();
    if (wrong != NO_WORD) {
        second->word = tid_now();
    }
    head.list.next = &first.link;
    first.link.next = wrong == NO_LINK ? (void *)16 : &second->link;
    second->link.next = &last.link;
    last.link.next = &head.list;
    head.list_op_pending = &pending.link;
    if (wrong == NO_RIGHT) {
        raw(NR_mprotect, P(pages), 4096, PROT_READ, 0);
    }
    raw(SYS_set_robust_list, P(&head), sizeof(head), 0, 0);
    return 0;
}

static void
test_walk(void)
{
    static const char *const names[] = {
        "a list without a fault: ", "a word that is not there: ",
        "one that nobody may write: ", "a link that is not there: ",
    };
    char name[80];

    for (int i = NOTHING; i <= NO_LINK; i++) {
        pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(pages + 4096, 4096);
        thread_start(&thread, holds_some, ARG(i));
        until_gone(&thread);
        int then = i == NOTHING ? (int)FUTEX_OWNER_DIED : thread.tid;
        snprintf(name, sizeof(name), "%sthe first is marked", names[i]);
        is(first.word, FUTEX_OWNER_DIED, name);
        snprintf(name, sizeof(name), "%s%s", names[i],
            i == NOTHING ? "the last, too" : "the last is not");
        is(last.word, then, name);
        snprintf(name, sizeof(name), "%s%s", names[i],
            i == NOTHING ? "and the pending one" : "nor the pending one");
        is(pending.word, then, name);
        munmap(pages, 4096);
    }
}

int
main(void)
{
    lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    test_shared();
    test_unwritable();
    test_gone();
    test_walk();
    return done();
}
