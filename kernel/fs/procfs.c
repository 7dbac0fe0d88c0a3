/*
 * /proc.
 *
 * Essential fact: /proc stores nothing about processes.  Each look-up makes an
 * inode that holds only a pid and which file it is.  The process may have ended
 * before the inode is read or followed.  Files that rooms register are
 * ordinary inodes in the tree.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "core/optional.h"

#include "mm/as.h"
#include "mm/heap.h"

#include "proc/pid.h"
#include "proc/users.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/procfs.h"

/* The files of a process; FILE_FDS + N is its descriptor N. */
enum {
    FILE_STAT, FILE_COMM, FILE_MAPS, FILE_EXE, FILE_CWD, FILE_FD, FILE_TASK,
    FILE_FDS,
};

struct proc_inode {
    struct inode inode;
    int (*show)(struct text *out);           /* of a registered file */
    int (*store)(const char *line);
    pid_t pid;                               /* or of this process: */
    int file;                                /* FILE_* */
    pid_t tid;                               /* of this thread; 0: the oldest */
};

#define PART 65536UL /* bytes that are copied between two looks at others */

#define proc_of(node) container_of(node, struct proc_inode, inode)

OPTIONAL(cred_refuse_look) OPTIONAL(cred_tell_owner)

/* ---- What a file shows ---- */

/* Make the text of a file.  => 0, or a negative errno */
static int
make_text(const struct proc_inode *proc, struct text *out)
{
    int error = -ESRCH;

    if (proc->show != NULL) {
        error = proc->show(out);
    } else if (proc->file == FILE_MAPS) {
        error = procfs_maps(proc->pid, out);
    } else {
        spin_lock(&family_lock);
        struct process *process = proc_find(proc->pid);
        if (process != NULL) {
            (proc->file == FILE_COMM ? procfs_comm
                                     : procfs_stat)(process, proc->tid, out);
            error = 0;
        }
        spin_unlock(&family_lock);
    }
    return error == 0 && out->failed ? -ENOMEM : error;
}

static int
proc_open(struct file *file)
{
    const struct proc_inode *proc = proc_of(file->inode);
    int error = proc->file == FILE_MAPS ? cred_refuse_look(proc->pid) : 0;

    if (error == 0) {
        file->data = kzalloc(sizeof(struct text));
        error = file->data != NULL ? 0 : -ENOMEM;
    }
    return error;
}

/* Move what there is from the file's offset on.  => bytes, -EFAULT */
static long
move_text(struct file *file, struct uio *uio)
{
    const struct text *text = file->data;
    u64 start = file->offset;
    u64 end = MIN(text->size, start + uio->left);
    size_t failed = 0;

    while (file->offset < end && failed == 0) {
        size_t part = MIN(end - file->offset, PART);
        failed = uio_move(uio, text->buf + file->offset, part);
        file->offset += part - failed;
        if (cond_resched()) {
            break;
        }
    }
    return failed != 0 && file->offset == start
               ? -EFAULT : (long)(file->offset - start);
}

static long
proc_read(struct file *file, struct uio *uio)
{
    struct text *text = file->data;
    long result = 0;

    mutex_lock(&file->lock);
    if (file->offset == 0 || text->buf == NULL) {
        text_clear(text);
        result = make_text(proc_of(file->inode), text);
    }
    result = result == 0 ? move_text(file, uio) : result;
    mutex_unlock(&file->lock);
    return result;
}

/* A name may be longer, but the rest is not read, as on Linux. */
static long
write_comm(const struct proc_inode *proc, struct uio *uio)
{
    size_t size = uio->left;
    char name[COMM_SIZE] = "";

    if (uio_move(uio, name, MIN(size, COMM_SIZE - 1UL)) != 0) {
        return -EFAULT;
    }
    return procfs_set_comm(proc->pid, proc->tid, name) ? (long)size : -EINVAL;
}

static long
proc_write(struct file *file, struct uio *uio)
{
    const struct proc_inode *proc = proc_of(file->inode);
    size_t size = uio->left;
    char text[64] = ""; /* no heap: tine/nomem=off must always work */

    if (proc->pid != 0 && proc->file == FILE_COMM) {
        return write_comm(proc, uio);
    }
    if (proc->store == NULL) {
        /* As Linux: root may open the file, but not write. */
        return proc->pid != 0 ? -EINVAL : -EIO;
    }
    if (size >= sizeof(text)) {
        return -EINVAL;
    }
    if (uio_move(uio, text, size) != 0) {
        return -EFAULT;
    }
    if (strlen(text) != size) {
        return -EINVAL;
    }
    if (size > 0 && text[size - 1] == '\n') {
        text[size - 1] = '\0';
    }
    long result = proc->store(text);
    return result < 0 ? result : (long)size;
}

static void
proc_close(struct file *file)
{
    if (file->data != NULL) {
        text_clear(file->data);
        kfree(file->data);
    }
}

static const struct inode_ops file_ops = {
    .open = proc_open, .read = proc_read, .write = proc_write,
    .close = proc_close, .seeks = true,
};

/* ---- The files, directory and program of a process ---- */

static int
follow_link(struct inode *link, struct inode **inode)
{
    const struct proc_inode *proc = proc_of(link);
    int error = cred_refuse_look(proc->pid);

    *inode = NULL;
    if (error != 0) {
        return error;
    }
    if (proc->file == FILE_EXE) {
        struct as *as = procfs_visit(proc->pid);
        if (as != NULL) {
            *inode = procfs_program(as);
            as_leave(as);
        }
        return *inode != NULL ? 0 : -ENOENT;
    }
    const struct thread *thread = procfs_look(proc->pid);
    if (proc->file >= FILE_FDS && thread->files != NULL) {
        *inode = files_inode(thread->files, proc->file - FILE_FDS);
    } else if (proc->file == FILE_CWD && thread->fs != NULL) {
        *inode = place_inode(fs_context_cwd(thread->fs));
    }
    procfs_look_end(proc->pid);
    return *inode != NULL ? 0 : -ENOENT;
}

/* ---- /proc/PID and /proc/PID/fd ---- */

static const struct inode_ops link_ops = {.follow = follow_link};

static struct inode *
made(const struct inode_ops *ops, u32 mode, pid_t pid, pid_t tid, int file)
{
    struct inode *inode = inode_alloc(sizeof(struct proc_inode), ops, mode);

    if (inode != NULL) {
        inode->dev = DEV_PROC;
        proc_of(inode)->pid = pid;
        proc_of(inode)->tid = tid;
        proc_of(inode)->file = file;
        cred_tell_owner(pid, mode == (S_IFDIR | 0555), &inode->uid,
                        &inode->gid);
    }
    return inode;
}

/* The number in name, in Linux's strict form.  => -1: it is none */
static int
number_of_name(const char *name)
{
    int number = *name != '\0' ? 0 : -1;

    for (const char *at = name; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > PID_MAX
            || (*name == '0' && at != name)) {
            return -1;
        }
        number = number * 10 + (*at - '0');
    }
    return number;
}

/* Give number as the next name.  => mode; 0: it is below *key, so no name */
static u32
tell_number(int number, u32 mode, u64 *key, char name[MADE_NAME])
{
    if (number < 0 || (u64)number < *key) {
        return 0;
    }
    *key = (u64)number;
    snprintf(name, MADE_NAME, "%d", number);
    return mode;
}

/* The first open descriptor from `fd` on.  => -1: none */
static int
next_open(pid_t pid, int fd)
{
    const struct thread *thread = procfs_look(pid);

    fd = thread->files != NULL ? files_next(thread->files, fd) : -1;
    procfs_look_end(pid);
    return fd;
}

static int
lookup_fd(struct inode *dir, const char *name, struct inode **child)
{
    pid_t pid = proc_of(dir)->pid;
    int fd = number_of_name(name);

    if (fd < 0 || next_open(pid, fd) != fd) {
        return -ENOENT;
    }
    *child = made(&link_ops, S_IFLNK | 0700, pid, 0, FILE_FDS + fd);
    return 0;
}

static u32
next_fd(struct inode *dir, u64 *key, char name[MADE_NAME])
{
    int fd = next_open(proc_of(dir)->pid, (int)MIN(*key, OPEN_MAX));

    return tell_number(fd, S_IFLNK, key, name);
}

/* One's own descriptors, also while they are hidden from others. */
static bool
is_mine(const struct inode *dir)
{
    return proc_of(dir)->pid == current->process->pid;
}

static const struct inode_ops fd_ops = {
    .read = dir_read, .seeks = true, .lookup = lookup_fd, .next = next_fd,
    .mine = is_mine,
};

/* ---- /proc/PID/task ---- */

static const struct inode_ops pid_ops;

/* A thread's directory has the files of its process's. */
static int
lookup_task(struct inode *dir, const char *name, struct inode **child)
{
    pid_t pid = proc_of(dir)->pid, tid = number_of_name(name);

    if (tid <= 0 || procfs_next_task(pid, tid) != tid) {
        return -ENOENT;
    }
    *child = made(&pid_ops, S_IFDIR | 0555, pid, tid, 0);
    return 0;
}

static u32
next_task(struct inode *dir, u64 *key, char name[MADE_NAME])
{
    pid_t tid = procfs_next_task(proc_of(dir)->pid, (pid_t)MIN(*key, PID_MAX));

    return tell_number(tid, S_IFDIR, key, name);
}

static const struct inode_ops task_ops = {
    .read = dir_read, .seeks = true, .lookup = lookup_task, .next = next_task,
};

static const struct {
    const char *name;
    u32 mode;
    const struct inode_ops *ops;
} pid_files[] = {
    [FILE_STAT] = {"stat", S_IFREG | 0444, &file_ops},
    [FILE_COMM] = {"comm", S_IFREG | 0644, &file_ops},
    [FILE_MAPS] = {"maps", S_IFREG | 0444, &file_ops},
    [FILE_EXE] = {"exe", S_IFLNK | 0777, &link_ops},
    [FILE_CWD] = {"cwd", S_IFLNK | 0777, &link_ops},
    [FILE_FD] = {"fd", S_IFDIR | 0500, &fd_ops},
    [FILE_TASK] = {"task", S_IFDIR | 0555, &task_ops},
};

static int
lookup_file(struct inode *dir, const char *name, struct inode **child)
{
    pid_t pid = proc_of(dir)->pid, tid = proc_of(dir)->tid;
    int file = 0;

    while (file < FILE_FDS && strcmp(name, pid_files[file].name) != 0) {
        file++;
    }
    if (file == FILE_FDS || (tid != 0 ? procfs_next_task(pid, tid) != tid
                                      : pid_next(pid) != pid)) {
        return -ENOENT;
    }
    *child = made(pid_files[file].ops, pid_files[file].mode, pid, tid, file);
    return 0;
}

static u32
next_file(struct inode *dir, u64 *key, char name[MADE_NAME])
{
    (void)dir;
    if (*key >= FILE_FDS) {
        return 0;
    }
    strlcpy(name, pid_files[*key].name, MADE_NAME);
    return pid_files[*key].mode;
}

/* ---- /proc ---- */

static const struct inode_ops pid_ops = {
    .read = dir_read, .seeks = true, .lookup = lookup_file, .next = next_file,
};

static int
lookup_pid(struct inode *dir, const char *name, struct inode **child)
{
    (void)dir;
    if (strcmp(name, "self") == 0) {
        char text[MADE_NAME];
        int length = snprintf(text, sizeof(text), "%d", current->process->pid);
        *child = link_alloc(text, (size_t)length);
        if (*child != NULL) {
            (*child)->uid = (*child)->gid = 0;
        }
        return 0;
    }
    pid_t pid = number_of_name(name);
    pid_t tid = pid > 0 && pid_next(pid) != pid ? pid : 0;
    if (tid != 0) { /* a thread's, which is not listed */
        spin_lock(&family_lock);
        const struct process *process = proc_find(tid);
        pid = process != NULL ? process->pid : -1;
        spin_unlock(&family_lock);
    }
    if (pid <= 0) {
        return -ENOENT;
    }
    *child = made(&pid_ops, S_IFDIR | 0555, pid, tid, 0);
    return 0;
}

/* Key 0 is `self`, others are pids. */
static u32
next_pid(struct inode *dir, u64 *key, char name[MADE_NAME])
{
    (void)dir;
    if (*key == 0) {
        strlcpy(name, "self", MADE_NAME);
        return S_IFLNK;
    }
    return tell_number(pid_next((pid_t)MIN(*key, PID_MAX)), S_IFDIR, key, name);
}

void
procfs_register(const char *path, int (*show)(struct text *out),
                int (*store)(const char *line))
{
    u32 mode = S_IFREG | (store != NULL ? 0644 : 0444);
    struct inode *inode = made(&file_ops, mode, 0, 0, 0);
    char full[64];

    snprintf(full, sizeof(full), "/proc/%s", path);
    if (inode != NULL) {
        proc_of(inode)->show = show;
        proc_of(inode)->store = store;
    }
    fs_must_place(full, inode);
}

void
procfs_init(void)
{
    static const struct inode_ops root_ops = {
        .read = dir_read, .seeks = true, .lookup = lookup_pid, .next = next_pid,
    };

    fs_remove(NULL, "/proc", true); /* an empty one of the initrd */
    fs_must_place("/proc", made(&root_ops, S_IFDIR | 0555, 0, 0, 0));
    fs_must_place("/dev/fd", link_alloc("/proc/self/fd", 13));
    fs_must_place("/dev/stdin", link_alloc("/proc/self/fd/0", 15));
    fs_must_place("/dev/stdout", link_alloc("/proc/self/fd/1", 15));
    fs_must_place("/dev/stderr", link_alloc("/proc/self/fd/2", 15));
    procfs_register("cpuinfo", cpuinfo_show, NULL);
}
