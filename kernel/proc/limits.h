/*
 * Limits of a process: setrlimit(2).  Most processes have the usual ones, and
 * then nothing of their own (NULL): so where a limit is looked at, that is one
 * test.  After a change a process has a struct limits, which fork shares, and
 * which is never changed: the next change makes another one.
 */
#pragma once

#include "abi/resource.h"

#include "core/config.h"

#include "proc/process.h"

struct as;
struct vma;

struct limits {
    u32 refs; /* a */
    struct rlimit limit[RLIMIT_COUNT]; /* i */
};

/* A process's own limits, with one reference more.  Drop one. */
struct limits *limits_get(struct process *process);
void limits_put(struct limits *limits);

/* The soft limit of the current process, if it has limits of its own. */
u64 limits_soft(int resource);

/* The same, or the usual one. */
static inline u64
limit_soft(int resource, u64 usual)
{
    return current->process->limits == NULL ? usual : limits_soft(resource);
}

/* RLIMIT_NOFILE: no new descriptor may be this large, or larger. */
static inline u32
fd_limit(void)
{
    return (u32)limit_soft(RLIMIT_NOFILE, OPEN_SOFT);
}

/* RLIMIT_FSIZE: a file may not be longer; what to do if it were to be.
 * => -EFBIG */
static inline u64
file_size_limit(void)
{
    return limit_soft(RLIMIT_FSIZE, RLIM_INFINITY);
}

long limits_file_too_long(void);

/* RLIMIT_NPROC: whether the current process's user may have one more process or
 * thread; root may.  => family_lock not held; 0, -EAGAIN */
long limits_refuse_clone(void);

/* RLIMIT_AS, RLIMIT_DATA: whether size more bytes with these rights (of a vma)
 * may be mapped at start.  over: in place of what is there.
 * => the as is the current process's; not locked
 * => 0, -ENOMEM */
long limits_memory(struct as *as, const struct vma *new, bool over);

static inline long
limit_memory(struct as *as, const struct vma *new, bool over)
{
    return current->process->limits == NULL ? 0 : limits_memory(as, new, over);
}

/* RLIMIT_CPU: signals for the current process, if it has used so much. */
void limits_check_cpu(void);

/* prlimit64(2): read, and unless `new` is NULL, change a limit.
 * => family_lock held, or it is the current process
 * => 0; -EINVAL, -EPERM, -ENOMEM: nothing is changed */
long limits_change(struct process *process, u32 resource,
                   const struct rlimit *new, struct rlimit *old);
