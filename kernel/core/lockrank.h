/*
 * The order of all locks, lowest first: one line for each class.  The card says
 * what is checked.  Locks from RANK_IRQ on are taken with interrupts off, since
 * interrupt handlers take them too.  Do not allocate memory while holding one.
 */
#pragma once

enum lock_rank {
    RANK_INPUT = 1,  /* the console's input devices; calls the receiver */
    RANK_FAMILY,     /* the process tree: parents, children, groups */
    RANK_PIDS,       /* what a pid leads to, and how many are in use */
    RANK_AS,         /* one address space: vmas, tables, brk (long work) */
    RANK_AS_LIST,    /* the list of all address spaces */
    RANK_FUTEX,      /* who sleeps on which word */
    RANK_IPC,        /* System V's shared memory: ids and attributes */
    RANK_FILES,      /* one descriptor table */
    RANK_INODE,      /* an inode's pages and links */
    RANK_FSTREE,     /* names: directories and their entries */
    RANK_FILE_LOCKS, /* all locks that programs have on files */
    RANK_MUTEX,      /* the waiters of a sleeping lock */
    RANK_TTY,        /* a terminal's buffers */
    RANK_EVENT,      /* an eventfd's count */
    RANK_RANDOM,     /* the key of random numbers */
    RANK_HEAP,       /* the heap's page lists */
    RANK_KSTACK,     /* the cache of kernel stacks */
    RANK_FRAME,      /* the frame allocator */
    RANK_PROCESS,    /* a process's threads, signals, stop and exit state */
    RANK_SIGNALFD,   /* who polls signals */
    RANK_EPOLL,      /* what the epolls have to look at */
    RANK_TIMER,      /* a CPU's list of timers */
    RANK_IRQ,
    RANK_RUNQUEUE = RANK_IRQ, /* a CPU's run queue */
    RANK_LOG,        /* the log and its place */
    RANK_DEVICE,     /* an output device's registers */
};

/*
 * The sleeping locks (proc/mutex.h) have the same rule among themselves.  They
 * may be held across sleep and user copies, but not on the way to user mode.
 */
enum mutex_rank {
    MUTEX_FILE = 1,  /* an open file: its offset, one read or write at a time */
    MUTEX_EPOLL,     /* what every epoll watches */
    MUTEX_SEM,       /* System V's semaphores */
    MUTEX_CONTENT,   /* the contents: of a regular file, a pipe, a terminal,
                        the record channel */
};
