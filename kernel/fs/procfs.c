/*
 * procfs: directories and files made of numbers.
 *
 * Essential fact: nothing is kept.  An inode is made at each lookup and knows
 * only which registered node, or which file of which pid, it stands for; the
 * process may be gone by the time it is read.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/clock.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "proc/process.h"

#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/openfile.h"
#include "fs/path.h"
#include "fs/procfs.h"
#include "fs/procnode.h"
#include "fs/tmpfs.h"

#define FIRST_INO  (1UL << 32) /* above all of tmpfs's */
#define SELF_INO   (FIRST_INO + PROC_NODES_MAX)
#define FIRST_AT   2           /* position of the first node in a directory */
#define SELF_AT    1000        /* and of `self`, in the root */
#define PIDS_AT    1001        /* and of pid 0 */

struct proc_node proc_nodes[PROC_NODES_MAX];
static int node_count = 1;

static const struct inode_ops proc_dir_ops;
static const struct inode_ops proc_file_inode_ops;

/* ---- Registration ---- */

static int
node_find(int parent, const char *name, size_t length)
{
    for (int i = 1; i < node_count; i++) {
        const struct proc_node *node = &proc_nodes[i];
        if (node->parent == parent && strlen(node->name) == length
            && memcmp(node->name, name, length) == 0) {
            return i;
        }
    }
    return -1;
}

static int
node_add(int parent, const char *name, size_t length)
{
    assert(node_count < PROC_NODES_MAX && length < sizeof(proc_nodes[0].name));
    memcpy(proc_nodes[node_count].name, name, length);
    proc_nodes[node_count].parent = parent;
    return node_count++;
}

void
procfs_register(const char *path, int (*show)(struct text *out),
                int (*store)(const char *text, size_t size))
{
    const char *slash = strchr(path, '/');
    int parent = PROC_NODE_ROOT;

    if (slash != NULL) {
        parent = node_find(PROC_NODE_ROOT, path, slash - path);
        if (parent < 0) {
            parent = node_add(PROC_NODE_ROOT, path, slash - path);
        }
        path = slash + 1;
    }
    int node = node_add(parent, path, strlen(path));
    proc_nodes[node].show = show;
    proc_nodes[node].store = store;
}

/* ---- Inodes ---- */

static u64
ino_of_node(int node)
{
    return FIRST_INO + (u64)node;
}

static u64
ino_of_pid(pid_t pid, int file)
{
    return FIRST_INO + ((u64)pid << 8) + (u64)(file + 1);
}

/* => 0 and *child, or -ENOMEM */
static int
make_inode(struct inode *dir, u32 mode, const struct proc_inode *what,
           u64 ino, struct inode **child)
{
    struct proc_inode *new = kmalloc(sizeof(*new));

    if (new == NULL) {
        return -ENOMEM;
    }
    *new = *what;
    inode_init(&new->inode,
               S_ISDIR(mode) ? &proc_dir_ops : &proc_file_inode_ops, mode);
    new->inode.ino = ino;
    new->inode.dev = DEV_PROCFS;
    if (S_ISDIR(mode)) {
        new->inode.nlink = 2;
    }
    if (S_ISDIR(mode) && dir != NULL) {
        inode_get(dir);
        new->inode.parent = dir;
    }
    *child = &new->inode;
    return 0;
}

static int
make_node_inode(struct inode *dir, int node, struct inode **child)
{
    struct proc_inode what = {.node = node};
    u32 mode = S_IFREG | 0444;

    if (proc_nodes[node].show == NULL) {
        mode = S_IFDIR | 0555;
    } else if (proc_nodes[node].store != NULL) {
        mode = S_IFREG | 0644;
    }

    return make_inode(dir, mode, &what, ino_of_node(node), child);
}

static void
proc_free_inode(struct inode *inode)
{
    kfree(proc_of(inode));
}

/* ---- Directories ---- */

static bool
pid_exists(pid_t pid)
{
    spin_lock(&family_lock);
    bool exists = proc_find(pid) != NULL;
    spin_unlock(&family_lock);
    return exists;
}

/* The number that name spells, as Linux accepts it; -1 if it is none. */
static pid_t
parse_pid(const char *name)
{
    pid_t pid = 0;

    if (name[0] == '0') {
        return -1;
    }
    for (; *name != '\0'; name++) {
        if (*name < '0' || *name > '9' || pid > PID_MAX) {
            return -1;
        }
        pid = pid * 10 + (*name - '0');
    }
    return pid;
}

static int
lookup_in_pid(struct inode *dir, const char *name, struct inode **child)
{
    pid_t pid = proc_of(dir)->pid;

    for (int i = 0; i < procpid_file_count; i++) {
        if (strcmp(procpid_files[i].name, name) == 0 && pid_exists(pid)) {
            struct proc_inode what = {
                .node = PROC_NODE_PID, .pid = pid, .file = i,
            };
            return make_inode(dir, S_IFREG | 0444, &what, ino_of_pid(pid, i),
                              child);
        }
    }
    return -ENOENT;
}

static int
proc_lookup(struct inode *dir, const char *name, struct inode **child)
{
    int parent = proc_of(dir)->node;

    if (parent == PROC_NODE_PID) {
        return lookup_in_pid(dir, name, child);
    }
    int node = node_find(parent, name, strlen(name));
    if (node >= 0) {
        return make_node_inode(dir, node, child);
    }
    if (parent == PROC_NODE_ROOT && strcmp(name, "self") == 0) {
        struct proc_inode what = {.node = PROC_NODE_SELF};
        return make_inode(dir, S_IFLNK | 0777, &what, SELF_INO,
                          child);
    }
    pid_t pid = parse_pid(name);
    if (parent == PROC_NODE_ROOT && pid > 0 && pid_exists(pid)) {
        struct proc_inode what = {
            .node = PROC_NODE_PID, .pid = pid, .file = -1,
        };
        return make_inode(dir, S_IFDIR | 0555, &what, ino_of_pid(pid, -1),
                          child);
    }
    return -ENOENT;
}

static long
proc_readlink(struct inode *inode, char *buf, size_t size)
{
    (void)inode;
    return snprintf(buf, size, "%d", current->pid);
}

/* The least pid that is `from` or more; 0: there is none. */
static pid_t
next_pid(pid_t from)
{
    pid_t least = 0;

    spin_lock(&family_lock);
    list_for_each(link, &all_processes) {
        pid_t pid = list_entry(link, struct process, all_link)->pid;
        if (pid >= from && (least == 0 || pid < least)) {
            least = pid;
        }
    }
    spin_unlock(&family_lock);
    return least;
}

static int
iterate_pids(u64 *pos, struct dir_sink *sink)
{
    pid_t pid;
    char name[12];

    while ((pid = next_pid((pid_t)(*pos - PIDS_AT))) != 0) {
        u64 next = PIDS_AT + (u64)pid + 1;
        snprintf(name, sizeof(name), "%d", pid);
        if (!sink->emit(sink, name, ino_of_pid(pid, -1), S_IFDIR, next)) {
            break;
        }
        *pos = next;
    }
    return 0;
}

static int
iterate_pid(u64 *pos, pid_t pid, struct dir_sink *sink)
{
    for (u64 i = *pos - FIRST_AT; i < (u64)procpid_file_count; i++) {
        if (!sink->emit(sink, procpid_files[i].name, ino_of_pid(pid, (int)i),
                        S_IFREG, FIRST_AT + i + 1)) {
            break;
        }
        *pos = FIRST_AT + i + 1;
    }
    return 0;
}

static int
proc_iterate(struct inode *dir, u64 *pos, struct dir_sink *sink)
{
    int parent = proc_of(dir)->node;

    if (parent == PROC_NODE_PID) {
        return iterate_pid(pos, proc_of(dir)->pid, sink);
    }
    for (u64 i = *pos - FIRST_AT + 1; i < (u64)node_count; i++) {
        u32 mode = proc_nodes[i].show == NULL ? S_IFDIR : S_IFREG;
        if (proc_nodes[i].parent == parent
            && !sink->emit(sink, proc_nodes[i].name, ino_of_node((int)i), mode,
                           FIRST_AT + i)) {
            return 0;
        }
        *pos = FIRST_AT + i;
    }
    if (parent != PROC_NODE_ROOT) {
        return 0;
    }
    if (*pos <= SELF_AT) {
        if (!sink->emit(sink, "self", SELF_INO, S_IFLNK,
                        PIDS_AT)) {
            return 0;
        }
        *pos = PIDS_AT;
    }
    return iterate_pids(pos, sink);
}

/* ---- Opening ---- */

static int
proc_open(struct inode *inode, struct file *file)
{
    if (S_ISDIR(inode->mode)) {
        file->ops = &dir_file_ops;
        return 0;
    }
    file->data = kzalloc(sizeof(struct text));
    if (file->data == NULL) {
        return -ENOMEM;
    }
    file->ops = &proc_file_ops;
    return 0;
}

static const struct inode_ops proc_dir_ops = {
    .lookup = proc_lookup,
    .iterate = proc_iterate,
    .open = proc_open,
    .free = proc_free_inode,
};
static const struct inode_ops proc_file_inode_ops = {
    .readlink = proc_readlink,
    .open = proc_open,
    .free = proc_free_inode,
};

/* ---- The files of /proc itself ---- */

static int
show_meminfo(struct text *out)
{
    u64 free = frame_count(FRAME_FREE);
    u64 total = 0;

    for (int kind = 0; kind < FRAME_KINDS; kind++) {
        total += kind == FRAME_RESERVED ? 0 : frame_count(kind);
    }
    text_printf(out, "MemTotal:       %8lu kB\n", total * (PAGE_SIZE / 1024));
    text_printf(out, "MemFree:        %8lu kB\n", free * (PAGE_SIZE / 1024));
    return 0;
}

/* Seconds since boot, and idle seconds, which we do not count. */
static int
show_uptime(struct text *out)
{
    u64 hundredths = clock_ns() / 10000000;

    text_printf(out, "%lu.%02lu 0.00\n", hundredths / 100, hundredths % 100);
    return 0;
}

void
procfs_init(void)
{
    struct proc_inode what = {.node = PROC_NODE_ROOT};
    struct inode *root;

    procfs_register("meminfo", show_meminfo, NULL);
    procfs_register("uptime", show_uptime, NULL);
    fs_rmdir(NULL, "/proc"); /* an empty one that came with the initrd */
    int error = make_inode(NULL, S_IFDIR | 0555, &what,
                           ino_of_node(PROC_NODE_ROOT), &root);
    if (error == 0) {
        error = tmpfs_mount(root_inode, "proc", root);
    }
    if (error != 0) {
        panic("/proc: cannot mount it, error %d", -error);
    }
}
