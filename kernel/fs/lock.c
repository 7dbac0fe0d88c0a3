/*
 * File locks.  Entry points: lock_control, lock_whole.  The essential fact: to
 * unlock is to set a range to no lock, and flock sets the range of all bytes;
 * so one function, set_range, makes every change.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"

#include "mm/heap.h"

#include "proc/cred.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/lock.h"
#include "fs/path.h"

#define LAST ((u64)INT64_MAX) /* the last byte that a file may have */

enum kind { OF_PROCESS, OF_FILE, WHOLE };

struct lock {
    struct list link; /* in its file's list: each owner's together, by start */
    void *owner;      /* a struct files, or a struct file */
    u64 start, end;   /* end: its last byte */
    enum kind kind;
    int type;         /* F_RDLCK, F_WRLCK; of a request also F_UNLCK */
    pid_t pid;        /* for F_GETLK */
    u32 payer;        /* whose it counts as (cred_place) */
};

struct request {
    struct list link; /* in `waiting` */
    const struct inode *inode;
    const struct lock *lock;
};

static struct spinlock locks_lock = SPINLOCK_INIT(RANK_FILE_LOCKS);
static struct list waiting = LIST_INIT(waiting);
static struct user_counts lock_counts;

static bool
same_owner(const struct lock *a, const struct lock *b)
{
    return a->owner == b->owner && (a->kind == WHOLE) == (b->kind == WHOLE);
}

/* The first lock that stands in the way, or NULL. */
static struct lock *
conflict(const struct inode *inode, const struct lock *wanted)
{
    list_for_each_entry(lock, &inode->locks, struct lock, link) {
        if ((lock->kind == WHOLE) == (wanted->kind == WHOLE)
            && !same_owner(lock, wanted) && wanted->type != F_UNLCK
            && (lock->type == F_WRLCK || wanted->type == F_WRLCK)
            && lock->start <= wanted->end && wanted->start <= lock->end) {
            return lock;
        }
    }
    return NULL;
}

static void
count(const struct lock *lock, u32 change)
{
    cred_count(&lock_counts, lock->payer, change);
    if (lock->kind == OF_PROCESS) {
        ((struct files *)lock->owner)->locks_held += change;
    }
}

/* Put a copy of the lock after `at`. */
static void
insert(struct list *at, const struct lock *lock, struct lock **spare)
{
    struct lock *new = *spare;

    *spare = NULL;
    *new = *lock;
    list_insert(at, &new->link);
    count(new, 1);
}

/* Set a range to what the lock says, whatever its owner had there.
 * => spare: two locks to use; a range of all bytes, unlocked, needs none */
static void
set_range(struct inode *inode, struct lock lock, struct lock *spare[2])
{
    struct list *at = inode->locks.prev;
    bool found = false;

    list_for_each_safe(pos, &inode->locks) {
        struct lock *old = list_entry(pos, struct lock, link);
        if (!same_owner(old, &lock)) {
            continue;
        }
        at = found ? at : pos->prev;
        found = true;
        u64 touch = old->type == lock.type; /* then neighbours merge, too */
        if (old->start > lock.end + touch || old->end + touch < lock.start) {
            at = old->start < lock.start ? pos : at;
            continue;
        }
        if (touch) {
            lock.start = MIN(lock.start, old->start);
            lock.end = MAX(lock.end, old->end);
        } else if (old->start < lock.start) {
            if (old->end > lock.end) { /* cut in two */
                struct lock rest = *old;
                rest.start = lock.end + 1;
                insert(pos, &rest, &spare[1]);
            }
            old->end = lock.start - 1;
            at = pos;
            continue;
        } else if (old->end > lock.end) {
            old->start = lock.end + 1;
            continue;
        }
        list_del(pos);
        count(old, -1U);
        kfree(old);
    }
    if (lock.type != F_UNLCK) {
        insert(at, &lock, &spare[0]);
    }
    wait_wake_all(&inode->unlocked);
}

/* Whether the owner of `other` waits, perhaps through others, for the owner of
 * the wanted lock.  As far as Linux looks. */
static bool
would_deadlock(const struct lock *wanted, const struct lock *other)
{
    for (int i = 0; i < 10 && other != NULL && other->kind == OF_PROCESS; i++) {
        const struct lock *holder = other;
        other = NULL;
        list_for_each_entry(request, &waiting, struct request, link) {
            if (request->lock->kind == OF_PROCESS
                && request->lock->owner == holder->owner) {
                other = conflict(request->inode, request->lock);
                break;
            }
        }
        if (other != NULL && other->owner == wanted->owner) {
            return true;
        }
    }
    return false;
}

/* Wait until nothing stands in the way.  => 0, or an error of lock_control */
static long
wait_for(struct inode *inode, const struct lock *wanted, bool waits)
{
    struct request request = {.inode = inode, .lock = wanted};
    const struct lock *other;
    long error = 0;

    while (error == 0 && (other = conflict(inode, wanted)) != NULL) {
        error = !waits                          ? -EAGAIN
                : would_deadlock(wanted, other) ? -EDEADLK
                                                : 0;
        if (error == 0) {
            list_add_tail(&waiting, &request.link);
            error = wait_sleep(&inode->unlocked, &locks_lock,
                               WAIT_INTERRUPTIBLE);
            list_del(&request.link);
        }
    }
    return error;
}

/* Flock changes a lock's type by dropping it first, as on Linux: a change that
 * fails loses it. */
static void
drop_other_type(struct inode *inode, const struct lock *wanted)
{
    list_for_each_entry(own, &inode->locks, struct lock, link) {
        if (same_owner(own, wanted) && own->type != wanted->type) {
            struct lock drop = *own;
            drop.type = F_UNLCK;
            set_range(inode, drop, NULL);
            return;
        }
    }
}

static long
set_lock(struct inode *inode, const struct lock *wanted, bool waits)
{
    bool drops_all = wanted->type == F_UNLCK && wanted->start == 0
                     && wanted->end == LAST;
    struct lock *spare[2] = {NULL};

    for (int i = 0; i < 2 && !drops_all; i++) {
        spare[i] = kmalloc(sizeof(*spare[i]));
    }
    spin_lock(&locks_lock);
    if (wanted->kind == WHOLE) {
        drop_other_type(inode, wanted);
    }
    long error = wait_for(inode, wanted, waits);
    if (error == 0 && !drops_all
        && (spare[0] == NULL || spare[1] == NULL
            || !cred_has_room(&lock_counts, wanted->payer, 2,
                              FILE_LOCKS_MAX))) {
        error = -ENOLCK;
    }
    if (error == 0) {
        set_range(inode, *wanted, spare);
    }
    spin_unlock(&locks_lock);
    kfree(spare[0]);
    kfree(spare[1]);
    return error;
}

void
lock_drop(void *owner, struct inode *inode)
{
    for (enum kind kind = OF_FILE; kind <= WHOLE; kind++) {
        struct lock all = {.owner = owner, .kind = kind, .type = F_UNLCK,
                           .end = LAST};
        (void)set_lock(inode, &all, false);
    }
}

void
lock_drop_all(struct files *files)
{
    for (int fd = -1; (fd = files_next(files, fd + 1)) >= 0;) {
        struct inode *inode = files_inode(files, fd);
        lock_drop(files, inode);
        inode_put(inode);
    }
}

/* ---- What programs ask for ---- */

/* The bytes that a struct flock means.  => 0, -EINVAL, -EOVERFLOW */
static long
range_of(const struct file *file, const struct flock *flock, struct lock *lock)
{
    i64 base = flock->l_whence == SEEK_CUR   ? (i64)file->offset
               : flock->l_whence == SEEK_END ? (i64)file->inode->size
                                             : 0;
    i64 start, end, length = flock->l_len;

    if (flock->l_whence < SEEK_SET || flock->l_whence > SEEK_END) {
        return -EINVAL;
    }
    if (__builtin_add_overflow(base, flock->l_start, &start)) {
        return -EOVERFLOW;
    }
    if (start < 0) {
        return -EINVAL;
    }
    if (__builtin_add_overflow(start, length - (length > 0), &end)) {
        return -EOVERFLOW;
    }
    lock->start = (u64)(length < 0 ? end : start);
    lock->end = length == 0 ? LAST : (u64)(length < 0 ? start - 1 : end);
    return end >= 0 && (u32)flock->l_type <= F_UNLCK ? 0 : -EINVAL;
}

/* F_GETLK: say what stands in the way. */
static void
tell(const struct inode *inode, const struct lock *wanted, struct flock *flock)
{
    spin_lock(&locks_lock);
    const struct lock *other = conflict(inode, wanted);
    if (other == NULL) {
        flock->l_type = F_UNLCK;
    } else {
        *flock = (struct flock){
            .l_type = (short)other->type, .l_start = (i64)other->start,
            .l_len = other->end == LAST
                         ? 0 : (i64)(other->end - other->start + 1),
            .l_pid = other->kind == OF_PROCESS ? other->pid : -1,
        };
    }
    spin_unlock(&locks_lock);
}

long
lock_control(struct file *file, int fd, int command, vaddr_t user)
{
    bool own = command >= F_OFD_GETLK;
    struct lock lock = {
        .owner = own ? (void *)file : current->files,
        .kind = own ? OF_FILE : OF_PROCESS, .pid = current->process->pid,
        .payer = cred_place(current->cred),
    };
    struct flock flock;

    if (copy_from_user(&flock, user, sizeof(flock)) != 0) {
        return -EFAULT;
    }
    lock.type = flock.l_type;
    if (command == F_GETLK && lock.type == F_UNLCK) {
        return -EINVAL;
    }
    long error = range_of(file, &flock, &lock);
    if (error == 0 && own && flock.l_pid != 0) {
        error = -EINVAL;
    }
    if (command == F_GETLK || command == F_OFD_GETLK) {
        if (error == 0) {
            tell(file->inode, &lock, &flock);
            error = copy_to_user(user, &flock, sizeof(flock));
        }
        return error;
    }
    u32 needs = lock.type == F_RDLCK   ? FILE_READS
                : lock.type == F_WRLCK ? FILE_WRITES
                                       : 0;
    if (error == 0 && (file_access(file) & needs) != needs) {
        error = -EBADF;
    }
    if (error == 0) {
        error = set_lock(file->inode, &lock,
                         command == F_SETLKW || command == F_OFD_SETLKW);
    }
    /* Another thread may have closed it before the lock was there to drop. */
    if (error == 0 && !own && lock.type != F_UNLCK) {
        struct file *now = file_get_fd(fd);
        if (now != file) {
            lock_drop(current->files, file->inode);
            error = -EBADF;
        }
        file_put(now);
    }
    return error;
}

long
lock_whole(struct file *file, u32 operation)
{
    u32 what = operation & ~(u32)LOCK_NB;
    struct lock lock = {
        .owner = file, .end = LAST, .kind = WHOLE,
        .payer = cred_place(current->cred),
        .type = what == LOCK_SH   ? F_RDLCK
                : what == LOCK_EX ? F_WRLCK
                                  : F_UNLCK,
    };

    if (what != LOCK_SH && what != LOCK_EX && what != LOCK_UN) {
        return -EINVAL;
    }
    return set_lock(file->inode, &lock, (operation & LOCK_NB) == 0);
}
