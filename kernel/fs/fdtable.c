/*
 * Descriptor tables.
 *
 * Essential fact: a table with a count over 1 is shared since a fork and is
 * never changed; whoever wants to change it makes a copy that is his alone
 * (table_own), with one more reference to each file, and drops his count of the
 * old one.  So fork costs one count, and a child that only executes
 * another program copies once.
 *
 * Entry points: file_get_fd, table_own, files_copy.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "common/string.h"

#include "core/panic.h"

#include "mm/heap.h"

#include "proc/thread.h"

#include "fs/file.h"
#include "fs/path.h"

#define FIRST_CAPACITY 24

struct fdtable {
    _Atomic u32 count;           /* struct files that point here */
    u32 capacity;                /* slots, at most OPEN_MAX */
    u32 end;                     /* all descriptors in use are below */
    u64 cloexec[FD_WORDS];       /* a bit a descriptor */
    struct file *file[];         /* NULL: free */
};

static struct fdtable *
table_alloc(u32 capacity)
{
    struct fdtable *table = kzalloc(sizeof(*table)
                                    + capacity * sizeof(table->file[0]));

    if (table != NULL) {
        table->count = 1;
        table->capacity = capacity;
    }
    return table;
}

static void
table_put(struct fdtable *table)
{
    if (atomic_fetch_sub(&table->count, 1) > 1) {
        return;
    }
    for (u32 fd = 0; fd < table->end; fd++) {
        file_put(table->file[fd]);
    }
    kfree(table);
}

/* Become the only user of the table, with room for descriptor fd.
 * => files->lock held
 * => 0, or -ENOMEM with nothing changed */
static int
table_own(struct files *files, int fd)
{
    struct fdtable *old = files->table;
    u32 capacity = old->capacity;

    assert((u32)fd < OPEN_MAX);
    while (capacity <= (u32)fd) {
        capacity = MIN(2 * capacity, OPEN_MAX);
    }
    if (old->count == 1 && capacity == old->capacity) {
        return 0;
    }
    struct fdtable *new = table_alloc(capacity);
    if (new == NULL) {
        return -ENOMEM;
    }
    memcpy(new->cloexec, old->cloexec, sizeof(new->cloexec));
    new->end = old->end;
    for (u32 i = 0; i < old->end; i++) {
        new->file[i] = old->file[i];
        if (new->file[i] != NULL) {
            file_get(new->file[i]);
        }
    }
    files->table = new;
    table_put(old); /* no file goes with it: the copy holds each one too */
    return 0;
}

static bool
bit_at(const u64 *words, u32 n)
{
    return (words[n / 64] >> (n % 64) & 1) != 0;
}

static void
set_bit(u64 *words, u32 n, bool value)
{
    u64 bit = 1UL << (n % 64);

    words[n / 64] &= ~bit;
    words[n / 64] |= value ? bit : 0;
}

/* Put a file, or NULL, at fd.
 * => files->lock held, the table is owned
 * => what was there, with its reference */
static struct file *
table_set(struct fdtable *table, int fd, struct file *file, bool cloexec)
{
    struct file *old = table->file[fd];

    table->file[fd] = file;
    set_bit(table->cloexec, fd, cloexec);
    table->end = MAX(table->end, (u32)fd + 1);
    return old;
}

/* The file behind fd; a negative one is large here.
 * => files->lock held; NULL: bad descriptor */
static struct file *
file_at(const struct files *files, u32 fd)
{
    const struct fdtable *table = files->table;

    return fd < table->end ? table->file[fd] : NULL;
}

/* ---- One descriptor of the current process ---- */

struct inode *
files_inode(struct files *files, int fd)
{
    spin_lock(&files->lock);
    struct file *file = file_at(files, fd);
    struct inode *inode = file != NULL ? file->inode : NULL;
    if (inode != NULL) {
        inode_get(inode);
    }
    spin_unlock(&files->lock);
    return inode;
}

int
files_next(struct files *files, int fd)
{
    spin_lock(&files->lock);
    int end = (int)files->table->end;
    while (fd < end && files->table->file[fd] == NULL) {
        fd++;
    }
    spin_unlock(&files->lock);
    return fd < end ? fd : -1;
}

/* Not inline: file_use_fd should not save registers for what it seldom does. */
__noinline struct file *
file_get_fd(int fd)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    struct file *file = file_at(files, fd);
    if (file != NULL) {
        file_get(file);
    }
    spin_unlock(&files->lock);
    return file;
}

struct file_use
file_use_fd(int fd)
{
    struct files *files = current->files;

    /* Only we could share the table, by clone, and we are in this call. */
    if (atomic_load_explicit(&files->refs, memory_order_acquire) == 1) {
        return (struct file_use){.file = file_at(files, fd)};
    }
    return (struct file_use){.file = file_get_fd(fd), .counted = true};
}

int
fd_reserve(int lowest)
{
    struct files *files = current->files;
    int fd = lowest;

    spin_lock(&files->lock);
    while (fd < OPEN_MAX
           && (file_at(files, fd) != NULL || bit_at(files->reserved, fd))) {
        fd++;
    }
    int error = fd >= OPEN_MAX ? -EMFILE : table_own(files, fd);
    if (error == 0) {
        set_bit(files->reserved, fd, true);
    }
    spin_unlock(&files->lock);
    return error != 0 ? error : fd;
}

int
fd_fill(const int *fd, struct file *const *file, int count, bool cloexec,
        int error)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    for (int i = 0; i < count && error == 0; i++) {
        error = table_own(files, fd[i]);
    }
    for (int i = 0; i < count; i++) {
        if (fd[i] >= 0) {
            set_bit(files->reserved, fd[i], false);
        }
        if (error == 0) {
            table_set(files->table, fd[i], file[i], cloexec);
        }
    }
    spin_unlock(&files->lock);
    for (int i = 0; i < count && error != 0; i++) {
        file_put(file[i]);
    }
    return error;
}

int
fd_replace(struct file *file, int fd, bool cloexec)
{
    struct files *files = current->files;
    struct file *old = file; /* dropped in the end: the new one, if it fails */
    int error = -EBADF;

    spin_lock(&files->lock);
    if (fd >= 0 && fd < OPEN_MAX
        && (file != NULL || file_at(files, fd) != NULL)) {
        error = bit_at(files->reserved, fd) ? -EBUSY : table_own(files, fd);
    }
    if (error == 0) {
        old = table_set(files->table, fd, file, cloexec);
    }
    spin_unlock(&files->lock);
    file_put(old);
    return error != 0 ? error : fd;
}

int
fd_get_cloexec(int fd)
{
    struct files *files = current->files;
    int result = -EBADF;

    spin_lock(&files->lock);
    if (file_at(files, fd) != NULL) {
        result = bit_at(files->table->cloexec, fd);
    }
    spin_unlock(&files->lock);
    return result;
}

int
fd_set_cloexec(int fd, bool cloexec)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    struct file *file = file_at(files, fd);
    int error = file == NULL ? -EBADF : table_own(files, fd);
    if (error == 0) {
        table_set(files->table, fd, file, cloexec);
    }
    spin_unlock(&files->lock);
    return error;
}

/* ---- The whole table: birth, fork, exec, exit ---- */

struct files *
files_alloc(void)
{
    struct fdtable *table = table_alloc(FIRST_CAPACITY);
    struct files *files = kzalloc(sizeof(*files));

    if (files == NULL || table == NULL) {
        kfree(files);
        kfree(table);
        return NULL;
    }
    files->refs = 1;
    spin_init(&files->lock, RANK_FILES, "files");
    files->table = table;
    return files;
}

struct files *
files_get(struct files *files)
{
    atomic_fetch_add(&files->refs, 1);
    return files;
}

struct files *
files_copy(struct files *files)
{
    struct files *copy = kmalloc(sizeof(*copy));

    if (copy == NULL) {
        return NULL;
    }
    *copy = (struct files){.refs = 1};
    spin_init(&copy->lock, RANK_FILES, "files");
    spin_lock(&files->lock);
    copy->table = files->table;
    atomic_fetch_add(&copy->table->count, 1);
    spin_unlock(&files->lock);
    return copy;
}

void
files_put(struct files *files)
{
    if (files != NULL && atomic_fetch_sub(&files->refs, 1) == 1) {
        table_put(files->table);
        kfree(files);
    }
}

/* The first close-on-exec descriptor.  => files->lock held; OPEN_MAX if none */
static int
first_cloexec(const struct fdtable *table)
{
    for (int i = 0; i < FD_WORDS; i++) {
        if (table->cloexec[i] != 0) {
            return 64 * i + __builtin_ctzl(table->cloexec[i]);
        }
    }
    return OPEN_MAX;
}

struct files *
files_for_exec(struct files *files)
{
    files = files->refs == 1 ? files_get(files) : files_copy(files);
    if (files == NULL) {
        return NULL;
    }
    spin_lock(&files->lock);
    int fd = first_cloexec(files->table);
    int error = fd < OPEN_MAX ? table_own(files, fd) : 0;
    spin_unlock(&files->lock);
    if (error != 0) {
        files_put(files);
        return NULL;
    }
    return files;
}

void
files_close_on_exec(struct files *files)
{
    for (;;) {
        struct file *file = NULL;

        spin_lock(&files->lock);
        int fd = first_cloexec(files->table);
        if (fd < OPEN_MAX) {
            assert(files->table->count == 1);
            file = table_set(files->table, fd, NULL, false);
        }
        spin_unlock(&files->lock);
        if (file == NULL) {
            return;
        }
        file_put(file);
    }
}
