/*
 * Mounts and name spaces.  The essential fact: a mount is found by two things,
 * the inode that it covers and the mount by which that inode was reached.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/thread.h"

#include "fs/dir.h"
#include "fs/mount.h"
#include "fs/path.h"

struct mount_space {
    _Atomic u32 refs;    /* contexts */
    struct list mounts;  /* N  parents first */
    bool rootless;       /* N  its root was unmounted: it takes no mounts */
};

static struct mount_space first_space = {
    .refs = 1, .mounts = LIST_INIT(first_space.mounts),
};

struct mount *
mount_get(struct mount *mount)
{
    __atomic_fetch_add(&mount->refs, 1, __ATOMIC_RELAXED);
    return mount;
}

void
mount_put(struct mount *mount)
{
    while (mount != NULL
           && __atomic_sub_fetch(&mount->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        struct mount *parent = mount->parent;
        inode_put(mount->point);
        inode_put(mount->root);
        kfree(mount);
        mount = parent;
    }
}

/* A mount that is in no list yet.  => one reference, its space's; NULL */
static struct mount *
mount_alloc(struct mount_space *space, struct mount *parent,
            struct inode *point, struct inode *root)
{
    struct mount *mount = kmalloc(sizeof(*mount));

    if (mount != NULL) {
        *mount = (struct mount){
            .refs = 1, .space = space, .point = inode_get(point),
            .root = inode_get(root),
            .parent = parent != NULL ? mount_get(parent) : NULL,
        };
    }
    return mount;
}

/* ---- Name spaces ---- */

static struct mount_space *
space_of(const struct fs_context *context)
{
    /* Another thread may be in chdir: then the space is set first. */
    struct inode *cwd = __atomic_load_n(&context->cwd, __ATOMIC_ACQUIRE);

    return cwd != NULL && context->space != NULL ? context->space
                                                 : &first_space;
}

struct mount_space *
mount_space(const struct mount *mount)
{
    struct mount_space *space = space_of(current->fs);

    return mount == NULL && list_empty(&space->mounts) ? NULL : space;
}

/* Take all mounts of a list out of their space.  => no lock held */
static void
forget_all(struct list *mounts)
{
    struct list *first;

    while ((first = list_first(mounts)) != NULL) {
        list_del(first);
        mount_put(list_entry(first, struct mount, link));
    }
}

void
mounts_get(struct fs_context *context)
{
    if (context->mount != NULL) {
        mount_get(context->mount);
    }
    if (context->space != NULL) {
        atomic_fetch_add(&context->space->refs, 1);
    }
}

void
mounts_put(struct fs_context *context)
{
    struct mount_space *space = context->space;

    mount_put(context->mount);
    if (space == NULL || atomic_fetch_sub(&space->refs, 1) != 1) {
        return;
    }
    spin_lock(&fstree_lock); /* an open file may still have one of them */
    list_for_each_entry(mount, &space->mounts, struct mount, link) {
        mount->space = NULL;
    }
    spin_unlock(&fstree_lock);
    forget_all(&space->mounts);
    kfree(space);
}

/* Copy the mounts in and below a place to a list: those at the place itself go
 * on `onto`.  Each original's `copy` is then set.  => fstree_lock held; -ENOMEM
 */
static int
copy_mounts(struct mount_space *from, const struct place *place,
            struct mount_space *to, struct mount *onto, struct list *copies)
{
    list_for_each_entry(mount, &from->mounts, struct mount, link) {
        struct mount *parent = mount->parent;
        struct mount *new_parent = parent != NULL && parent->copy != NULL
                                       ? parent->copy : onto;
        if (new_parent == onto && (parent != place->mount
                                   || !dir_is_below(mount->point,
                                                    place->inode))) {
            continue;
        }
        mount->copy = mount_alloc(to, new_parent, mount->point, mount->root);
        if (mount->copy == NULL) {
            return -ENOMEM;
        }
        list_add_tail(copies, &mount->copy->link);
    }
    return 0;
}

static void
copies_end(struct list *mounts)
{
    list_for_each_entry(mount, mounts, struct mount, link) {
        mount->copy = NULL;
    }
}

/* Give the context, which only the caller uses, a copy of its name space. */
static int
unshare(struct fs_context *context)
{
    const struct place all = {.inode = root_inode};
    struct mount_space *from = space_of(context);
    struct mount_space *space = kzalloc(sizeof(*space));

    if (space == NULL) {
        return -ENOMEM;
    }
    space->refs = 1;
    list_init(&space->mounts);
    spin_lock(&fstree_lock);
    struct mount *mount = context->cwd != NULL ? context->mount : NULL;
    int error = copy_mounts(from, &all, space, NULL, &space->mounts);
    if (mount != NULL) { /* if it is in no space, it stays as it is */
        mount = mount_get(mount->copy != NULL ? mount->copy : mount);
    }
    copies_end(&from->mounts);
    spin_unlock(&fstree_lock);
    if (context->cwd != NULL) {
        mounts_put(context);
    } else {
        context->cwd = inode_get(root_inode);
    }
    context->mount = mount;
    context->space = space;
    return error;
}

struct fs_context *
fs_context_new_space(struct fs_context *from)
{
    struct fs_context *context = fs_context_copy(from);

    if (context != NULL && unshare(context) != 0) {
        fs_context_put(context);
        return NULL;
    }
    return context;
}

int
mount_refuse(void)
{
    return cred_may(RIGHT_MOUNT) ? 0 : -EPERM;
}

/* ---- Looking up ---- */

/* The mount on an inode that was reached by `parent`.
 * => fstree_lock held; NULL: none */
static struct mount *
mount_on(const struct mount_space *space, const struct mount *parent,
         const struct inode *point)
{
    list_for_each_entry(mount, &space->mounts, struct mount, link) {
        if (mount->point == point && mount->parent == parent) {
            return mount;
        }
    }
    return NULL;
}

bool
mount_covers(const struct lookup *lookup, const struct inode *inode)
{
    return mount_on(lookup->space, lookup->mount, inode) != NULL;
}

/* Go to a mount's root or point.  => uses up the reference to mount */
static void
go(struct lookup *lookup, struct mount *mount, struct inode **at,
   struct inode *inode)
{
    mount_put(lookup->mount);
    lookup->mount = mount;
    inode_put(*at);
    *at = inode;
}

/* From the root of a mount to what it covers.  => false: there is no way out */
static bool
leave(struct lookup *lookup)
{
    struct mount *from = lookup->mount;
    struct mount *parent = NULL;

    if (from == NULL || lookup->dir != from->root) {
        return true;
    }
    spin_lock(&fstree_lock);
    bool mounted = from->space != NULL;
    if (mounted && from->parent != NULL) {
        parent = mount_get(from->parent);
    }
    spin_unlock(&fstree_lock);
    if (mounted) {
        go(lookup, parent, &lookup->dir, inode_get(from->point));
    }
    return mounted && leave(lookup);
}

int
mount_step(struct lookup *lookup, struct inode **next)
{
    bool up = strcmp(lookup->name, "..") == 0;
    struct mount *mount = NULL;

    if (up && !leave(lookup)) {
        lookup->name[1] = '\0'; /* as in the root */
    }
    int error = dir_lookup(lookup->dir, lookup->name, next);
    while (error == 0 && (up || lookup_is_name(lookup))) {
        spin_lock(&fstree_lock);
        mount = mount_on(lookup->space, lookup->mount, *next);
        if (mount != NULL) {
            mount_get(mount);
        }
        spin_unlock(&fstree_lock);
        if (mount == NULL) {
            break;
        }
        go(lookup, mount, next, inode_get(mount->root));
    }
    return error;
}

/* ---- Mounting ---- */

/* Whether a place is in this name space. */
static bool
is_in(const struct place *place, const struct mount_space *space)
{
    return place->mount == NULL || place->mount->space == space;
}

/* => fstree_lock held; 0, or why nothing can be mounted there */
static int
refuse_point(const struct inode *point, const struct inode *root)
{
    return point->nlink == 0                        ? -ENOENT
           : dir_parent(point)->ops->lookup != NULL ? -EINVAL /* it is made */
           : S_ISDIR(root->mode) != S_ISDIR(point->mode) ? -ENOTDIR : 0;
}

int
mount_bind(const struct place *source, const struct place *target,
           bool recursive)
{
    struct mount_space *space = space_of(current->fs);
    struct mount *parent = target->mount, *mount = NULL;
    struct inode *point = target->inode;
    struct list all = LIST_INIT(all);

    spin_lock(&fstree_lock);
    while ((mount = mount_on(space, parent, point)) != NULL) {
        parent = mount; /* the target was reached as `.`, under a mount */
        point = mount->root;
    }
    int error = !is_in(source, space) ? -EINVAL
                : !is_in(target, space) || space->rootless
                    ? -ENOENT : refuse_point(point, source->inode);
    if (error == 0) {
        mount = mount_alloc(space, parent, point, source->inode);
        error = mount == NULL ? -ENOMEM : 0;
    }
    if (mount != NULL) {
        list_add_tail(&all, &mount->link);
    }
    if (error == 0 && recursive) {
        error = copy_mounts(space, source, space, mount, &all);
        copies_end(&space->mounts);
    }
    while (error == 0 && !list_empty(&all)) {
        struct list *first = list_first(&all);
        list_del(first);
        list_add_tail(&space->mounts, first);
        mounts_in_use = true;
    }
    spin_unlock(&fstree_lock);
    forget_all(&all);
    return error;
}

/* Move a mount (NULL: all), and those on it, from its space to a list. */
static void
detach(struct mount_space *space, struct mount *top, struct list *gone)
{
    list_for_each_safe(at, &space->mounts) { /* parents come first */
        struct mount *mount = list_entry(at, struct mount, link);
        if (mount == top || top == NULL
            || (mount->parent != NULL && mount->parent->copy != NULL)) {
            mount->copy = mount; /* a mark */
            mount->space = NULL;
            list_del(&mount->link);
            list_add_tail(gone, &mount->link);
        }
    }
    copies_end(gone);
}

int
mount_remove(const struct place *place, bool detach_it)
{
    struct mount_space *space = space_of(current->fs);
    struct mount *mount = place->mount;
    struct list gone = LIST_INIT(gone);

    spin_lock(&fstree_lock);
    /* Its space has a reference, and the caller's place; the root is in use. */
    int error = !mount_is_root(place) || !is_in(place, space) ? -EINVAL
                : !detach_it && (mount == NULL || mount->refs > 2) ? -EBUSY
                                                                   : 0;
    if (error == 0) {
        space->rootless |= mount == NULL;
        detach(space, mount, &gone);
    }
    spin_unlock(&fstree_lock);
    forget_all(&gone);
    return error;
}

bool
mount_is_root(const struct place *place)
{
    return place->inode == (place->mount != NULL ? place->mount->root
                                                 : root_inode);
}
