/*
 * /proc/PID and /proc/self.
 *
 * Essential fact: of processes nothing is kept.  An inode is made at each
 * look-up and knows only which file of which pid it stands for; the process may
 * be gone by the time it is read or followed.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "core/config.h"

#include "arch/clock.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/vma.h"

#include "proc/group.h"
#include "proc/process.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/procpid.h"
#include "fs/tty.h"

/* What there is of a process; and FILE_FDS + N is its descriptor N. */
enum { FILE_STAT, FILE_EXE, FILE_CWD, FILE_FD, FILE_FDS };

/* ---- What a process uses ---- */

struct uses {
    struct as *as;
    struct files *files;
    struct fs_context *fs;
};

/* A reference to each of what the process's oldest thread uses.  Its fields are
 * its own, so if it is not us, all stand still meanwhile: that costs who looks,
 * and no fork, exec or exit.
 * => some may be NULL: it is about to end */
static struct uses
uses_get(pid_t pid)
{
    bool others = pid != current->process->pid;
    struct uses uses = {NULL, NULL, NULL};

    if (others) {
        park_others();
    }
    spin_lock(&family_lock);
    struct process *process = proc_find(pid);
    struct list *first = process != NULL ? list_first(&process->threads) : NULL;
    if (first != NULL) {
        struct thread *thread = others ? list_entry(first, struct thread, link)
                                       : current;
        uses = (struct uses){thread->as, thread->files, thread->fs};
    }
    if (uses.as != NULL) {
        as_get(uses.as);
    }
    if (uses.files != NULL) {
        files_get(uses.files);
    }
    if (uses.fs != NULL) {
        fs_context_get(uses.fs);
    }
    spin_unlock(&family_lock);
    if (others) {
        park_release();
    }
    return uses;
}

static void
uses_put(struct uses *uses)
{
    if (uses->as != NULL) {
        as_put(uses->as);
    }
    files_put(uses->files);
    fs_context_put(uses->fs);
}

/* => with one reference, or NULL */
static struct inode *
program_of(struct as *as)
{
    struct inode *program = NULL;

    spin_lock(&as->lock);
    const struct vma *vma = vma_first_from(as, 0);
    while (vma != NULL && (vma->flags & VMA_PROGRAM) == 0) {
        vma = vma_next(as, vma);
    }
    if (vma != NULL) {
        program = container_of(vma->object, struct inode, object);
        inode_get(program);
    }
    spin_unlock(&as->lock);
    return program;
}

static int
follow_link(struct inode *link, struct inode **inode)
{
    const struct proc_inode *proc = proc_of(link);
    struct uses uses = uses_get(proc->pid);

    *inode = NULL;
    if (proc->file == FILE_EXE && uses.as != NULL) {
        *inode = program_of(uses.as);
    } else if (proc->file == FILE_CWD && uses.fs != NULL) {
        *inode = fs_context_cwd(uses.fs);
    } else if (proc->file >= FILE_FDS && uses.files != NULL) {
        struct file *file = files_find(uses.files, proc->file - FILE_FDS);
        if (file != NULL) {
            *inode = file->inode;
            inode_get(*inode);
            file_put(file);
        }
    }
    uses_put(&uses);
    return *inode != NULL ? 0 : -ENOENT;
}

/* ---- /proc/PID/fd ---- */

static const struct inode_ops link_ops = {.follow = follow_link};

static int
made(pid_t pid, int file, const struct inode_ops *ops, u32 mode,
     struct inode **child)
{
    *child = inode_alloc(sizeof(struct proc_inode), ops, mode);
    if (*child == NULL) {
        return -ENOMEM;
    }
    proc_of(*child)->pid = pid;
    proc_of(*child)->file = file;
    return 0;
}

/* The number that name spells, as Linux accepts it.  => -1: it is none */
static int
parse_number(const char *name)
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

/* The first descriptor that is open, from this one on.  => -1: none */
static int
next_open(pid_t pid, int fd)
{
    struct uses uses = uses_get(pid);

    fd = uses.files != NULL ? files_next(uses.files, fd) : -1;
    uses_put(&uses);
    return fd;
}

static int
lookup_fd(struct inode *dir, const char *name, struct inode **child)
{
    pid_t pid = proc_of(dir)->pid;
    int fd = parse_number(name);

    if (fd < 0 || next_open(pid, fd) != fd) {
        return -ENOENT;
    }
    return made(pid, FILE_FDS + fd, &link_ops, S_IFLNK | 0700, child);
}

static u32
next_fd(struct inode *dir, u64 *key, char name[MADE_NAME])
{
    int fd = *key < OPEN_MAX ? next_open(proc_of(dir)->pid, (int)*key) : -1;

    if (fd < 0) {
        return 0;
    }
    *key = (u64)fd;
    snprintf(name, MADE_NAME, "%d", fd);
    return S_IFLNK;
}

/* ---- /proc/PID ---- */

static const struct inode_ops fd_ops = {
    .read = dir_read, .seeks = true, .lookup = lookup_fd, .next = next_fd,
};

static const struct {
    const char *name;
    u32 mode;
    const struct inode_ops *ops;
} pid_files[] = {
    [FILE_STAT] = {"stat", S_IFREG | 0444, &proc_file_ops},
    [FILE_EXE] = {"exe", S_IFLNK | 0777, &link_ops},
    [FILE_CWD] = {"cwd", S_IFLNK | 0777, &link_ops},
    [FILE_FD] = {"fd", S_IFDIR | 0500, &fd_ops},
};

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

    for (int i = 0; i < FILE_FDS && pid_exists(pid); i++) {
        if (strcmp(name, pid_files[i].name) == 0) {
            return made(pid, i, pid_files[i].ops, pid_files[i].mode, child);
        }
    }
    return -ENOENT;
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
    .read = dir_read, .seeks = true,
    .lookup = lookup_file, .next = next_file,
};

int
pid_lookup(struct inode *dir, const char *name, struct inode **child)
{
    (void)dir;
    if (strcmp(name, "self") == 0) {
        char text[MADE_NAME];
        int length = snprintf(text, sizeof(text), "%d", current->process->pid);
        *child = link_alloc(text, (size_t)length);
        return *child != NULL ? 0 : -ENOMEM;
    }
    pid_t pid = parse_number(name);
    if (pid <= 0 || !pid_exists(pid)) {
        return -ENOENT;
    }
    return made(pid, 0, &pid_ops, S_IFDIR | 0555, child);
}

/* Key 0 is `self`, others are pids. */
u32
pid_name(struct inode *dir, u64 *key, char name[MADE_NAME])
{
    (void)dir;
    if (*key == 0) {
        strlcpy(name, "self", MADE_NAME);
        return S_IFLNK;
    }
    pid_t pid = *key < PID_MAX ? pid_next((pid_t)*key) : 0;
    if (pid == 0) {
        return 0;
    }
    *key = (u64)pid;
    snprintf(name, MADE_NAME, "%d", pid);
    return S_IFDIR;
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
    const struct session *session = process->group->session;
    u64 tty = tty_of_session(session, &foreground);
    u64 user, system;

    proc_ticks(process, &user, &system);
    text_printf(out, "%d (%s) %c %d %d %d %lu %d ", process->pid,
                process->comm, brief.state,
                process->parent->pid, process->group->pgid, session->sid, tty,
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

int
pid_show(pid_t pid, struct text *out)
{
    spin_lock(&family_lock);
    struct process *process = proc_find(pid);
    if (process != NULL) {
        show_stat(process, out);
    }
    spin_unlock(&family_lock);
    return process != NULL ? 0 : -ESRCH;
}
