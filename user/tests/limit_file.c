/*
 * RLIMIT_FSIZE: what a write, a truncation or fallocate may do at the limit,
 * and the signal; not for pipes.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

static volatile int signals, code;

static void
on_signal(int sig, siginfo_t *info, void *context)
{
    (void)context;
    signals += sig == SIGXFSZ;
    code = info->si_code == SI_USER && info->si_pid == getpid();
}

static long
size_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) < 0 ? -1 : (long)st.st_size;
}

static void
limit(rlim_t size)
{
    struct rlimit limit = { size, RLIM_INFINITY };
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static int
writes_too_much(void *arg)
{
    char byte = 'x';

    signal(SIGXFSZ, SIG_DFL);
    return (int)pwrite(*(int *)arg, &byte, 1, 10000);
}

int
main(void)
{
    static char block[20000];
    struct iovec parts[2] = { { block, 6000 }, { block, 6000 } };
    struct sigaction action = { .sa_sigaction = on_signal,
                                .sa_flags = SA_SIGINFO };
    int fd = open("f", O_RDWR | O_CREAT, 0600), ends[2];
    int append = open("f", O_WRONLY | O_APPEND);

    sigaction(SIGXFSZ, &action, NULL);
    limit(10000);
    is(write(fd, block, 20000), 10000, "a write ends at the limit");
    is(signals, 0, "without a signal");
    fails(write(fd, block, 1), EFBIG, "the next one fails");
    is(signals, 1, "with SIGXFSZ");
    is(code, 1, "as if it had sent it itself");
    is(write(fd, block, 0), 0, "nothing can be written");
    is(size_of(fd), 10000, "the file is as long as it may be");
    is(pwrite(fd, block, 100, 9950), 50, "pwrite to the limit");
    fails(pwrite(fd, block, 100, 20000), EFBIG, "and behind it");
    is(signals, 2, "a second signal");
    is(pwritev(fd, parts, 2, 1000), 9000, "in the second of two segments");
    fails(write(append, block, 10), EFBIG, "appending");
    is(ftruncate(fd, 10000), 0, "ftruncate to the limit");
    fails(ftruncate(fd, 10001), EFBIG, "and one more");
    is(signals, 4, "two more signals");
    fails(truncate("f", 10001), EFBIG, "truncate");
    is(ftruncate(fd, 100), 0, "shorter");
    is(fallocate(fd, 0, 0, 10000), 0, "fallocate to the limit");
    fails(fallocate(fd, 0, 0, 10001), EFBIG, "and beyond it");
    is(signals, 6, "six signals");
    limit(50);
    is(pwrite(fd, block, 60, 0), 50, "a file that is longer already");
    fails(ftruncate(fd, 10001), EFBIG, "may not grow");
    is(ftruncate(fd, 9000), 0, "but get shorter");
    is(size_of(fd), 9000, "it is");
    limit(0);
    fails(pwrite(fd, block, 1, 0), EFBIG, "no byte at all");
    is(pipe(ends), 0, "a pipe");
    is(write(ends[1], block, 100), 100, "has no limit");
    limit(RLIM_INFINITY);
    is(pwrite(fd, block, 1, 20000), 1, "without a limit");
    limit(10000);
    killed(in_child(writes_too_much, &fd), SIGXFSZ, "the signal's default");
    unlink("f");
    return done();
}
