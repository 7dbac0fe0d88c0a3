#pragma once

/* Starting a program without fork.  Each returns 0 or an error number. */

#include <sched.h>
#include <signal.h>

#include "abi/posix.h"

#define POSIX_SPAWN_RESETIDS 0x01
#define POSIX_SPAWN_SETPGROUP 0x02
#define POSIX_SPAWN_SETSIGDEF 0x04
#define POSIX_SPAWN_SETSIGMASK 0x08
#define POSIX_SPAWN_SETSCHEDPARAM 0x10
#define POSIX_SPAWN_SETSCHEDULER 0x20
#define POSIX_SPAWN_USEVFORK 0x40 /* no effect */
#define POSIX_SPAWN_SETSID 0x80

typedef struct {
    short flags;
    pid_t pgroup;
    sigset_t defaults, mask;
    int policy;
    struct sched_param param;
} posix_spawnattr_t;

struct spawn_action;

typedef struct {
    int count, capacity;
    struct spawn_action *list; /* its paths are copies */
} posix_spawn_file_actions_t;

/* A child that runs path, or `name` in a directory of PATH.  It has our ids,
 * descriptors without close-on-exec, directory, umask, mask and ignored
 * signals, but for the attributes and then the actions; each may be NULL.  If
 * it cannot be, there is no child. */
int posix_spawn(pid_t *pid, const char *path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[],
                char *const envp[]);
int posix_spawnp(pid_t *pid, const char *name,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[],
                 char *const envp[]);

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions);
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions,
                                     int fd, const char *path, int flags,
                                     mode_t mode);
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions,
                                      int fd);
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions,
                                     int fd, int new_fd);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions,
                                         const char *path);
int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions,
                                          int fd);
int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);
int posix_spawn_file_actions_addtcsetpgrp_np(
    posix_spawn_file_actions_t *actions, int terminal);

int posix_spawnattr_init(posix_spawnattr_t *attributes);
int posix_spawnattr_destroy(posix_spawnattr_t *attributes);
int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags);
int posix_spawnattr_getflags(const posix_spawnattr_t *attributes,
                             short *flags);
int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t pgroup);
int posix_spawnattr_getpgroup(const posix_spawnattr_t *attributes,
                              pid_t *pgroup);
int posix_spawnattr_setsigdefault(posix_spawnattr_t *attributes,
                                  const sigset_t *set);
int posix_spawnattr_getsigdefault(const posix_spawnattr_t *attributes,
                                  sigset_t *set);
int posix_spawnattr_setsigmask(posix_spawnattr_t *attributes,
                               const sigset_t *set);
int posix_spawnattr_getsigmask(const posix_spawnattr_t *attributes,
                               sigset_t *set);
int posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy);
int posix_spawnattr_getschedpolicy(const posix_spawnattr_t *attributes,
                                   int *policy);
int posix_spawnattr_setschedparam(posix_spawnattr_t *attributes,
                                  const struct sched_param *param);
int posix_spawnattr_getschedparam(const posix_spawnattr_t *attributes,
                                  struct sched_param *param);
