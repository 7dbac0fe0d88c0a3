#pragma once

/*
 * IRIX's share groups: sproc(2), sprocsp, blockproc(2), on Tine and on Linux.
 *
 * Not as in IRIX:
 * - PRDA, the block that each process has for itself, is found by the FS base
 *   and not at a fixed address, since processes with one address space have no
 *   page that differs. A process has it from its first sproc on.
 * - Directory and umask are shared together, if PR_SDIR or PR_SUMASK is given.
 * - PR_SULIMIT and PR_SID are taken, but limits and ids are copies.
 * - blockproc is for the caller alone.
 */

#include <stddef.h>
#include <sys/types.h>

#define PR_SFDS 0x02     /* descriptors */
#define PR_SDIR 0x04     /* working directory */
#define PR_SUMASK 0x08
#define PR_SULIMIT 0x10
#define PR_SID 0x20
#define PR_SADDR 0x40    /* address space */
#define PR_SALL 0x7f
#define PR_BLOCK 0x01000000 /* wait for unblockproc, or the child's end */
#define PR_NOLIBC 0x02000000 /* no effect */

struct prda {
    struct prda *self;
    struct {
        pid_t t_pid;
    } t_sys;
    char usr_prda[48]; /* for the program */
};

#define PRDA                                                                   \
    ({                                                                         \
        struct prda *prda_;                                                    \
        __asm__ volatile("mov %%fs:0, %0" : "=r"(prda_));                      \
        prda_;                                                                 \
    })

/* Make a process of the share group, which shares what inh says and has copies
 * of the rest. It calls entry(arg) on a stack of its own, as large as the limit
 * of stacks says, which the others can use; when that returns, it ends by
 * _exit(0). => its pid; -1: EINVAL, ENOMEM, EAGAIN */
pid_t sproc(void (*entry)(void *), unsigned inh, ... /* void *arg */);

/* The same with a stack of len bytes that ends at sp or, if sp is NULL, is made
 * as for sproc; entry gets len, too. */
pid_t sprocsp(void (*entry)(void *, size_t), unsigned inh, void *arg, char *sp,
              size_t len);

/* Each process of a share group has a count, at first 0: unblockproc adds 1 to
 * it; blockproc takes 1 off, and waits while it is below 0.
 * => 0; -1: ESRCH (not in the group), EINVAL (blockproc of another) */
int blockproc(pid_t pid);
int unblockproc(pid_t pid);
