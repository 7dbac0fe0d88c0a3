/*
 * oom_hidden.c: two threads of who holds most contend for a file, so that one
 * of them waits for its mutex at almost any time, and lack memory, too. Even so
 * it is killed when memory ends, once, and not who asks next. (Several
 * processors: tools/lib/hosttests_smp.py.)
 *
 * seconds: 40
 * expect:
 * ok 1 - who holds most is killed
 * ok 2 - who asks next goes on
 * ok 3 - who holds little, too
 * 1..3
 */
#include "hog.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>

#define MIB (1L << 20)

enum { TIMES = 6, OTHERS = 2 };

static struct thread others[OTHERS];
static int fd, step;

/* Touch so many hundredths of what is free, or this much. */
static char *
eat(long hundredths, long size)
{
    struct sysinfo info;

    sysinfo(&info);
    long all = size != 0 ? size : (long)info.freeram / 100 * hundredths;
    char *at = mmap(NULL, (size_t)all, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; i < all; i += 4096) {
        at[i] = 1;
    }
    return at;
}

static int
contends(void *memory)
{
    advance(&step);
    for (;;) {
        raw(NR_lseek, fd, 0, SEEK_SET, 0);
        raw(NR_read, fd, P(memory), MIB, 0);
    }
    return 0;
}

/* Its second thread touches its own memory only as it reads. */
static void
hide(long hundredths)
{
    char *first = eat(0, MIB);

    eat(hundredths, 0);
    fd = open("contended", O_CREAT | O_RDWR, 0600);
    write(fd, first, MIB);
    thread_start(&others[0], contends, first);
    thread_start(&others[1], contends, mmap(NULL, MIB, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    until(&step, OTHERS);
}

static void
hold(long hundredths)
{
    eat(hundredths, 0);
}

/* => whether it had been killed before */
static int
end(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, WNOHANG) == pid) {
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return 0;
}

int
main(void)
{
    int killed = 0, asks = 0, little = 0;

    for (int i = 0; i < TIMES; i++) {
        struct sysinfo info;
        sysinfo(&info);
        long more = (long)info.freeram / 2; /* than will be left */
        pid_t hides = hog(hide, 60), other = hog(hold, 20);
        pid_t asker = must_fork();
        if (asker == 0) {
            eat(0, more);
            _exit(7);
        }
        asks += status_of(asker) == 7 << 8;
        killed += end(hides);
        little += !end(other);
    }
    unlink("contended");
    is(killed, TIMES, "who holds most is killed");
    is(asks, TIMES, "who asks next goes on");
    is(little, TIMES, "who holds little, too");
    return done();
}
