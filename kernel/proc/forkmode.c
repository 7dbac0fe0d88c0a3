/*
 * fork=: the history of fork is the level at which sharing starts.  The last
 * two are systems without copies: fork as vfork, and no fork at all.
 */
#include "abi/errno.h"
#include "abi/sched.h"
#include "common/string.h"

#include "proc/fork.h"

static const struct fork_mode fork_modes[] = {
    {"eager", SHARE_NONE, 0, 0},
    {"page", SHARE_PAGES, 0, 0},
    {"table", SHARE_TABLES, 0, 0},
    {"tree", SHARE_TREE, 0, 0},
    {"share", SHARE_TREE, CLONE_VM | CLONE_VFORK, 0},
    {"none", SHARE_TREE, 0, -ENOSYS},
};

const struct fork_mode *fork_mode = &fork_modes[3];
u64 vfork_flags = CLONE_VM | CLONE_VFORK;

int
fork_set_mode(const char *mode)
{
    for (size_t i = 0; i < ARRAY_SIZE(fork_modes); i++) {
        if (strcmp(mode, fork_modes[i].name) == 0) {
            fork_mode = &fork_modes[i];
            return 0;
        }
    }
    return -EINVAL;
}
