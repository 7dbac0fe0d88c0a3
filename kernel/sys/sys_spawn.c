/*
 * spawn: what the list of actions says, done for a process that is not there
 * yet.  The essential fact: while an action is done, the calling thread has the
 * new process's descriptors, directory and ids in the place of its own.  So an
 * action is done, and refused, by the call of its name; and the thread's own
 * ones cannot be changed.
 */
#include "abi/errno.h"
#include "abi/spawn.h"
#include "common/string.h"

#include "core/optional.h"

#include "proc/signal.h"
#include "proc/spawn.h"
#include "proc/users.h"

#include "fs/path.h"
#include "fs/tty.h"

#include "sys/sys.h"

OPTIONAL(tty_opened_for_leader) OPTIONAL(tty_give)
OPTIONAL_ENOSYS(tty_may_foreground) OPTIONAL_ENOSYS(share_choose)
OPTIONAL(share_reset) OPTIONAL(cred_copy)

#define FLAGS (SPAWN_FILES | SPAWN_PLACE | SPAWN_SIGNALS | SPAWN_STOPPED)
#define USUAL_UMASK 022

struct builder {
    struct spawn spawn;
    struct file *takes;      /* a terminal for the session that it begins */
    struct file *foreground; /* the terminal whose foreground its group is */
};

/* Begin, or end, to act for the new process. */
static void
change_roles(struct spawn *spawn)
{
    struct files *files = current->files;
    struct fs_context *fs = current->fs;
    struct cred *cred = current->cred;

    current->files = spawn->files;
    current->fs = spawn->fs;
    current->cred = spawn->cred;
    spawn->files = files;
    spawn->fs = fs;
    spawn->cred = cred;
}

/* ---- Actions ---- */

/* Move a descriptor to another number. */
static long
move_to(int from, int to)
{
    long error = from != to ? sys_dup2((u64)from, (u64)to) : from;

    if (from != to) {
        (void)sys_close((u64)from); /* the table is ours: it cannot fail */
    }
    return MIN(error, 0);
}

static long
open_to(struct builder *b, const struct spawn_action *action)
{
    bool leads = b->spawn.group == SPAWN_GROUP_SESSION;

    (void)sys_close((u64)action->fd);
    long fd = sys_openat(HERE, action->value, action->flags | O_NOCTTY,
                         action->mode);
    if (fd < 0) {
        return fd;
    }
    struct file *file = leads ? file_get_fd((int)fd) : NULL;
    long error = file != NULL ? tty_opened_for_leader(file, action->flags,
                                                      &b->takes) : 0;
    file_put(file);
    if (error != 0) {
        (void)sys_close((u64)fd);
        return error;
    }
    return move_to((int)fd, action->fd);
}

static long
give(struct spawn *spawn, int from, int fd)
{
    change_roles(spawn);
    struct file *file = file_get_any_fd(from);
    change_roles(spawn);
    return file == NULL ? -EBADF : MIN(fd_replace(file, (u32)fd, false), 0);
}

static long
close_to(u32 fd, u32 last)
{
    long error = 0;

    for (u32 end = fd_end(); error == 0 && fd < end && fd <= last; fd++) {
        error = sys_close(fd);
        error = error == -EBADF ? 0 : error;
    }
    return error;
}

static long
reset_ids(void)
{
    const struct cred *old = current->cred;
    struct cred *new;

    if (old->euid == old->uid && old->egid == old->gid) {
        return 0;
    }
    new = cred_copy(old->count);
    if (new == NULL) {
        return -ENOMEM;
    }
    new->euid = new->uid;
    new->egid = new->gid;
    cred_put(current->cred);
    current->cred = new;
    return 0;
}

/* It is put there when its group exists; here, whether it may be. */
static long
choose_foreground(struct builder *b, int fd)
{
    struct file *file = file_get_fd(fd);

    if (file == NULL) {
        return -EBADF;
    }
    long error = tty_may_foreground(
        file, b->spawn.group == SPAWN_GROUP_SESSION, b->takes);
    if (error != 0) {
        file_put(file);
        return error;
    }
    file_put(b->foreground);
    b->foreground = file;
    return 0;
}

static int
set_terminal(struct spawn *spawn, struct process *process)
{
    struct builder *b = container_of(spawn, struct builder, spawn);

    return tty_give(process, b->takes, b->foreground);
}

static long
choose_share(struct spawn *spawn, int policy, int priority)
{
    long error = share_choose(&spawn->share, policy, priority);

    spawn->has_share = true;
    return error;
}

static long
act(struct builder *b, const struct spawn_action *action, int index)
{
    struct spawn *spawn = &b->spawn;
    u64 fd = (u64)action->fd, value = action->value;

    switch (action->kind) {
    case SPAWN_GIVE:
        return give(spawn, (int)value, action->fd);
    case SPAWN_OPEN:
        return open_to(b, action);
    case SPAWN_CLOSE:
        return sys_close(fd);
    case SPAWN_CLOSE_TO:
        return close_to((u32)fd, (u32)MIN(value, ~0U));
    case SPAWN_DUP2:
        return (int)value == action->fd ? fd_cloexec((u32)fd, 0)
                                        : MIN(sys_dup2(value, fd), 0);
    case SPAWN_CHDIR:
        return sys_chdir(value);
    case SPAWN_FCHDIR:
        return sys_fchdir(fd);
    case SPAWN_UMASK:
        current->fs->umask = (u32)value & 0777;
        return 0;
    case SPAWN_SETSID:
        spawn->group_action = index;
        return spawn_choose_group(spawn, true, 0);
    case SPAWN_SETPGID:
        spawn->group_action = index;
        return spawn_choose_group(spawn, false, (pid_t)value);
    case SPAWN_FOREGROUND:
        spawn->terminal_action = index;
        return choose_foreground(b, action->fd);
    case SPAWN_MASK:
        spawn->blocked = value & ~UNBLOCKABLE;
        return 0;
    case SPAWN_DEFAULT:
        spawn->defaults |= value;
        return 0;
    case SPAWN_SCHED:
        return choose_share(spawn, (int)action->flags, (int)value);
    case SPAWN_RESETIDS:
        return reset_ids();
    default:
        return -EINVAL;
    }
}

/* ---- The call ---- */

/* What it has before the first action. */
static int
begin(struct builder *b, u32 flags)
{
    struct spawn *spawn = &b->spawn;

    spawn->cred = cred_get(current->cred);
    spawn->share = current->share;
    if (spawn->share.reset) {
        share_reset(&spawn->share);
    }
    spawn->blocked = flags & SPAWN_SIGNALS ? current->blocked : 0;
    spawn->keeps_ignored = (flags & SPAWN_SIGNALS) != 0;
    spawn->stopped = (flags & SPAWN_STOPPED) != 0;
    spawn->set_terminal = set_terminal;
    spawn->files = flags & SPAWN_FILES ? files_copy(current->files)
                                       : files_alloc();
    spawn->fs = fs_context_copy(current->fs);
    if (spawn->files == NULL || spawn->fs == NULL) {
        return -ENOMEM;
    }
    if ((flags & SPAWN_PLACE) == 0) {
        inode_put(spawn->fs->cwd);
        spawn->fs->cwd = NULL;
        spawn->fs->umask = USUAL_UMASK;
    }
    return 0;
}

static long
do_actions(struct builder *b, const struct spawn_args *args)
{
    struct spawn_action action;
    long error = 0;
    u32 i;

    for (i = 0; i < args->count && error == 0; i++) {
        u64 from = args->actions + i * sizeof(action);
        b->spawn.failed = (int)i;
        error = copy_from_user(&action, from, sizeof(action)) != 0
                    ? -EFAULT : act(b, &action, (int)i);
    }
    return error;
}

/* Its program, and the descriptors that are left. */
static long
build(struct spawn *spawn, const struct spawn_args *args)
{
    struct path_arg path;

    spawn->failed = (int)args->count;
    long error = path_arg_get(&path, HERE, args->path);
    if (error != 0) {
        return error;
    }
    error = program_build(&spawn->program, path.path, args->argv, args->envp);
    path_arg_put(&path);
    struct files *files = error == 0 ? files_for_exec(current->files) : NULL;
    if (files != NULL) {
        files_close_on_exec(files);
        files_put(files); /* one of two references */
    } else if (error == 0) {
        error = -ENOMEM;
    }
    if (error == 0 && spawn->program.cred != NULL) {
        cred_put(current->cred);
        current->cred = spawn->program.cred;
        spawn->program.cred = NULL;
    }
    if (error != 0) {
        program_drop(&spawn->program, false);
    }
    return error;
}

/* => the process's pid, or what has failed, which is undone */
static long
make(struct builder *b, const struct spawn_args *args)
{
    struct spawn *spawn = &b->spawn;
    long result = begin(b, args->flags);

    if (result == 0) {
        change_roles(spawn);
        result = do_actions(b, args);
        result = result == 0 ? build(spawn, args) : result;
        change_roles(spawn);
        if (result == 0) {
            result = spawn_process(spawn);
            program_drop(&spawn->program, result > 0);
        }
    }
    file_put(b->takes);
    file_put(b->foreground);
    if (result < 0) {
        files_put(spawn->files);
        fs_context_put(spawn->fs);
        cred_put(spawn->cred);
    }
    return result;
}

/* pid_t spawn(struct spawn_args *args, size_t size);
 * Returns the new process's pid; lib/abi/spawn.h says what it is.
 * EINVAL: size, flags, or `unused` is not 0.  E2BIG: more than
 * SPAWN_ACTIONS_MAX actions, or as execve.  EAGAIN, ENOMEM: as fork.  Then as
 * execve, and as the call of each action; args->failed says which.  An image
 * whose segments cannot be mapped is EINVAL (execve would kill its caller).
 * A terminal that the new session opens is not /dev/tty yet (ENXIO). */
long
sys_spawn(u64 user, u64 size)
{
    struct builder b;
    struct spawn_args args;
    long result = -EINVAL;

    memset(&b.spawn, 0, offsetof(struct spawn, program));
    b.takes = b.foreground = NULL;
    b.spawn.failed = -1;
    if (size != sizeof(args)) {
        return -EINVAL;
    }
    if (copy_from_user(&args, user, sizeof(args)) != 0) {
        return -EFAULT;
    }
    if ((args.flags & ~(u32)FLAGS) == 0 && args.unused == 0) {
        result = args.count > SPAWN_ACTIONS_MAX ? -E2BIG : make(&b, &args);
    }
    if (result < 0
        && copy_to_user(user + offsetof(struct spawn_args, failed),
                        &b.spawn.failed, sizeof(args.failed)) != 0) {
        return -EFAULT;
    }
    return result;
}
