/*
 * Descriptor tables.
 *
 * Essential fact: a table with a count over 1 is shared since a fork and is
 * never changed; whoever wants to change it makes a copy that is his alone
 * (table_own), with one more reference to each file, and drops his count of the
 * old one.  So fork costs one count, and a child that only executes
 * another program copies once.
 *
 * Entry points: file_get_fd, table_own, files_share.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "common/string.h"

#include "core/panic.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/openfile.h"

#define FIRST_CAPACITY 24 /* a table of 232 bytes */

struct fdtable {
    _Atomic u32 count;           /* struct files that point here */
    u32 capacity;                /* slots, at most OPEN_MAX */
    u64 cloexec[OPEN_MAX / 64];  /* a bit a descriptor */
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
    for (u32 fd = 0; fd < table->capacity; fd++) {
        if (table->file[fd] != NULL) {
            file_put(table->file[fd]);
        }
    }
    kfree(table);
}

/* Become the only user of the table, with room for descriptor fd.
 * => files->lock held
 * => 0, or -ENOMEM with nothing changed */
static int
table_own(struct files *files, u32 fd)
{
    struct fdtable *old = files->table;
    u32 capacity = old->capacity;

    assert(fd < OPEN_MAX);
    while (capacity <= fd) {
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
    for (u32 i = 0; i < old->capacity; i++) {
        if (old->file[i] != NULL) {
            file_get(old->file[i]);
            new->file[i] = old->file[i];
        }
    }
    files->table = new;
    table_put(old); /* no file goes with it: the copy holds each one too */
    return 0;
}

static inline void
cloexec_set(struct fdtable *table, u32 fd, bool on)
{
    u64 bit = 1UL << (fd % 64);

    table->cloexec[fd / 64] &= ~bit;
    table->cloexec[fd / 64] |= on ? bit : 0;
}

static inline bool
cloexec_get(const struct fdtable *table, u32 fd)
{
    return table->cloexec[fd / 64] >> (fd % 64) & 1;
}

/* The file behind fd.  => files->lock held; NULL: bad descriptor */
static struct file *
file_at(const struct files *files, int fd)
{
    const struct fdtable *table = files->table;

    return fd >= 0 && (u32)fd < table->capacity ? table->file[fd] : NULL;
}

/* ---- One descriptor of the current process ---- */

struct file *
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

/* The lowest free descriptor that is `lowest` or more.
 * => files->lock held; OPEN_MAX if there is none */
static u32
lowest_free(const struct files *files, u32 lowest)
{
    while (lowest < OPEN_MAX && file_at(files, (int)lowest) != NULL) {
        lowest++;
    }
    return lowest;
}

int
fd_room(void)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    u32 fd = lowest_free(files, 0);
    int error = fd == OPEN_MAX ? -EMFILE : table_own(files, fd);
    spin_unlock(&files->lock);
    return error;
}

int
fd_install(struct file *file, int lowest, bool cloexec)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    u32 fd = lowest_free(files, lowest);
    int error = fd == OPEN_MAX ? -EMFILE : table_own(files, fd);
    if (error == 0) {
        files->table->file[fd] = file;
        cloexec_set(files->table, fd, cloexec);
    }
    spin_unlock(&files->lock);
    return error != 0 ? error : (int)fd;
}

int
fd_replace(struct file *file, int fd, bool cloexec)
{
    struct files *files = current->files;
    struct file *old = NULL;

    if (fd < 0 || fd >= OPEN_MAX) {
        return -EBADF;
    }
    spin_lock(&files->lock);
    int error = table_own(files, fd);
    if (error == 0) {
        old = files->table->file[fd];
        files->table->file[fd] = file;
        cloexec_set(files->table, fd, cloexec);
    }
    spin_unlock(&files->lock);
    if (old != NULL) {
        file_put(old);
    }
    return error != 0 ? error : fd;
}

int
fd_close(int fd)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    struct file *file = file_at(files, fd);
    int error = file == NULL ? -EBADF : table_own(files, fd);
    if (error == 0) {
        files->table->file[fd] = NULL;
        cloexec_set(files->table, fd, false);
    }
    spin_unlock(&files->lock);
    if (error == 0) {
        file_put(file);
    }
    return error;
}

int
fd_get_cloexec(int fd)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    int result = -EBADF;
    if (file_at(files, fd) != NULL) {
        result = cloexec_get(files->table, fd);
    }
    spin_unlock(&files->lock);
    return result;
}

int
fd_set_cloexec(int fd, bool cloexec)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    int error = file_at(files, fd) == NULL ? -EBADF : 0;
    if (error == 0 && cloexec_get(files->table, fd) != cloexec) {
        error = table_own(files, fd);
        if (error == 0) {
            cloexec_set(files->table, fd, cloexec);
        }
    }
    spin_unlock(&files->lock);
    return error;
}

/* ---- The whole table: birth, fork, exec, exit ---- */

struct files *
files_alloc(void)
{
    struct files *files = kzalloc(sizeof(*files));

    if (files == NULL) {
        return NULL;
    }
    files->table = table_alloc(FIRST_CAPACITY);
    if (files->table == NULL) {
        kfree(files);
        return NULL;
    }
    files->refs = 1;
    spin_init(&files->lock, RANK_FILES, "files");
    return files;
}

struct files *
files_share(struct files *files)
{
    struct files *copy = kzalloc(sizeof(*copy));

    if (copy == NULL) {
        return NULL;
    }
    copy->refs = 1;
    spin_init(&copy->lock, RANK_FILES, "files");
    spin_lock(&files->lock);
    copy->table = files->table;
    atomic_fetch_add(&copy->table->count, 1);
    spin_unlock(&files->lock);
    return copy;
}

void
files_get(struct files *files)
{
    atomic_fetch_add(&files->refs, 1);
}

void
files_put(struct files *files)
{
    if (files != NULL && atomic_fetch_sub(&files->refs, 1) == 1) {
        table_put(files->table);
        kfree(files);
    }
}

static bool
any_cloexec(const struct fdtable *table)
{
    u64 any = 0;

    for (size_t i = 0; i < ARRAY_SIZE(table->cloexec); i++) {
        any |= table->cloexec[i];
    }
    return any != 0;
}

int
files_reserve_exec(struct files *files)
{
    spin_lock(&files->lock);
    int error = any_cloexec(files->table) ? table_own(files, 0) : 0;
    spin_unlock(&files->lock);
    return error;
}

/* Take the next close-on-exec file out of the table.  => NULL: none is left */
static struct file *
take_cloexec(struct files *files)
{
    struct file *file = NULL;

    spin_lock(&files->lock);
    struct fdtable *table = files->table;
    for (size_t i = 0; i < ARRAY_SIZE(table->cloexec) && file == NULL; i++) {
        if (table->cloexec[i] != 0) {
            u32 fd = 64 * (u32)i + (u32)__builtin_ctzl(table->cloexec[i]);
            assert(table->count == 1);
            file = table->file[fd];
            table->file[fd] = NULL;
            cloexec_set(table, fd, false);
        }
    }
    spin_unlock(&files->lock);
    return file;
}

void
files_close_on_exec(struct files *files)
{
    struct file *file;

    while ((file = take_cloexec(files)) != NULL) {
        file_put(file);
    }
}
