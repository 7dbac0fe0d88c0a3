/*
 * Descriptor tables.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "common/string.h"

#include "core/config.h"
#include "core/optional.h"
#include "core/panic.h"

#include "mm/heap.h"

#include "proc/limits.h"

#include "fs/file.h"
#include "fs/path.h"

OPTIONAL(lock_drop) OPTIONAL(lock_drop_all)

#define FIRST_CAPACITY 24
#define WORDS(capacity) (((capacity) + 63) / 64) /* of a bitmap */

struct fdtable {
    _Atomic u32 count;    /* struct files that point here */
    u32 capacity;         /* slots, at most OPEN_MAX */
    u64 full;             /* bit n: all bits of used[n] are set */
    u64 *used;            /* a bit a descriptor: it has a file or is reserved */
    u64 *cloexec;         /* a bit a descriptor */
    struct file *file[];  /* NULL: free or reserved; the bitmaps follow */
};

_Static_assert(OPEN_MAX <= 64 * 64, "`full` is one word");

static bool
bit_at(const u64 *words, u32 n)
{
    return (words[n / 64] >> (n % 64) & 1) != 0;
}

static inline void
set_bit(u64 *word, u32 n, bool value)
{
    *word = value ? *word | 1UL << (n % 64) : *word & ~(1UL << (n % 64));
}

/* The first set bit from `from` on; end if there is none below it. */
static u32
next_bit(const u64 *words, u32 from, u32 end)
{
    while (from < end) {
        u64 rest = words[from / 64] >> (from % 64);
        if (rest != 0) {
            return from + (u32)__builtin_ctzl(rest);
        }
        from = (from / 64 + 1) * 64;
    }
    return end;
}

static struct fdtable *
fdtable_alloc(u32 capacity)
{
    u32 slots = capacity + 2 * WORDS(capacity);
    struct fdtable *table = kzalloc(sizeof(*table)
                                    + slots * sizeof(table->file[0]));

    if (table != NULL) {
        table->count = 1;
        table->capacity = capacity;
        table->used = (u64 *)&table->file[capacity];
        table->cloexec = table->used + WORDS(capacity);
    }
    return table;
}

static void
table_put(struct fdtable *table)
{
    if (atomic_fetch_sub(&table->count, 1) > 1) {
        return;
    }
    u32 end = table->capacity;
    for (u32 fd = 0; (fd = next_bit(table->used, fd, end)) < end; fd++) {
        file_put(table->file[fd]);
        if (cpu_rank() == 0) {
            (void)cond_resched();
        }
    }
    kfree(table);
}

static inline void
set_used(struct fdtable *table, u32 fd, bool used)
{
    u64 *word = &table->used[fd / 64];

    set_bit(word, fd, used);
    if (!used || *word == ~0UL) {
        set_bit(&table->full, fd / 64, used);
    }
}

/* A table with the same files and as many slots, or more.
 * => moves: the new table takes over references and reservations; else it has
 *    its own references, and no reservations; NULL: no memory */
static struct fdtable *
table_copy(const struct fdtable *old, u32 capacity, bool moves)
{
    struct fdtable *new = fdtable_alloc(capacity);
    u32 end = old->capacity;

    if (new == NULL) {
        return NULL;
    }
    new->full = old->full;
    memcpy(new->used, old->used, WORDS(end) * sizeof(u64));
    memcpy(new->cloexec, old->cloexec, WORDS(end) * sizeof(u64));
    memcpy(new->file, old->file, end * sizeof(new->file[0]));
    for (u32 fd = moves ? end : 0;
         (fd = next_bit(new->used, fd, end)) < end; fd++) {
        if (new->file[fd] != NULL) {
            file_get(new->file[fd]);
        } else {
            set_used(new, fd, false);
        }
    }
    return new;
}

/* Become the only user of the table, with room for descriptor fd.
 * => files->lock held
 * => 0, or -ENOMEM with nothing changed */
static int
table_own(struct files *files, u32 fd)
{
    struct fdtable *old = files->table;
    bool alone = old->count == 1;
    u32 capacity = old->capacity;

    assert(fd < OPEN_MAX);
    while (capacity <= fd) {
        capacity = MIN(2 * capacity, OPEN_MAX);
    }
    if (alone && capacity == old->capacity) {
        return 0;
    }
    struct fdtable *new = table_copy(old, capacity, alone);
    if (new == NULL) {
        return -ENOMEM;
    }
    files->table = new;
    if (alone) {
        kfree(old);
    } else {
        table_put(old); /* closes no file: the copy holds them all */
    }
    return 0;
}

/* Put a file, or NULL, at fd.
 * => files->lock held, the table is owned
 * => what was there, with its reference */
static struct file *
table_set(struct fdtable *table, u32 fd, struct file *file, bool cloexec)
{
    struct file *old = table->file[fd];

    table->file[fd] = file;
    set_bit(&table->cloexec[fd / 64], fd, cloexec);
    set_used(table, fd, file != NULL);
    return old;
}

/* The lowest free descriptor, `lowest` or above.  => OPEN_MAX if none */
static u32
lowest_free(const struct fdtable *table, u32 lowest)
{
    u32 word = lowest / 64;

    if (lowest >= table->capacity) {
        return lowest;
    }
    u64 free = ~table->used[word] >> (lowest % 64);
    if (free != 0) {
        return lowest + (u32)__builtin_ctzl(free);
    }
    u64 not_full = ~table->full & -2UL << word; /* among the words above */
    return not_full == 0 ? OPEN_MAX
           : lowest_free(table, (u32)__builtin_ctzl(not_full) * 64);
}

/* The file behind fd; a negative fd becomes a large number here.
 * => files->lock held; NULL: bad descriptor */
static struct file *
file_at(const struct files *files, u32 fd)
{
    const struct fdtable *table = files->table;

    return fd < table->capacity ? table->file[fd] : NULL;
}

/* Close a file that was taken out of the table. */
static inline void
close_file(struct files *files, struct file *file)
{
    if (files->locks_held != 0 && file != NULL && !(file->flags & O_PATH)) {
        lock_drop(files, file->inode);
    }
    file_put(file);
}

/* ---- One descriptor of the current process ---- */

struct file *
files_file(struct files *files, int fd)
{
    spin_lock(&files->lock);
    struct file *file = file_at(files, fd);
    if (file != NULL) {
        file_get(file);
    }
    spin_unlock(&files->lock);
    return file;
}

struct inode *
files_inode(struct files *files, int fd)
{
    spin_lock(&files->lock);
    struct file *file = file_at(files, fd);
    struct inode *inode = file != NULL ? inode_get(file->inode) : NULL;
    spin_unlock(&files->lock);
    return inode;
}

int
files_next(struct files *files, int fd)
{
    spin_lock(&files->lock);
    int end = (int)files->table->capacity;
    while (fd < end && files->table->file[fd] == NULL) {
        fd++;
    }
    spin_unlock(&files->lock);
    return fd < end ? fd : -1;
}

struct file_use
file_use_any_fd(int fd)
{
    struct files *files = current->files;

    /* Only our own clone could share the table, and we are in this call. */
    if (atomic_load_explicit(&files->refs, memory_order_acquire) == 1) {
        return (struct file_use){.file = file_at(files, fd)};
    }
    return (struct file_use){.file = file_get_any_fd(fd), .counted = true};
}

u32
fd_end(void)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    u32 end = files->table->capacity;
    spin_unlock(&files->lock);
    return end;
}

int
fd_reserve(u32 lowest)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    u32 fd = lowest_free(files->table, lowest);
    int error = fd >= fd_limit() ? -EMFILE : table_own(files, fd);
    if (error == 0) {
        set_used(files->table, fd, true);
        files->reserved++;
    }
    spin_unlock(&files->lock);
    return error != 0 ? error : (int)fd;
}

int
fd_fill(const int *fd, struct file *const *file, int count, bool cloexec,
        int error)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    for (int i = 0; i < count; i++) {
        if (fd[i] >= 0) {
            files->reserved--;
            table_set(files->table, (u32)fd[i], error == 0 ? file[i] : NULL,
                      error == 0 && cloexec);
        }
    }
    spin_unlock(&files->lock);
    for (int i = 0; i < count && error != 0; i++) {
        file_put(file[i]);
    }
    return error;
}

int
fd_replace(struct file *file, u32 fd, bool cloexec)
{
    struct files *files = current->files;
    struct file *old = file; /* put at the end: the new file on an error */
    int error = -EBADF;

    spin_lock(&files->lock);
    bool open = file_at(files, fd) != NULL;
    if (file != NULL ? fd < fd_limit() : open) {
        bool reserved = !open && fd < files->table->capacity
                        && bit_at(files->table->used, fd);
        error = reserved ? -EBUSY : table_own(files, fd);
    }
    if (error == 0) {
        old = table_set(files->table, fd, file, cloexec);
    }
    spin_unlock(&files->lock);
    if (error == 0) {
        close_file(files, old);
    } else {
        file_put(old);
    }
    return error != 0 ? error : (int)fd;
}

int
fd_cloexec(u32 fd, int set)
{
    struct files *files = current->files;

    spin_lock(&files->lock);
    int result = file_at(files, fd) == NULL ? -EBADF
                 : set < 0 ? bit_at(files->table->cloexec, fd)
                           : table_own(files, fd);
    if (result == 0 && set >= 0) {
        set_bit(&files->table->cloexec[fd / 64], fd, set);
    }
    spin_unlock(&files->lock);
    return result;
}

/* ---- The whole table: birth, fork, exec, exit ---- */

struct files *
files_alloc(void)
{
    struct fdtable *table = fdtable_alloc(FIRST_CAPACITY);
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
    if (files->reserved == 0) {
        copy->table = files->table;
        atomic_fetch_add(&copy->table->count, 1);
    } else {
        copy->table = table_copy(files->table, files->table->capacity, false);
    }
    spin_unlock(&files->lock);
    if (copy->table == NULL) {
        kfree(copy);
        return NULL;
    }
    return copy;
}

void
files_put(struct files *files)
{
    if (files != NULL && atomic_fetch_sub(&files->refs, 1) == 1) {
        if (files->locks_held != 0) {
            lock_drop_all(files);
        }
        table_put(files->table);
        kfree(files);
    }
}

struct files *
files_for_exec(struct files *files)
{
    files = files->refs == 1 ? files_get(files) : files_copy(files);
    if (files == NULL) {
        return NULL;
    }
    spin_lock(&files->lock);
    u32 end = files->table->capacity;
    u32 fd = next_bit(files->table->cloexec, 0, end);
    int error = fd < end ? table_own(files, fd) : 0;
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
    struct fdtable *table = files->table; /* no other thread uses it */
    u32 end = table->capacity;

    for (u32 fd = 0; (fd = next_bit(table->cloexec, fd, end)) < end; fd++) {
        assert(table->count == 1);
        spin_lock(&files->lock);
        struct file *file = table_set(table, fd, NULL, false);
        spin_unlock(&files->lock);
        close_file(files, file);
    }
}
