/*
 * futex_storm.c: threads that add under a lock of two futex operations, others
 * that pass a baton by REQUEUE, while one forks and another maps and unmaps:
 * no addition and no wake is lost. Nor is one of two threads that add to the
 * same word, one by WAKE_OP, one by itself.
 *
 * seconds: 60
 */
#include "../threads.h"
#include "smp.h"

enum {
    ADDERS = 4, ADDITIONS = 3000, CALLS = 30000, PASSERS = 4, PASSES = 300,
    FORKS = 100,
};

static struct thread adders[ADDERS], passers[PASSERS], forker, mapper;
static int lock, sum, inside, wrong, holder, end_of_line;
static int go;

/* The lock: 0 free, 1 held, 2 held and somebody waits. */
static void
take_lock(void)
{
    int free = 0;

    if (__atomic_compare_exchange_n(&lock, &free, 1, 0, __ATOMIC_SEQ_CST,
            __ATOMIC_SEQ_CST)) {
        return;
    }
    while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST) != 0) {
        futex(&lock, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 2, FOREVER, NULL, 0);
    }
}

static void
give_lock(void)
{
    if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2) {
        futex(&lock, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
    }
}

static int
adds(void *arg)
{
    on_cpu(NUMBER(arg));
    until(&go, 1);
    for (int i = 0; i < ADDITIONS; i++) {
        take_lock();
        wrong += inside++ != 0;
        sum++;
        inside--;
        give_lock();
    }
    return 0;
}

/* Each waits for its turn on one word; who has had its turn wakes one and moves
 * the others to a second word, and back at the next. */
static int
passes(void *arg)
{
    on_cpu(NUMBER(arg) + 1);
    until(&go, 1);
    for (int i = 0; i < PASSES; i++) {
        int now;
        while ((now = load(&holder)) % PASSERS != NUMBER(arg)) {
            futex(&holder, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, now, FOREVER, NULL,
                0);
        }
        add(&holder, 1);
        futex(&holder, FUTEX_REQUEUE | FUTEX_PRIVATE_FLAG, 1, (void *)EVERYONE,
            &end_of_line, 0);
        futex(&end_of_line, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, EVERYONE, NULL,
            NULL, 0);
    }
    return 0;
}

static int
forks(void *arg)
{
    (void)arg;
    on_cpu(2);
    until(&go, 1);
    for (int i = 0; i < FORKS; i++) {
        long pid = raw(NR_fork, 0, 0, 0, 0);
        if (pid == 0) {
            store(&sum, 0);
            store(&holder, 1000);
            raw(NR_exit_group, load(&holder) == 1000 ? 0 : 1, 0, 0, 0);
        }
        wrong += code_of((pid_t)pid) != 0;
    }
    return 0;
}

static int
maps(void *arg)
{
    const long map[6] = { 0, 8 * PAGE, RW, ANON, -1, 0 };

    (void)arg;
    on_cpu(3);
    until(&go, 1);
    for (int i = 0; i < FORKS * 10; i++) {
        char *at = (char *)raw_v(NR_mmap, map);
        at[0] = at[5 * PAGE] = 1;
        raw(NR_munmap, P(at), 8 * PAGE, 0, 0);
    }
    return 0;
}

static struct thread by_call, by_itself;
static int word, done_by_itself;

static int
adds_by_call(void *arg)
{
    (void)arg;
    on_cpu(0);
    until(&go, 1);
    for (int i = 0; i < CALLS; i++) {
        futex(&lock, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, (void *)1L, &word,
            FUTEX_OP_ADD << 28 | 1 << 12);
    }
    return 0;
}

static int
adds_by_itself(void *arg)
{
    (void)arg;
    on_cpu(1);
    advance(&go);
    while (word_of(&by_call.alive) != 0) {
        add(&word, 1);
        done_by_itself++;
    }
    return 0;
}

int
main(void)
{
    cpus_count();
    thread_start(&by_call, adds_by_call, NULL);
    thread_start(&by_itself, adds_by_itself, NULL);
    thread_join(&by_call);
    thread_join(&by_itself);
    is(word, CALLS + done_by_itself, "no addition by WAKE_OP is lost");
    set_word(&go, 0);
    for (int i = 0; i < ADDERS; i++) {
        thread_start(&adders[i], adds, ARG(i));
    }
    for (int i = 0; i < PASSERS; i++) {
        thread_start(&passers[i], passes, ARG(i));
    }
    thread_start(&forker, forks, NULL);
    thread_start(&mapper, maps, NULL);
    advance(&go);
    for (int i = 0; i < ADDERS; i++) {
        thread_join(&adders[i]);
    }
    for (int i = 0; i < PASSERS; i++) {
        thread_join(&passers[i]);
    }
    thread_join(&forker);
    thread_join(&mapper);
    is(sum, ADDERS * ADDITIONS, "no addition under the lock is lost");
    is(holder, PASSERS * PASSES, "nor any pass of the baton");
    is(wrong, 0, "the lock excludes, and a fork's copy is apart");
    ok(no_child(), "no child is left");
    return done();
}
