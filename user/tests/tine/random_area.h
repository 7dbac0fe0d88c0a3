/*
 * random_area.h: the memory that random calls are told of, and values of the
 * simplest kinds.
 */
#pragma once

#include "../threads.h"

#include <stdbool.h>

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
