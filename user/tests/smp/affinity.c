/*
 * affinity.c: a process runs only on the processors of its mask; fork and exec
 * keep the mask. By raw calls: sched_setaffinity, sched_getaffinity, getcpu.
 * The output does not depend on the number of processors.
 *
 * seconds: 60
 */
#include "smp.h"

#define NR_set SYS_sched_setaffinity
#define NR_get SYS_sched_getaffinity
enum { MASK_WORDS = 128, MASK_BYTES = MASK_WORDS * 8, LOOKS = 50, TURNS = 20 };
enum { FORKS = 500 };

/* What parent and child tell each other. While serial is odd, the parent
 * changes the mask. */
struct common {
    int serial;
    int cpu;        /* where the child has to be */
    int seen;       /* the last serial under which it was seen there */
    int stray;      /* how often it was elsewhere */
};

static unsigned long all[MASK_WORDS];

static long
set_one(pid_t pid, int cpu)
{
    unsigned long mask[MASK_WORDS] = { 0 };

    mask[cpu / 64] = 1UL << cpu % 64;
    return raw(NR_set, pid, MASK_BYTES, P(mask), 0);
}

/* => the only processor this process may use, -1 if there are more */
static int
only_one(void)
{
    unsigned long mask[MASK_WORDS] = { 0 };
    int found = -1, count = 0;

    raw(NR_get, 0, MASK_BYTES, P(mask), 0);
    for (int cpu = 0; cpu < MASK_WORDS * 64; cpu++) {
        if (mask[cpu / 64] >> cpu % 64 & 1) {
            found = cpu;
            count++;
        }
    }
    return count == 1 ? found : -1;
}

static int
where(void)
{
    unsigned cpu = 9999, node = 9999;

    return raw(SYS_getcpu, P(&cpu), P(&node), 0, 0) == 0 ? (int)cpu : -1;
}

/* The next processor after this one that the test may use; -1: no more. */
static int
next_cpu(int cpu)
{
    for (cpu++; cpu < MASK_WORDS * 64; cpu++) {
        if (all[cpu / 64] >> cpu % 64 & 1) {
            return cpu;
        }
    }
    return -1;
}

/* => whether this process is there, and stays through yields */
static int
stays(int cpu)
{
    int good = 1;

    for (int i = 0; i < LOOKS; i++) {
        good &= where() == cpu;
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
    return good && only_one() == cpu;
}

static void
test_each(const char *self)
{
    int set = 1, there = 1, inherited = 1, kept = 1;
    char text[16];
    char *argv[] = { (char *)self, "on", text, NULL };

    for (int cpu = next_cpu(-1); cpu >= 0; cpu = next_cpu(cpu)) {
        set &= set_one(0, cpu) == 0;
        there &= stays(cpu);
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(stays(cpu));
        }
        inherited &= code_of(pid) == 1;
        snprintf(text, sizeof(text), "%d", cpu);
        pid = must_fork();
        if (pid == 0) {
            execv(self, argv);
            _exit(2);
        }
        kept &= code_of(pid) == 1;
    }
    ok(set, "a mask of one, for each processor");
    ok(there, "the process is on that one, at once and from then on");
    ok(inherited, "its child too");
    ok(kept, "and after exec");
    is(raw(NR_set, 0, MASK_BYTES, P(all), 0), 0, "the first mask again");
}

static void
look_around(struct common *common)
{
    for (unsigned n = 0;; n++) {
        int serial = load(&common->serial);
        int at = where(), target = load(&common->cpu);
        if (serial % 2 == 0 && serial == load(&common->serial)) {
            if (at == target) {
                store(&common->seen, serial);
            } else {
                add(&common->stray, 1);
            }
        }
        relax(n);
    }
}

static void
test_other(void)
{
    struct common *common = shared(sizeof(*common));
    int good = 1, first = next_cpu(-1);

    store(&common->serial, 1);
    pid_t pid = must_fork();
    if (pid == 0) {
        look_around(common);
    }
    for (int turn = 0; turn < TURNS; turn++) {
        for (int cpu = first; cpu >= 0; cpu = next_cpu(cpu)) {
            good &= set_one(pid, cpu) == 0;
            store(&common->cpu, cpu);
            int serial = add(&common->serial, 1);
            await(&common->seen, serial);
            add(&common->serial, 1);
        }
    }
    ok(good, "a child is moved while it runs, from one to the next");
    is(load(&common->stray), 0, "and was nowhere else after each call");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    is(only_one(), next_cpu(first) < 0 ? first : -1,
        "the parent's own mask is as it was");
    munmap(common, sizeof(*common));
}

/* A process forks while another one moves it about. */
static void
test_forker(void)
{
    struct common *common = shared(sizeof(*common));
    pid_t pid = must_fork();

    for (int i = 0; pid == 0 && i < FORKS; i++) {
        pid_t child = must_fork();
        if (child == 0) {
            int cpu = only_one();
            _exit(cpu >= 0 && where() != cpu);
        }
        add(&common->stray, code_of(child) != 0);
    }
    if (pid == 0) {
        store(&common->seen, 1);
        _exit(0);
    }
    for (int cpu = -1; !load(&common->seen); set_one(pid, cpu)) {
        cpu = next_cpu(cpu) >= 0 ? next_cpu(cpu) : next_cpu(-1);
    }
    waitpid(pid, NULL, 0);
    is(load(&common->stray), 0, "no child begins where its mask forbids");
    munmap(common, sizeof(*common));
}

static void
test_errors(void)
{
    unsigned long mask[MASK_WORDS] = { 0 };
    long size = raw(NR_get, 0, MASK_BYTES, P(mask), 0);
    unsigned node = 7;

    ok(size > 0 && size <= MASK_BYTES && size % 8 == 0,
        "getaffinity returns the size of the kernel's mask");
    is(raw(NR_get, 0, size, P(mask), 0), size, "which is enough");
    is(raw(NR_get, 0, size + 4, P(mask), 0), -EINVAL, "no multiple of 8");
    is(raw(NR_get, 0, 4, P(mask), 0), -EINVAL, "four bytes");
    is(raw(NR_get, 0, 0, P(mask), 0), -EINVAL, "nothing");
    is(raw(NR_get, 0, 1L << 29, P(mask), 0), -EINVAL,
        "bytes whose bits are not a number of 32 bits");
    is(raw(NR_get, 0, size, 8, 0), -EFAULT, "a bad address");
    is(raw(NR_get, 999999999, size, P(mask), 0), -ESRCH, "no process");
    is(raw(NR_get, -1, size, P(mask), 0), -ESRCH, "a negative pid");
    memset(mask, 0, sizeof(mask));
    is(raw(NR_set, 0, size, P(mask), 0), -EINVAL, "set: an empty mask");
    is(raw(NR_set, 0, 0, P(mask), 0), -EINVAL, "set: no mask");
    mask[MASK_WORDS - 1] = 1UL << 63;
    is(raw(NR_set, 0, MASK_BYTES, P(mask), 0), -EINVAL,
        "set: only a processor that is not there");
    is(raw(NR_set, 0, size, 8, 0), -EFAULT, "set: a bad address");
    is(raw(NR_set, 999999999, size, P(all), 0), -ESRCH, "set: no process");
    memset(mask, 0xff, sizeof(mask));
    is(raw(NR_set, 0, MASK_BYTES, P(mask), 0), 0,
        "set: those that are not there do not matter");
    memset(mask, 0, sizeof(mask));
    raw(NR_get, 0, MASK_BYTES, P(mask), 0);
    ok(memcmp(mask, all, MASK_BYTES) == 0, "the mask is of those that are");
    is(raw(SYS_getcpu, 0, 0, 0, 0), 0, "getcpu need not tell");
    is(raw(SYS_getcpu, 8, P(&node), 0, 0), -EFAULT, "getcpu: a bad address");
    is(node, 0, "the other word is stored anyway");
}

int
main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "on") == 0) {
        return stays(atoi(argv[2]));
    }
    raw(NR_get, 0, MASK_BYTES, P(all), 0);
    test_each(argv[0]);
    test_other();
    test_forker();
    test_errors();
    return done();
}
