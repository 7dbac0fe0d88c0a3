/*
 * /proc.
 *
 * Essential fact: of processes nothing is kept.  An inode is made at each
 * look-up and knows only which file of which pid it stands for; the process may
 * be gone by the time it is read.  Files that rooms register are ordinary
 * inodes in the tree.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "abi/statfs.h"
#include "common/format.h"
#include "common/string.h"

#include "core/config.h"

#include "arch/clock.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/procfs.h"
#include "fs/tty.h"

#define STORE_MAX   64
#define PID_DIGITS  12

struct proc_inode {
    struct inode inode;
    int (*show)(struct text *out);           /* of a registered file */
    int (*store)(const char *line);
    pid_t pid;                               /* or of this process */
};

static void show_stat(struct process *process, struct text *out);

static struct proc_inode *
proc_of(struct inode *inode)
{
    return container_of(inode, struct proc_inode, inode);
}

/* ---- What a file shows ---- */

/* Make the text of a file.  => 0, or a negative errno */
static int
make_text(const struct proc_inode *proc, struct text *out)
{
    int error = -ESRCH;

    if (proc->show != NULL) {
        error = proc->show(out);
    } else {
        spin_lock(&family_lock);
        struct process *process = proc_find(proc->pid);
        if (process != NULL) {
            show_stat(process, out);
            error = 0;
        }
        spin_unlock(&family_lock);
    }
    return error == 0 && out->failed ? -ENOMEM : error;
}

static int
proc_open(struct file *file)
{
    file->data = kzalloc(sizeof(struct text));
    return file->data != NULL ? 0 : -ENOMEM;
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
    if (result == 0 && file->offset < text->size) {
        size_t n = MIN(uio->left, text->size - file->offset);
        size_t failed = uio_move(uio, text->buf + file->offset, n);
        file->offset += n - failed;
        result = failed == n && n > 0 ? -EFAULT : (long)(n - failed);
    }
    mutex_unlock(&file->lock);
    return result;
}

static long
proc_write(struct file *file, struct uio *uio)
{
    const struct proc_inode *proc = proc_of(file->inode);
    size_t size = uio->left;
    char text[STORE_MAX]; /* not of the heap: tine/nomem must hear `off` */

    if (proc->store == NULL) {
        return -EIO; /* as Linux: the root user may open it, but no more */
    }
    if (size >= STORE_MAX) {
        return -EINVAL;
    }
    if (uio_move(uio, text, size) != 0) {
        return -EFAULT;
    }
    text[size] = '\0';
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
    .close = proc_close, .seeks = true, .magic = PROC_SUPER_MAGIC,
};

/* ---- /proc/PID, in which there is one file, stat ---- */

static bool
pid_exists(pid_t pid)
{
    spin_lock(&family_lock);
    bool exists = proc_find(pid) != NULL;
    spin_unlock(&family_lock);
    return exists;
}

static int
lookup_file(struct inode *dir, const char *name, struct inode **child)
{
    pid_t pid = proc_of(dir)->pid;

    if (strcmp(name, "stat") != 0 || !pid_exists(pid)) {
        return -ENOENT;
    }
    *child = inode_alloc(sizeof(struct proc_inode), &file_ops, S_IFREG | 0444);
    if (*child == NULL) {
        return -ENOMEM;
    }
    proc_of(*child)->pid = pid;
    return 0;
}

static u32
next_file(struct inode *dir, u64 *key, char *name)
{
    (void)dir;
    if (*key > 0) {
        return 0;
    }
    strlcpy(name, "stat", NAME_MAX + 1);
    return S_IFREG;
}

/* ---- /proc ---- */

/* The number that name spells, as Linux accepts it; 0 if it is none. */
static pid_t
parse_pid(const char *name)
{
    pid_t pid = 0;

    if (strcmp(name, "self") == 0) {
        return current->process->pid;
    }
    for (; *name != '\0'; name++) {
        if (*name < '0' + (pid == 0) || *name > '9' || pid > PID_MAX) {
            return 0;
        }
        pid = pid * 10 + (*name - '0');
    }
    return pid;
}

static int
lookup_pid(struct inode *dir, const char *name, struct inode **child)
{
    static const struct inode_ops pid_ops = {
        .read = dir_read, .seeks = true, .magic = PROC_SUPER_MAGIC,
        .lookup = lookup_file, .next = next_file,
    };
    pid_t pid = parse_pid(name);

    if (pid == 0 || !pid_exists(pid)) {
        return -ENOENT;
    }
    *child = inode_alloc(sizeof(struct proc_inode), &pid_ops, S_IFDIR | 0555);
    if (*child == NULL) {
        return -ENOMEM;
    }
    (*child)->name = kmalloc(PID_DIGITS);
    if ((*child)->name == NULL) {
        inode_put(*child);
        return -ENOMEM;
    }
    snprintf((*child)->name, PID_DIGITS, "%d", pid);
    inode_get(dir);
    (*child)->parent = dir;
    (*child)->fixed = true;
    proc_of(*child)->pid = pid;
    return 0;
}

/* The least pid that is *key or more. */
static u32
next_pid(struct inode *dir, u64 *key, char *name)
{
    u64 least = ~0UL;

    (void)dir;
    spin_lock(&family_lock);
    for_each_process(process) {
        u64 pid = (u64)process->pid;
        if (pid >= *key) {
            least = MIN(least, pid);
        }
    }
    spin_unlock(&family_lock);
    if (least == ~0UL) {
        return 0;
    }
    *key = least;
    snprintf(name, NAME_MAX + 1, "%lu", least);
    return S_IFDIR;
}

void
procfs_register(const char *path, int (*show)(struct text *out),
                int (*store)(const char *line))
{
    u32 mode = S_IFREG | (store != NULL ? 0644 : 0444);
    struct inode *inode = inode_alloc(sizeof(struct proc_inode), &file_ops,
                                      mode);
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
        .read = dir_read, .seeks = true, .magic = PROC_SUPER_MAGIC,
        .lookup = lookup_pid, .next = next_pid,
    };
    struct inode *root = inode_alloc(sizeof(struct proc_inode), &root_ops,
                                     S_IFDIR | 0555);

    fs_remove(NULL, "/proc", true); /* an empty one of the initrd */
    if (root != NULL) {
        root->fixed = true;
    }
    fs_must_place("/proc", root);
}

/* ---- /proc/PID/stat, with family_lock held ---- */

/* What is told of a process's threads: that of the oldest, but for how many
 * there are. */
struct brief {
    char state;
    int threads, cpu;
    sigset_t pending, blocked;
};

static struct brief
brief_of(struct process *process)
{
    struct brief brief = {.state = 'Z'};
    spin_lock(&process->lock);

    for_each_thread(thread, process) {
        if (brief.threads++ == 0) {
            brief.state = thread->state == THREAD_SLEEPING  ? 'S'
                          : thread->state == THREAD_STOPPED ? 'T'
                                                            : 'R';
            brief.cpu = thread->cpu;
            brief.pending = process->pending | thread->pending;
            brief.blocked = thread->blocked;
        }
    }
    spin_unlock(&process->lock);
    return brief;
}

/* The 52 fields of proc(5), zero where we have no such thing. */
static void
show_stat(struct process *process, struct text *out)
{
    struct brief brief = brief_of(process);
    pid_t foreground;
    u64 tty = tty_of_session(process->sid, &foreground);
    u64 user, system;

    proc_ticks(process, &user, &system);
    text_printf(out, "%d (%s) %c %d %d %d %lu %d ", process->pid,
                process->comm, brief.state,
                process->parent->pid, process->pgid, process->sid, tty,
                foreground);
    /* flags minflt cminflt majflt cmajflt */
    text_printf(out, "0 0 0 0 0 ");
    text_printf(out, "%lu %lu %lu %lu ", user, system,
                process->child_user_ticks, process->child_system_ticks);
    /* priority nice num_threads itrealvalue starttime vsize rss rsslim */
    text_printf(out, "20 0 %d 0 %lu 0 0 %lu ", brief.threads,
                process->start_ns / NSEC_PER_TICK, ~0UL);
    /* startcode endcode startstack kstkesp kstkeip */
    text_printf(out, "0 0 0 0 0 ");
    /* signal blocked sigignore sigcatch wchan nswap cnswap */
    text_printf(out, "%lu %lu 0 0 0 0 0 ",
                (u64)brief.pending, (u64)brief.blocked);
    /* exit_signal processor rt_priority policy delayacct guest cguest */
    text_printf(out, "%d %d 0 0 0 0 0 ", process->exit_signal, brief.cpu);
    /* start_data end_data start_brk arg_start arg_end env_start env_end */
    text_printf(out, "0 0 0 0 0 0 0 %d\n", process->exit_status);
}
