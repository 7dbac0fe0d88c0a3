/*
 * random_args.h: arguments for random calls: what the letters of random_table.h
 * stand for; any is sometimes replaced by what never makes sense.
 */
#pragma once

#include "random_area.h"
#include "random_table.h"

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
