/*
 * Limits on memory, the stack, CPU time and queued signals.
 * seconds: 40
 */
#include "tap.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include "clone.h"

enum { MIB = 1 << 20, RT = 40 };

static void
limit(int kind, rlim_t soft)
{
    struct rlimit limit = { 0, 0 };

    getrlimit(kind, &limit);
    limit.rlim_cur = soft;
    if (setrlimit(kind, &limit) < 0) {
        exit(97);
    }
}

/* => NULL: ENOMEM */
static char *
map(void *at, size_t size, int prot, int flags)
{
    char *p = mmap(at, size, prot, MAP_ANONYMOUS | flags, -1, 0);

    if (p == MAP_FAILED && errno != ENOMEM) {
        exit(98);
    }
    return p == MAP_FAILED ? NULL : p;
}

#define RW (PROT_READ | PROT_WRITE)

static int
test_space(void *arg)
{
    (void)arg;
    limit(RLIMIT_AS, 64 * MIB);
    ok(map(NULL, 100 * MIB, PROT_NONE, MAP_PRIVATE) == NULL,
       "more than RLIMIT_AS cannot be mapped");
    ok(map(NULL, 100 * MIB, RW, MAP_SHARED) == NULL, "nor shared");
    char *p = map(NULL, 40 * MIB, PROT_NONE, MAP_PRIVATE);
    ok(p != NULL, "less can");
    ok(map(NULL, 40 * MIB, PROT_NONE, MAP_PRIVATE) == NULL, "but once");
    ok(map(p, 40 * MIB, RW, MAP_PRIVATE | MAP_FIXED) == p,
       "in its place it can");
    is(brk((char *)sbrk(0) + 40 * MIB), -1, "the break cannot move so far");
    ok(brk((char *)sbrk(0) + MIB) == 0, "but a bit");
    munmap(p, 40 * MIB);
    ok(map(NULL, 40 * MIB, PROT_NONE, MAP_PRIVATE) != NULL, "again");
    limit(RLIMIT_AS, 0);
    ok(map(NULL, 4096, PROT_NONE, MAP_PRIVATE) == NULL, "none at all");
    ok(mprotect(p, 4096, PROT_READ) == 0, "rights can change");
    limit(RLIMIT_AS, RLIM_INFINITY);
    ok(map(NULL, 100 * MIB, PROT_NONE, MAP_PRIVATE) != NULL, "no limit");
    return 0;
}

static int
test_data(void *arg)
{
    (void)arg;
    limit(RLIMIT_DATA, 16 * MIB);
    ok(map(NULL, 20 * MIB, RW, MAP_PRIVATE) == NULL, "RLIMIT_DATA: private");
    ok(map(NULL, 20 * MIB, RW, MAP_SHARED) != NULL, "not shared");
    char *p = map(NULL, 20 * MIB, PROT_READ, MAP_PRIVATE);
    ok(p != NULL, "nor what cannot be written");
    is(mprotect(p, 20 * MIB, RW), -1, "until it could be");
    is(mprotect(p, 5 * MIB, RW), 0, "a part");
    is(mprotect(p, 5 * MIB, RW), 0, "twice");
    is(brk((char *)sbrk(0) + 20 * MIB), -1, "the break");
    ok(brk((char *)sbrk(0) + MIB) == 0, "moves a bit");
    return 0;
}

static volatile int caught;

static void
on_signal(int sig)
{
    caught += sig == SIGXCPU;
}

/* Use CPU time up to the hard limit; *told: what the soft one is after the
 * first signal. */
static int
to_the_hard(void *told)
{
    struct rlimit limit = { 1, 2 };

    signal(SIGXCPU, on_signal);
    setrlimit(RLIMIT_CPU, &limit);
    while (caught == 0) {
    }
    getrlimit(RLIMIT_CPU, &limit);
    *(rlim_t *)told = limit.rlim_cur;
    while (caught >= 0) {
    }
    return 0;
}

static int
to_the_soft(void *unused)
{
    (void)unused;
    limit(RLIMIT_CPU, 1);
    while (caught >= 0) {
    }
    return 0;
}

static int
deep(int levels)
{
    volatile char page[4096];

    page[0] = (char)levels;
    return levels == 0 ? page[0] : deep(levels - 1) + page[0];
}

/* A new program, with its stack limited to this many KiB. */
static int
on_stack(int kib, int uses)
{
    char text[32];
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        limit(RLIMIT_STACK, (rlim_t)kib << 10);
        snprintf(text, sizeof(text), "%d", uses);
        execl("/proc/self/exe", "limit_use", text, (char *)NULL);
        _exit(96);
    }
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* An exec with an argument of this many KiB, at that limit: its errno. */
static int
with_argument(int stack, int kib)
{
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        char *argv[16] = { "limit_use", "0" };
        char *text = malloc(65 << 10);
        memset(text, 'x', 64 << 10);
        text[64 << 10] = '\0';
        for (int i = 0; i < kib / 64; i++) {
            argv[2 + i] = text;
        }
        limit(RLIMIT_STACK, (rlim_t)stack << 10);
        execv("/proc/self/exe", argv);
        _exit(errno);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status) : -1;
}

static int
test_queue(void *arg)
{
    union sigval value = { 0 };
    sigset_t set;
    siginfo_t info;
    int sent = 0;

    (void)arg;
    sigemptyset(&set);
    sigaddset(&set, RT);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 10; i++) {
        sigqueue(getpid(), RT, value);
    }
    for (int i = 0; i < 10; i++) {
        sigwaitinfo(&set, &info);
    }
    limit(RLIMIT_SIGPENDING, 4);
    while (sent < 10 && sigqueue(getpid(), RT, value) == 0) {
        sent++;
    }
    ok(sent <= 4 && errno == EAGAIN, "RLIMIT_SIGPENDING ends the queue");
    is(sigqueue(getpid(), SIGUSR1, value), 0, "but not for standard signals");
    is(kill(getpid(), RT), 0, "nor for kill");
    limit(RLIMIT_SIGPENDING, 0);
    while (sent-- > 0) {
        sigwaitinfo(&set, &info);
    }
    fails(sigqueue(getpid(), RT, value), EAGAIN, "none at all");
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return deep(atoi(argv[1])) < -1000;
    }
    test_space(NULL);
    test_data(NULL);
    limit(RLIMIT_DATA, RLIM_INFINITY);
    test_queue(NULL);
    rlim_t *told = mmap(NULL, 4096, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    killed(in_child(to_the_soft, NULL), SIGXCPU, "RLIMIT_CPU: a signal");
    killed(in_child(to_the_hard, told), SIGKILL, "the hard one: SIGKILL");
    is((long)*told, 2, "at the signal, the soft limit goes up");
    exited(on_stack(1024, 150), 0, "RLIMIT_STACK: 600 KiB of 1 MiB");
    killed(on_stack(1024, 300), SIGSEGV, "but no 1200");
    exited(on_stack(16384, 3000), 0, "12 MiB of 16");
    is(with_argument(512, 64), 0, "64 KiB of arguments with 512 of stack");
    is(with_argument(512, 256), E2BIG, "but not 256");
    is(with_argument(2048, 256), 0, "with 2 MiB they are");
    return done();
}
