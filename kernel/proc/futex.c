/*
 * futex: sleeping on a word of user memory.
 *
 * The essential fact: the look at the word and the step onto the list are one
 * step under futex_lock, and a wake takes that lock after the word has changed.
 * A look must not fault there (a fault takes the space's lock, and may sleep):
 * user_peek fails instead; then the page is faulted in, and all begins again.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/panic.h"

#include "mm/as.h"
#include "mm/object.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "proc/futex.h"
#include "proc/futex_op.h"
#include "proc/sched.h"
#include "proc/sleep.h"

#define LISTS 256

struct key {
    const void *where;     /* a space or an object */
    u64 offset;            /* in it; odd: a shared wait, though in a space */
    struct object *object; /* one reference, or NULL */
};

/* A thread that sleeps on a word; lives on its stack. */
struct sleeper {
    struct list link;      /* in the key's list; or none: woken */
    struct key key;
    struct thread *thread;
    u32 bits;
    u32 priority;          /* under SCHED_FIFO and SCHED_RR; else 0 */
};

static struct spinlock futex_lock = SPINLOCK_INIT(RANK_FUTEX);
static struct list lists[LISTS]; /* made at first use */

static inline struct list *
list_of(const struct key *key)
{
    u64 hash = ((u64)key->where ^ key->offset) * 0x9e3779b97f4a7c15UL;
    struct list *list = &lists[hash >> 56];

    assert(spin_held(&futex_lock));
    if (list->next == NULL) {
        list_init(list);
    }
    return list;
}

static bool
same_key(const struct key *a, const struct key *b)
{
    return a->where == b->where && a->offset == b->offset;
}

/* The key is that of the space: make it the object's if one is shared. */
static __noinline int
key_share(vaddr_t addr, struct key *key)
{
    struct as *as = current->as;

    spin_lock(&as->lock);
    const struct vma *vma = vma_find(as, addr);
    if (vma != NULL && !(vma->prot & (vma->object ? ~0U : PROT_WRITE))) {
        vma = NULL; /* as on Linux, which would have to break sharing */
    }
    if (vma != NULL && (vma->flags & VMA_SHARED) != 0) {
        key->where = key->object = vma->object;
        key->offset = (vma->offset << PAGE_SHIFT) + (addr - vma->start);
        key->object->ops->get(key->object);
    }
    spin_unlock(&as->lock);
    return vma != NULL ? 0 : -EFAULT;
}

static inline int
key_get(vaddr_t addr, bool shared, struct key *key)
{
    *key = (struct key){current->as, addr | shared, NULL};
    if (addr % sizeof(u32) != 0) {
        return -EINVAL;
    }
    if (!user_range(addr, sizeof(u32))) {
        return -EFAULT;
    }
    return shared ? key_share(addr, key) : 0;
}

static inline void
key_put(const struct key *key, u32 times)
{
    for (; key->object != NULL && times > 0; times--) {
        key->object->ops->put(key->object);
    }
}

/* Wake the first sleepers of the key.  => futex_lock held; how many */
static u32
wake_some(const struct key *key, u32 count, u32 bits)
{
    u32 woken = 0;

    list_for_each_safe(pos, list_of(key)) {
        struct sleeper *sleeper = list_entry(pos, struct sleeper, link);
        if (woken == count) {
            break;
        }
        if (same_key(&sleeper->key, key) && (sleeper->bits & bits) != 0) {
            list_del(&sleeper->link);
            sched_wake(sleeper->thread, THREAD_SLEEPING);
            woken++;
        }
    }
    return woken;
}

/* The page is not there: fault it in.  => futex_lock released for a time */
static int
fault_in(vaddr_t addr, enum access access)
{
    spin_unlock(&futex_lock);
    int error = fault_serve(current->as, addr, access);
    spin_lock(&futex_lock);
    return error != 0 ? -EFAULT : 0;
}

/* Take futex_lock, and read the word.
 * => 0, -EAGAIN, -EFAULT; futex_lock is held */
static int
look(vaddr_t addr, u32 value)
{
    u32 now;

    spin_lock(&futex_lock);
    while (!user_peek(&now, addr)) {
        if (fault_in(addr, ACCESS_READ) != 0) {
            return -EFAULT;
        }
    }
    return now == value ? 0 : -EAGAIN;
}

/* The most urgent come first, then the oldest.  => futex_lock held */
static inline void
enqueue(struct sleeper *sleeper)
{
    struct list *at = list_of(&sleeper->key)->prev;

    while (at != list_of(&sleeper->key)
           && list_entry(at, struct sleeper, link)->priority
                  < sleeper->priority) {
        at = at->prev;
    }
    list_add(at, &sleeper->link);
}

/* => futex_lock held; it is released for the sleep */
static long
sleep_here(struct sleeper *sleeper, u64 deadline)
{
    long error;

    enqueue(sleeper);
    do { /* again, if neither a wake nor a signal has ended the sleep */
        sched_prepare(THREAD_SLEEPING);
        spin_unlock(&futex_lock);
        error = wait_block(WAIT_INTERRUPTIBLE, deadline);
        spin_lock(&futex_lock);
    } while (error == 0 && !list_empty(&sleeper->link));
    if (list_empty(&sleeper->link)) {
        return 0;
    }
    list_del(&sleeper->link);
    return error;
}

long
futex_wait(vaddr_t addr, bool shared, u32 value, u64 deadline, u32 bits)
{
    struct sleeper sleeper = {.thread = current, .bits = bits,
                              .priority = current->share.priority};
    long error = key_get(addr, shared, &sleeper.key);

    if (error != 0) {
        return error;
    }
    error = look(addr, value);
    if (error == 0) {
        error = sleep_here(&sleeper, deadline);
    }
    spin_unlock(&futex_lock);
    key_put(&sleeper.key, 1);
    return error;
}

long
futex_wake(vaddr_t addr, bool shared, u32 count, u32 bits)
{
    struct key key;
    long result = key_get(addr, shared, &key);

    if (result == 0) {
        spin_lock(&futex_lock);
        result = list_empty(list_of(&key)) ? 0 : wake_some(&key, count, bits);
        spin_unlock(&futex_lock);
        key_put(&key, 1);
    }
    return result;
}

/* Move sleepers to another word; on the same word they keep their places.
 * => futex_lock held; how many */
static u32
move_some(const struct key *from, const struct key *to, u32 count)
{
    u32 moved = 0;

    list_for_each_safe(pos, list_of(from)) {
        struct sleeper *sleeper = list_entry(pos, struct sleeper, link);
        if (moved == count) {
            break;
        }
        if (same_key(&sleeper->key, from)) {
            if (!same_key(from, to)) {
                list_del(&sleeper->link);
                sleeper->key = *to;
                enqueue(sleeper);
            }
            if (to->object != NULL) {
                to->object->ops->get(to->object);
            }
            moved++;
        }
    }
    return moved;
}

static long
pair_get(const struct futex_pair *pair, struct key *from, struct key *to)
{
    long error = key_get(pair->from, pair->shared, from);

    if (error == 0) {
        error = key_get(pair->to, pair->shared, to);
        if (error != 0) {
            key_put(from, 1);
        }
    }
    return error;
}

long
futex_requeue(const struct futex_pair *pair, const u32 *expected)
{
    struct key from, to;
    long result = pair_get(pair, &from, &to);
    u32 moved = 0;

    if (result != 0) {
        return result;
    }
    if (expected != NULL) {
        result = look(pair->from, *expected);
    } else {
        spin_lock(&futex_lock);
    }
    if (result == 0) {
        result = wake_some(&from, pair->wakes, FUTEX_ALL_BITS);
        moved = move_some(&from, &to, pair->moves);
        result += moved;
    }
    spin_unlock(&futex_lock);
    key_put(&from, 1 + moved); /* those of the sleepers, too */
    key_put(&to, 1);
    return result;
}

/* Change the word at addr, in one step for all threads.
 * => 0 and the old value; -EFAULT, -ENOSYS; futex_lock is held */
static int
change(vaddr_t addr, u32 op, u32 *old)
{
    u32 new;

    spin_lock(&futex_lock);
    for (;;) {
        bool there = user_peek(old, addr);
        if (there && !operate(op, *old, &new)) {
            return -ENOSYS;
        }
        int swapped = there ? user_swap(addr, *old, new) : -EFAULT;
        if (swapped > 0) {
            return 0;
        }
        if (swapped < 0 && fault_in(addr, ACCESS_WRITE) != 0) {
            return -EFAULT;
        }
    }
}

long
futex_wake_op(const struct futex_pair *pair, u32 op)
{
    struct key from, to;
    u32 old;
    long result = pair_get(pair, &from, &to);

    if (result != 0) {
        return result;
    }
    result = change(pair->to, op, &old);
    int both = result == 0 ? compares(op, old) : (int)result;
    if (both >= 0) {
        result = wake_some(&from, pair->wakes, FUTEX_ALL_BITS);
    }
    if (both > 0) {
        result += wake_some(&to, pair->moves, FUTEX_ALL_BITS);
    }
    spin_unlock(&futex_lock);
    key_put(&from, 1);
    key_put(&to, 1);
    return both < 0 ? both : result;
}
