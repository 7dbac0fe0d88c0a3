/*
 * random_args.h: arguments for random calls.  A call's arguments are a string
 * of letters, one for each; the letters say what would make sense, and any of
 * them is sometimes replaced by what never does.
 */
#pragma once

#include "../threads.h"

#include <stdbool.h>

#define SYSCALL(nr, name, count, letters) CALL_##name = nr,
enum {
#include "abi/syscalls.def"
};
#undef SYSCALL

struct call {
    int nr;
    const char *args; /* by the table of system calls, or as below */
};

#define SYSCALL(nr, name, count, letters) { nr, letters },
static const struct call calls[] = {
#include "abi/syscalls.def"
};
#undef SYSCALL

#define CALLS ((int)(sizeof(calls) / sizeof(calls[0])))

/*
 * Better ones, tried as often.  Those of the table are d int, u size, x flags,
 * p pointer, s path. Further ones:
 *   f descriptor   i process or thread  n small number  S signal  c clock
 *   t pointer to a time   v to an iovec   q to a set of signals
 *   w aligned word   m page to be mapped away   l pages   z zero
 *   e epoll  E its event  T timerfd  P terminal  D directory  R file
 *   Q pidfd  k key and id of System V  o timer  r protection  h mapping
 */
static const struct call better[] = {
    { CALL_poll, "wnn" }, { CALL_mmap, "mlrhRl" }, { CALL_mmap, "zlrhdz" },
    { CALL_mprotect, "mlr" }, { CALL_munmap, "ml" }, { CALL_brk, "m" },
    { CALL_rt_sigaction, "Spp8" }, { CALL_rt_sigprocmask, "nqp8" },
    { CALL_ioctl, "PIp" }, { CALL_ioctl, "PIw" }, { CALL_readv, "fvn" },
    { CALL_writev, "fvn" }, { CALL_preadv, "Rvnn" }, { CALL_pwritev, "Rvnn" },
    { CALL_select, "nwwwt" }, { CALL_mremap, "mllhm" }, { CALL_msync, "mln" },
    { CALL_mincore, "mlp" }, { CALL_madvise, "mln" }, { CALL_shmget, "klx" },
    { CALL_shmat, "kmx" }, { CALL_shmat, "kzz" }, { CALL_shmctl, "knp" },
    { CALL_shmdt, "m" }, { CALL_nanosleep, "tp" }, { CALL_getitimer, "np" },
    { CALL_setitimer, "ntp" }, { CALL_clone, "xzwwp" },
    { CALL_clone, "xmwwp" }, { CALL_wait4, "ixxp" }, { CALL_wait4, "ipxp" },
    { CALL_kill, "iS" }, { CALL_semget, "knx" }, { CALL_semop, "kEn" },
    { CALL_semctl, "knnp" }, { CALL_semctl, "knnn" },
    { CALL_semtimedop, "kEnt" }, { CALL_fcntl, "fnn" },
    { CALL_fcntl, "RnE" }, { CALL_fcntl, "fFn" }, { CALL_flock, "Rn" },
    { CALL_ftruncate, "Ru" }, { CALL_fallocate, "Rnuu" },
    { CALL_getdents64, "Dpu" }, { CALL_rt_sigtimedwait, "qpt8" },
    { CALL_rt_sigqueueinfo, "iSp" }, { CALL_rt_sigsuspend, "q8" },
    { CALL_rt_sigpending, "p8" }, { CALL_getpriority, "ni" },
    { CALL_sched_setscheduler, "inw" }, { CALL_sched_setparam, "iw" },
    { CALL_sched_setattr, "iwz" }, { CALL_sched_getattr, "ipuz" },
    { CALL_mlock, "ml" }, { CALL_mlock2, "mln" }, { CALL_munlock, "ml" },
    { CALL_prctl, "nnnnn" }, { CALL_prctl, "npzzz" },
    { CALL_arch_prctl, "Ap" }, { CALL_setrlimit, "nt" },
    { CALL_tkill, "iS" }, { CALL_tgkill, "iiS" },
    { CALL_futex, "wFntww" }, { CALL_futex, "wnntwn" },
    { CALL_futex, "wnnnwn" }, { CALL_sched_setaffinity, "i8w" },
    { CALL_sched_getaffinity, "iup" }, { CALL_timer_create, "cEw" },
    { CALL_timer_create, "czw" }, { CALL_timer_settime, "ontp" },
    { CALL_timer_gettime, "op" }, { CALL_timer_delete, "o" },
    { CALL_timer_getoverrun, "o" }, { CALL_clock_gettime, "cp" },
    { CALL_clock_getres, "cp" }, { CALL_clock_nanosleep, "cntp" },
    { CALL_epoll_ctl, "enfE" }, { CALL_epoll_wait, "epnn" },
    { CALL_epoll_pwait, "epnnq8" }, { CALL_epoll_pwait2, "epntq8" },
    { CALL_waitid, "nipxp" }, { CALL_waitid, "3Qpxp" },
    { CALL_openat, "Dsxx" }, { CALL_openat, "Dsnn" }, { CALL_open, "sFn" },
    { CALL_pselect6, "nwwwtz" }, { CALL_ppoll, "wntq8" },
    { CALL_set_robust_list, "wu" }, { CALL_set_robust_list, "p\030" },
    { CALL_get_robust_list, "ipp" }, { CALL_signalfd4, "fq8x" },
    { CALL_signalfd, "fq8" }, { CALL_timerfd_create, "cx" },
    { CALL_timerfd_settime, "Tntp" }, { CALL_timerfd_gettime, "Tp" },
    { CALL_rt_tgsigqueueinfo, "iiSp" }, { CALL_prlimit64, "intp" },
    { CALL_membarrier, "xzz" }, { CALL_pidfd_send_signal, "QSzz" },
    { CALL_pidfd_open, "ix" }, { CALL_clone3, "wu" }, { CALL_clone3, "p@" },
    { CALL_mshare, "ml" }, { CALL_spawn, "wu" }, { CALL_spawn, "p0" },
    { CALL_setpgid, "ii" }, { CALL_dup3, "ffx" }, { CALL_dup2, "fn" },
    { CALL_utimensat, "Dstx" }, { CALL_execve, "szz" },
    { CALL_execveat, "Dszzx" }, { CALL_renameat2, "DsDsn" },
};

#define BETTER ((int)(sizeof(better) / sizeof(better[0])))

/*
 * The pages that arguments point to, at an address above which there is
 * nothing that a long read could write over:
 *   DATA pages that we fill anew before each call, then one without rights;
 *   SHARED with all callers; a read-only one, one of a file's end;
 *   VICTIMS, which are mapped, protected and shared as the calls will have it.
 */
#define AREA    ((char *)0x200000000000)
#define DATA    3
#define SHARED  (AREA + (DATA + 1) * 4096L)
#define CONST   (AREA + (DATA + 3) * 4096L)
#define AT_END  (AREA + (DATA + 5) * 4096L)
#define VICTIMS (AREA + (1L << 21) - 8 * 4096L)

enum { FD_FIRST = 3, FDS = 22, SLOTS = 8 };

/* What each of the kinds of descriptor is; FD_NAMED is open for its name. */
enum {
    FD_FILE = FD_FIRST, FD_READ, FD_DIR, FD_PIPE, FD_PIPE_IN, FD_WAITING,
    FD_WAITING_IN, FD_MASTER, FD_SLAVE, FD_EPOLL, FD_EVENT, FD_TIMER,
    FD_SIGNAL, FD_PID, FD_MEM, FD_ZERO, FD_NULL, FD_MAPS, FD_NAMED, FD_PROC,
};

struct caller {
    unsigned long seed;
    bool root;      /* its paths must not lead out of its directory */
    const int *pid; /* of all slots */
};

static inline unsigned
below(struct caller *caller, unsigned end)
{
    caller->seed = caller->seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(caller->seed >> 33) % end;
}

#define ONE_OF(caller, list) \
    ((list)[below(caller, sizeof(list) / sizeof((list)[0]))])

static inline long
arg_hostile(struct caller *caller)
{
    static const long odd[] = {
        0, 1, -1, -22, -4095, -4096, 8, 0x7fffffff, 0x80000000, 0xffffffff,
        0x100000000, 1L << 63, -1UL >> 1, 0x7ffffffff000, 0x7fffffffffff,
        0x800000000000, 0xffff800000000000, 0xffff800000100000,
        0xffffffff80000000, 0xffffffff80100000, 0xfffffffffffff000,
    };

    return below(caller, 8) == 0
               ? (long)(caller->seed ^ (caller->seed << 31))
               : ONE_OF(caller, odd) + (long)below(caller, 2) * 8;
}

static inline long
arg_size(struct caller *caller)
{
    static const long sizes[] = {
        0, 1, 4, 7, 8, 12, 16, 24, 32, 48, 56, 64, 80, 88, 112, 128, 144, 512,
        4095, 4096, 4097, 8192, 65536, 65537, 1 << 20, 1 << 24, 1 << 30,
    };

    return ONE_OF(caller, sizes);
}

static inline long
arg_flags(struct caller *caller)
{
    static const long many[] = {
        O_CREAT | O_RDWR, O_DIRECTORY, O_CLOEXEC | O_NONBLOCK, O_PATH,
        O_TRUNC | O_WRONLY, 0666, 0777, 04755, 0x3d0f00, SIGCHLD, 0x4111,
        0x1200011, 0x100, 0x11, 0xf00, 0x1400, 0x1800, 0x2001, 01600,
    };
    unsigned kind = below(caller, 8);

    return kind < 2   ? 0
           : kind < 4 ? ONE_OF(caller, many)
           : kind < 6 ? (long)below(caller, 16)
           : kind < 7 ? 1L << below(caller, 33)
                      : 1L << below(caller, 20) | 1L << below(caller, 20);
}

static inline long
arg_process(struct caller *caller)
{
    unsigned kind = below(caller, 8);

    return kind < 2   ? 0
           : kind < 4 ? raw(NR_getpid, 0, 0, 0, 0)
           : kind < 5 ? raw(NR_gettid, 0, 0, 0, 0) + (long)below(caller, 4)
           : kind < 6 ? -(long)below(caller, 2)
           : kind < 7 ? 1 + (long)below(caller, 64)
                      : caller->pid[below(caller, SLOTS)];
}

/* In an area of data, anew: numbers of each size, and pointers to itself. */
static inline long
arg_data(struct caller *caller)
{
    long *data = (long *)(AREA + below(caller, DATA) * 4096L
                          + below(caller, 256) * 8L);

    for (int i = 0; i < 32; i++) {
        unsigned kind = below(caller, 8);
        data[i] = kind < 3   ? (long)below(caller, 32)
                  : kind < 4 ? (long)below(caller, 32)
                                   | (long)below(caller, 32) << 32
                  : kind < 5 ? P(AREA) + below(caller, 4 * 512) * 8L
                  : kind < 6 ? arg_size(caller)
                  : kind < 7 ? arg_flags(caller)
                             : arg_hostile(caller);
    }
    return P(data);
}

static inline long
arg_pointer(struct caller *caller)
{
    unsigned kind = below(caller, 16);

    return kind < 8    ? arg_data(caller)
           : kind < 9  ? P(AREA) + DATA * 4096L - (long)below(caller, 65)
           : kind < 10 ? P(CONST) + below(caller, 512) * 8L
           : kind < 11 ? P(AT_END) + below(caller, 1024) * 8L
           : kind < 12 ? P(SHARED) + below(caller, 16) * 4L
           : kind < 14 ? P(VICTIMS) + below(caller, 8 * 512) * 8L
           : kind < 15 ? arg_data(caller) + 1 + below(caller, 7)
                       : 0;
}

static inline long
arg_path(struct caller *caller)
{
    /* the first are in the caller's own directory; none leads to one where
       it could leave something */
    static const char *const names[] = {
        "a", "b", "d", "d/x", "d/e", "link", "fifo", "", "d/e/..", "a/b",
        "d/e/f", "nothing", ".", "/", "/dev/null", "/dev/zero",
        "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/fd/3", "/proc",
        "/proc/self/status", "/proc/self/fd/4", "/proc/self/exe", "/bin/true",
        "/bin/echo", "/proc/1/maps", "/proc/self/task", "/proc/tine/check",
    };
    unsigned own = 12, all = sizeof(names) / sizeof(names[0]);
    char *path = (char *)arg_data(caller);

    strcpy(path, names[below(caller, caller->root ? own : all)]);
    return P(path);
}

static inline long
arg_time(struct caller *caller)
{
    long *time = (long *)arg_data(caller);

    for (int i = 0; i < 4; i += 2) {
        time[i] = below(caller, 8) == 0;
        time[i + 1] = (long)below(caller, 2000000);
    }
    return P(time);
}

/* A few iovecs, or a few events of epoll, operations, locks. */
static inline long
arg_vector(struct caller *caller, bool pointers)
{
    long *at = (long *)arg_data(caller);

    for (int i = 0; i < 8; i++) {
        at[i] = i % 2 == 1 ? (long)below(caller, 100)
                : pointers ? arg_pointer(caller)
                           : (long)below(caller, 6)
                                 | (long)(below(caller, 4) - 1) << 16
                                 | (long)below(caller, 3) << 43;
    }
    return P(at);
}

static inline long
arg_descriptor(struct caller *caller)
{
    unsigned kind = below(caller, 16);

    return kind < 14 ? FD_FIRST + (long)below(caller, FDS)
           : kind < 15 ? AT_FDCWD
                       : (long)below(caller, 3);
}

/* Mostly one of terminals'. */
static inline long
arg_ioctl(struct caller *caller)
{
    static const long others[] = {
        0x541b, 0x5421, 0x5450, 0x5451, 0x80045430, 0x40045431, 0x80045439,
    };

    return below(caller, 3) == 0 ? ONE_OF(caller, others)
                                 : 0x5401 + (long)below(caller, 48);
}

/* What a letter stands for. */
static inline long
arg_sensible(struct caller *caller, char letter)
{
    switch (letter) {
    case 'd':
        return below(caller, 2) ? arg_descriptor(caller)
               : below(caller, 2) ? arg_process(caller)
                                  : (long)below(caller, 40);
    case 'u': return arg_size(caller);
    case 'x': return arg_flags(caller);
    case 'p': return arg_pointer(caller);
    case 's': return arg_path(caller);
    case 'f': return arg_descriptor(caller);
    case 'i': return arg_process(caller);
    case 'n': return (long)below(caller, 17);
    case 'S': return (long)below(caller, 65);
    case 'c': return (long)below(caller, 12);
    case 't': return arg_time(caller);
    case 'v': return arg_vector(caller, true);
    case 'E': return arg_vector(caller, false);
    case 'q': {
        long *set = (long *)arg_data(caller);
        set[0] = 1L << below(caller, 64) | 1L << below(caller, 64);
        return P(set);
    }
    case 'w':
        return below(caller, 2) ? P(SHARED) + below(caller, 8) * 4L
                                : arg_data(caller);
    case 'm': return P(VICTIMS) + (long)(below(caller, 9)) * 4096L;
    case 'l': return (long)below(caller, 5) * 4096L;
    case 'e': return FD_EPOLL;
    case 'T': return FD_TIMER;
    case 'P': return FD_MASTER + (long)below(caller, 2);
    case 'D': return below(caller, 2) ? FD_DIR : AT_FDCWD;
    case 'R': return below(caller, 2) ? FD_FILE : FD_MEM;
    case 'Q': return FD_PID;
    case 'k': return (long)below(caller, 6);
    case 'o': return (long)below(caller, 4);
    case 'r': return (long)below(caller, 8);
    case 'h':
        return 1 << below(caller, 2) | (below(caller, 2) ? 0x20 : 0)
               | (below(caller, 4) == 0 ? 0x10 : 0)
               | (below(caller, 8) == 0 ? 0x100 << below(caller, 13) : 0);
    case 'F':
        return below(caller, 2) ? 0x80 | below(caller, 14)
                                : 1024 + (long)below(caller, 12);
    case 'I': return arg_ioctl(caller);
    case 'A': return 0x1001 + (long)below(caller, 4);
    case 'z': return 0;
    case '8': return 8;
    case '3': return 3;
    default: return letter;
    }
}

/* Choose the arguments of a call. */
static inline void
choose_args(struct caller *caller, int which, long arg[6])
{
    const char *letters = calls[which].args;
    const char *found[4];
    unsigned count = 0;

    for (int i = 0; i < BETTER && count < 4; i++) {
        if (better[i].nr == calls[which].nr) {
            found[count++] = better[i].args;
        }
    }
    if (count > 0 && below(caller, 4) > 0) {
        letters = found[below(caller, count)];
    }
    for (int i = 0; i < 6; i++) {
        arg[i] = below(caller, 24) == 0 || *letters == '\0'
                     ? arg_hostile(caller)
                     : arg_sensible(caller, *letters);
        letters += *letters != '\0';
    }
}
