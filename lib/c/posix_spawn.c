/* posix_spawn: its attributes and file actions become one list (spawn.c). */
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/spawn.h"
#include "c/internal.h"

#define ATTRIBUTES_MAX 6 /* actions, and one more behind all others */

/* ---- File actions ---- */

int
posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    *actions = (posix_spawn_file_actions_t){.count = 0};
    return 0;
}

int
posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    for (int i = 0; i < actions->count; i++) {
        const struct spawn_action *action = &actions->list[i];
        if (action->kind == SPAWN_OPEN || action->kind == SPAWN_CHDIR) {
            free((void *)(uintptr_t)action->value);
        }
    }
    free(actions->list);
    return posix_spawn_file_actions_init(actions);
}

static int
add(posix_spawn_file_actions_t *actions, struct spawn_action action)
{
    if (action.fd < 0) {
        return EBADF;
    }
    if (actions->count == actions->capacity) {
        int capacity = actions->capacity != 0 ? 2 * actions->capacity : 8;
        struct spawn_action *list =
            realloc(actions->list, (size_t)capacity * sizeof(*list));
        if (list == NULL) {
            return ENOMEM;
        }
        actions->list = list;
        actions->capacity = capacity;
    }
    actions->list[actions->count++] = action;
    return 0;
}

/* The same, with a copy of the path. */
static int
add_path(posix_spawn_file_actions_t *actions, struct spawn_action action,
         const char *path)
{
    char *copy = strdup(path);

    action.value = (uintptr_t)copy;
    int error = copy == NULL ? ENOMEM : add(actions, action);
    if (error != 0) {
        free(copy);
    }
    return error;
}

int
posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd,
                                 const char *path, int flags, mode_t mode)
{
    return add_path(actions,
                    (struct spawn_action){.kind = SPAWN_OPEN, .fd = fd,
                                          .flags = (u32)flags, .mode = mode},
                    path);
}

/* To close what is not open is no error: glibc and musl agree. */
int
posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
    return add(actions, (struct spawn_action){.kind = SPAWN_CLOSE_TO, .fd = fd,
                                              .value = (u64)fd});
}

int
posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd,
                                 int new_fd)
{
    return fd < 0 ? EBADF
                  : add(actions, (struct spawn_action){.kind = SPAWN_DUP2,
                                                       .fd = new_fd,
                                                       .value = (u64)fd});
}

int
posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
                                     const char *path)
{
    return add_path(actions, (struct spawn_action){.kind = SPAWN_CHDIR}, path);
}

int
posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions,
                                      int fd)
{
    return add(actions, (struct spawn_action){.kind = SPAWN_FCHDIR, .fd = fd});
}

int
posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions,
                                         int from)
{
    return add(actions, (struct spawn_action){.kind = SPAWN_CLOSE_TO,
                                              .fd = from, .value = ~0UL});
}

int
posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions,
                                         int terminal)
{
    return add(actions, (struct spawn_action){.kind = SPAWN_FOREGROUND,
                                              .fd = terminal});
}

/* ---- Attributes ---- */

int
posix_spawnattr_init(posix_spawnattr_t *attributes)
{
    *attributes = (posix_spawnattr_t){.flags = 0};
    return 0;
}

int
posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
    (void)attributes;
    return 0;
}

int
posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
    if (flags & ~0xff) {
        return EINVAL;
    }
    attributes->flags = flags;
    return 0;
}

int
posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t pgroup)
{
    attributes->pgroup = pgroup;
    return 0;
}

int
posix_spawnattr_setsigdefault(posix_spawnattr_t *attributes,
                              const sigset_t *set)
{
    attributes->defaults = *set;
    return 0;
}

int
posix_spawnattr_setsigmask(posix_spawnattr_t *attributes, const sigset_t *set)
{
    attributes->mask = *set;
    return 0;
}

int
posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy)
{
    attributes->policy = policy;
    return 0;
}

int
posix_spawnattr_setschedparam(posix_spawnattr_t *attributes,
                              const struct sched_param *param)
{
    attributes->param = *param;
    return 0;
}

#define GETTER(name, type, field)                                          \
    int posix_spawnattr_get##name(const posix_spawnattr_t *attributes,     \
                                  type *value)                             \
    {                                                                      \
        *value = attributes->field;                                        \
        return 0;                                                          \
    }

GETTER(flags, short, flags)
GETTER(pgroup, pid_t, pgroup)
GETTER(sigdefault, sigset_t, defaults)
GETTER(sigmask, sigset_t, mask)
GETTER(schedpolicy, int, policy)
GETTER(schedparam, struct sched_param, param)

/* ---- The call ---- */

/* Write what precedes the file actions.  => behind it */
static struct spawn_action *
put_attributes(struct spawn_action *at, const posix_spawnattr_t *attributes)
{
    short flags = attributes->flags;

    if (flags & POSIX_SPAWN_SETSIGDEF) {
        *at++ = (struct spawn_action){.kind = SPAWN_DEFAULT,
                                      .value = attributes->defaults};
    }
    if (flags & (POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSCHEDPARAM)) {
        int policy = flags & POSIX_SPAWN_SETSCHEDULER ? attributes->policy : -1;
        *at++ = (struct spawn_action){
            .kind = SPAWN_SCHED, .flags = (u32)policy,
            .value = (u64)attributes->param.sched_priority};
    }
    if (flags & POSIX_SPAWN_SETSID) {
        *at++ = (struct spawn_action){.kind = SPAWN_SETSID};
    }
    if (flags & POSIX_SPAWN_SETPGROUP) {
        *at++ = (struct spawn_action){.kind = SPAWN_SETPGID,
                                      .value = (u64)attributes->pgroup};
    }
    if (flags & POSIX_SPAWN_RESETIDS) {
        *at++ = (struct spawn_action){.kind = SPAWN_RESETIDS};
    }
    return at;
}

int
posix_spawn(pid_t *pid, const char *path,
            const posix_spawn_file_actions_t *actions,
            const posix_spawnattr_t *attributes, char *const argv[],
            char *const envp[])
{
    int count = actions != NULL ? actions->count : 0;
    struct spawn_action list[count + ATTRIBUTES_MAX], *at = list;

    if (attributes != NULL) {
        at = put_attributes(at, attributes);
    }
    if (count != 0) {
        memcpy(at, actions->list, (size_t)count * sizeof(*at));
        at += count;
    }
    if (attributes != NULL && (attributes->flags & POSIX_SPAWN_SETSIGMASK)) {
        *at++ = (struct spawn_action){.kind = SPAWN_MASK,
                                      .value = attributes->mask};
    }
    struct spawn_args args = {
        .path = (uintptr_t)path, .argv = (uintptr_t)argv,
        .envp = (uintptr_t)envp, .actions = (uintptr_t)list,
        .count = (u32)(at - list),
        .flags = SPAWN_FILES | SPAWN_PLACE | SPAWN_SIGNALS,
    };
    pid_t made = spawn_program(&args);
    if (made < 0) {
        return errno;
    }
    if (pid != NULL) {
        *pid = made;
    }
    return 0;
}

/* As exec would find it: a file that may be executed. */
static int
is_program(const char *path, const posix_spawnattr_t *attributes)
{
    bool real = attributes != NULL
                && (attributes->flags & POSIX_SPAWN_RESETIDS) != 0;
    struct stat st;

    if (stat(path, &st) < 0) {
        return errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return EACCES;
    }
    return faccessat(AT_FDCWD, path, X_OK, real ? 0 : AT_EACCESS) < 0 ? errno
                                                                      : 0;
}

/* The actions are done once only, so the program is looked for before.  A
 * directory of PATH that is not absolute is our own one. */
int
posix_spawnp(pid_t *pid, const char *name,
             const posix_spawn_file_actions_t *actions,
             const posix_spawnattr_t *attributes, char *const argv[],
             char *const envp[])
{
    const char *dir = getenv("PATH");
    char path[PATH_MAX];
    int error = ENOENT;

    if (strchr(name, '/') != NULL) {
        return posix_spawn(pid, name, actions, attributes, argv, envp);
    }
    dir = dir != NULL ? dir : DEFAULT_PATH;
    while (*name != '\0') {
        size_t length = strcspn(dir, ":");
        int missing = path_join(path, dir, length, name);
        if (missing == 0) {
            missing = is_program(path, attributes);
        }
        if (missing == 0) {
            return posix_spawn(pid, path, actions, attributes, argv, envp);
        }
        if (missing == EACCES) {
            error = EACCES;
        } else if (missing != ENOENT && missing != ENOTDIR) {
            return missing;
        }
        if (dir[length] == '\0') {
            break;
        }
        dir += length + 1;
    }
    return error;
}
