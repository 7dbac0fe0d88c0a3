/*
 * protect_padding.c: what a call tells a program in a structure has in its
 * holes, and behind names, nothing of the kernel: each such byte is 0, or what
 * the program had there. No word is a kernel address, and nothing behind the
 * structure is touched; also after calls that leave much on the kernel's stack.
 */
#include "raw.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#define PATTERN 0xa5

/* A call whose argument `which` is a structure of this size, with these holes:
 * their offsets and sizes. */
struct told {
    const char *name;
    long nr;
    long arg[6];
    int which, size;
    short holes[8][2];
};

enum { FILE_FD = 20, PIPE_FD, TERMINAL_FD, TIMER_FD, SEM, SHM };
static const char path[] = "file";
static long lock[4] = { F_WRLCK, 0, 0, 0 };
static const long no_time[2] = { 0, 0 };

static const struct told calls[] = {
    { "stat", NR_stat, { P(path) }, 1, 144, { { 36, 4 }, { 120, 24 } } },
    { "fstat of a pipe", NR_fstat, { PIPE_FD }, 1, 144,
        { { 36, 4 }, { 120, 24 } } },
    { "statx", NR_statx, { -100, P(path), 0, 0x7ff }, 4, 256,
        { { 30, 2 }, { 76, 4 }, { 92, 4 }, { 108, 4 }, { 124, 4 },
            { 192, 64 } } },
    { "statfs", NR_statfs, { P(path) }, 1, 120, { { 88, 32 } } },
    { "fstatfs", NR_fstatfs, { PIPE_FD }, 1, 120, { { 88, 32 } } },
    { "sysinfo", 99, { 0 }, 0, 112, { { 82, 6 }, { 108, 4 } } },
    { "getrusage", NR_getrusage, { 0 }, 1, 144, { { 0, 0 } } },
    { "times", NR_times, { 0 }, 0, 32, { { 0, 0 } } },
    { "getitimer", NR_getitimer, { 0 }, 1, 32, { { 0, 0 } } },
    { "gettimeofday", NR_gettimeofday, { 0 }, 0, 16, { { 0, 0 } } },
    { "clock_getres", NR_clock_getres, { 0 }, 1, 16, { { 0, 0 } } },
    { "prlimit64", NR_prlimit64, { 0, 7, 0 }, 3, 16, { { 0, 0 } } },
    { "sigaltstack", NR_sigaltstack, { 0 }, 1, 24, { { 12, 4 } } },
    { "rt_sigaction", NR_rt_sigaction, { SIGUSR2, 0, 0, 8 }, 2, 32,
        { { 0, 0 } } },
    { "the action of a handler", NR_rt_sigaction, { SIGUSR1, 0, 0, 8 }, 2, 32,
        { { 0, 0 } } },
    { "rt_sigpending", NR_rt_sigpending, { 0, 8 }, 0, 8, { { 0, 0 } } },
    { "fcntl F_GETLK", NR_fcntl, { FILE_FD, F_GETLK, P(lock) }, 2, 32,
        { { 4, 4 }, { 28, 4 } } },
    { "sched_getparam", NR_sched_getparam, { 0 }, 1, 4, { { 0, 0 } } },
    { "sched_rr_get_interval", NR_sched_rr_get_interval, { 0 }, 1, 16,
        { { 0, 0 } } },
    { "sched_getaffinity", 204, { 0, 8 }, 2, 8, { { 0, 0 } } },
    { "timerfd_gettime", 287, { TIMER_FD }, 1, 32, { { 0, 0 } } },
    { "the modes of a terminal", NR_ioctl, { TERMINAL_FD, 0x5401 }, 2, 36,
        { { 0, 0 } } },
    { "its size", NR_ioctl, { TERMINAL_FD, 0x5413 }, 2, 8, { { 0, 0 } } },
    { "semctl IPC_STAT", 66, { SEM, 0, IPC_STAT }, 3, 104,
        { { 26, 6 }, { 32, 16 }, { 56, 8 }, { 72, 8 }, { 88, 16 } } },
    { "semctl SEM_INFO", 66, { 0, 0, 19 }, 3, 40, { { 0, 0 } } },
    { "shmctl IPC_STAT", 31, { SHM, IPC_STAT }, 2, 112,
        { { 26, 6 }, { 32, 16 }, { 96, 16 } } },
    { "shmctl SHM_INFO", 31, { 0, 14 }, 2, 48, { { 4, 4 } } },
};

static _Alignas(16) unsigned char buf[1024];
static int ids[2];

static int
ends_at_once(void *unused)
{
    (void)unused;
    return 0;
}

/* Leave other things on the kernel's stack each time. */
static void
stir(int turn)
{
    char deep[] = "no/such/name/anywhere/at/all", text[512];
    int ends[2];

    switch (turn) {
    case 0:
        open(deep, O_RDONLY);
        break;
    case 1:
        pipe(ends);
        memset(text, 0x5e, sizeof(text));
        write(ends[1], text, sizeof(text));
        read(ends[0], text, sizeof(text));
        close(ends[0]);
        close(ends[1]);
        break;
    case 2:
        in_child(ends_at_once, NULL);
        break;
    default:
        munmap(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE
            | MAP_ANONYMOUS | MAP_POPULATE, -1, 0), 1 << 20);
    }
}

/* => bytes of [from, from + size) that are neither 0 nor the program's own */
static int
strange(int from, int size)
{
    int count = 0;

    for (int i = from; i < from + size; i++) {
        count += buf[i] != 0 && buf[i] != PATTERN;
    }
    return count;
}

static int
addresses(int size)
{
    unsigned long word;
    int count = 0;

    for (int at = 0; at + 8 <= size; at += 4) {
        memcpy(&word, buf + at, sizeof(word));
        count += word >> 47 == 0x1ffff && word < -4096UL;
    }
    return count;
}

/* Behind the structure all is as it was. */
static int
touched_behind(int size)
{
    int count = 0;

    for (int i = size; i < (int)sizeof(buf); i++) {
        count += buf[i] != PATTERN;
    }
    return count;
}

static void
test(const struct told *call)
{
    int bad = 0, holes = (int)(sizeof(call->holes) / sizeof(call->holes[0]));
    long arg[6], got = 0;

    for (int turn = 0; turn < 4; turn++) {
        memcpy(arg, call->arg, sizeof(arg));
        memset(buf, PATTERN, sizeof(buf));
        if (arg[call->which] != 0) {
            memcpy(buf, (void *)arg[call->which], (size_t)call->size);
        }
        arg[call->which] = P(buf);
        if (arg[0] == SEM || arg[0] == SHM) {
            arg[0] = ids[arg[0] - SEM];
        }
        stir(turn);
        got = raw_v(call->nr, arg);
        bad += got < 0 || addresses(call->size) || touched_behind(call->size);
        for (int i = 0; i < holes; i++) {
            bad += strange(call->holes[i][0], call->holes[i][1]);
        }
    }
    is(bad, 0, call->name);
    if (got < 0) {
        printf("# %s\n", errno_name((int)-got));
    }
}

/* Behind the end of each name. */
static void
test_uname(void)
{
    int bad = 0;

    memset(buf, PATTERN, sizeof(buf));
    raw(NR_uname, P(buf), 0, 0, 0);
    for (int i = 0; i < 6; i++) {
        int length = (int)strlen((char *)buf + i * 65);
        bad += strange(i * 65 + length, 65 - length);
    }
    is(bad + touched_behind(390), 0, "uname");
}

static void
send_one(int sig)
{
    stir(1);
    kill(getpid(), sig);
    memset(buf, PATTERN, sizeof(buf));
}

static void
test_signals(void)
{
    unsigned long set = 1UL << (SIGUSR2 - 1);
    int status;

    raw(NR_rt_sigprocmask, SIG_BLOCK, P(&set), 0, 8);
    send_one(SIGUSR2);
    raw(NR_rt_sigtimedwait, P(&set), P(buf), P(no_time), 8);
    is(strange(12, 4) + strange(24, 104) + addresses(128)
        + touched_behind(128), 0, "rt_sigtimedwait");
    int fd = (int)raw(289, -1, P(&set), 8, 0);
    send_one(SIGUSR2);
    read(fd, buf, 128);
    is(strange(82, 2) + strange(100, 28) + addresses(128)
        + touched_behind(128), 0, "a signalfd");
    close(fd);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    memset(buf, PATTERN, sizeof(buf));
    stir(1);
    raw_v(NR_waitid, (long[6]){ P_PID, pid, P(buf), WEXITED | WNOWAIT, 0, 0 });
    is(strange(12, 4) + strange(28, 100) + addresses(128)
        + touched_behind(128), 0, "waitid");
    waitpid(pid, &status, 0);
}

static void
nothing(int sig)
{
    (void)sig;
}

int
main(void)
{
    int ends[2];

    dup2(open(path, O_RDWR | O_CREAT, 0600), FILE_FD);
    write(FILE_FD, path, sizeof(path));
    pipe(ends);
    dup2(ends[0], PIPE_FD);
    dup2(open("/dev/ptmx", O_RDWR | O_NOCTTY), TERMINAL_FD);
    dup2((int)raw(283, 1, 0, 0, 0), TIMER_FD);
    ids[0] = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    ids[1] = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    signal(SIGUSR1, nothing);
    for (int i = 0; i < (int)(sizeof(calls) / sizeof(calls[0])); i++) {
        test(&calls[i]);
    }
    test_uname();
    test_signals();
    semctl(ids[0], 0, IPC_RMID);
    shmctl(ids[1], IPC_RMID, NULL);
    unlink(path);
    return done();
}
