/*
 * The entries of a directory: a treap, that is a binary tree by key which has
 * the shape that insertion in the order of weights would give it.  Keys are
 * hashes and weights hashes of these, so the tree is some 2 ln n deep, whatever
 * came and went in whatever order.
 *
 * Entry points: entry_find, entry_insert, entry_remove.
 */
#include "abi/stat.h"
#include "common/string.h"

#include "mm/heap.h"

#include "fs/dir.h"
#include "fs/path.h"

/* ---- The tree ---- */

#define GOLDEN 0x9e3779b97f4a7c15UL /* 2^64 / 1.618: a product's bits spread */
#define SAME   0xffffUL /* of a key: what tells names with one hash apart */

/* 0 and 1 are the places of `.` and `..`: from SAME + 1 to ENTRY_MADE. */
static u64
key_of(const char *name)
{
    u64 hash = 0;

    for (; *name != '\0'; name++) {
        hash = (hash + (u8)*name) * GOLDEN;
    }
    return (hash >> 2 & ~SAME) | (SAME + 1);
}

struct entry *
entry_from(const struct inode *dir, u64 key)
{
    struct entry *found = NULL;

    for (struct entry *entry = dir->tree; entry != NULL;) {
        if (entry->key < key) {
            entry = entry->child[1];
        } else {
            found = entry;
            entry = entry->key > key ? entry->child[0] : NULL;
        }
    }
    return found;
}

struct entry *
entry_find(const struct inode *dir, const char *name, u64 *key)
{
    *key = key_of(name);
    u64 last = *key | SAME;
    struct entry *entry = entry_from(dir, *key);

    while (entry != NULL && entry->key <= last) {
        if (strcmp(entry->name, name) == 0) {
            return entry;
        }
        *key += entry->key == *key; /* the first that is free */
        entry = entry_from(dir, entry->key + 1);
    }
    *key = *key <= last ? *key : 0;
    return NULL;
}

static u64
weight(const struct entry *entry)
{
    return entry->key * GOLDEN;
}

/* Put it where its weight says, with what was there split below it. */
static void
tree_insert(struct inode *dir, struct entry *new)
{
    struct entry **at = &dir->tree;

    while (*at != NULL && weight(*at) >= weight(new)) {
        at = &(*at)->child[(*at)->key < new->key];
    }
    struct entry *rest = *at;
    struct entry **side[2] = {&new->child[1], &new->child[0]};
    *at = new;
    while (rest != NULL) {
        bool low = rest->key < new->key;
        *side[low] = rest;
        side[low] = &rest->child[low];
        rest = *side[low];
    }
    *side[0] = *side[1] = NULL;
}

static void
tree_remove(struct inode *dir, struct entry *old)
{
    struct entry **at = &dir->tree;
    struct entry *low = old->child[0];
    struct entry *high = old->child[1];

    while (*at != old) {
        at = &(*at)->child[(*at)->key < old->key];
    }
    while (low != NULL && high != NULL) { /* merge what was below it */
        if (weight(low) > weight(high)) {
            *at = low;
            at = &low->child[1];
            low = *at;
        } else {
            *at = high;
            at = &high->child[0];
            high = *at;
        }
    }
    *at = low != NULL ? low : high;
}

/* ---- Entries ---- */

struct entry *
entry_alloc(struct inode *dir, const char *name)
{
    size_t size = strlen(name) + 1;
    struct entry *entry = kmalloc(sizeof(*entry) + size);

    if (entry != NULL) {
        memcpy(entry->name, name, size);
        list_init(&entry->also);
        entry->dir = inode_get(dir);
    }
    return entry;
}

void
entry_free(struct entry *entry)
{
    struct inode *dir = entry->dir;

    kfree(entry);
    inode_put(dir);
}

struct entry *
entry_of(const struct inode *inode)
{
    struct list *first = list_first(&inode->names);

    return first != NULL ? list_entry(first, struct entry, also) : NULL;
}

/* Count a name, or one fewer (-1): Linux counts `.` and `..`, too. */
static void
count_name(struct entry *entry, int change)
{
    bool directory = S_ISDIR(entry->inode->mode);

    entry->dir->nlink += (u32)(directory ? change : 0);
    entry->inode->nlink += (u32)(directory ? 2 * change : change);
    inode_touch(entry->dir);
    entry->inode->ctime_ns = entry->dir->ctime_ns;
}

static void
bind(struct entry *entry, struct inode *inode)
{
    entry->inode = inode;
    list_add(&inode->names, &entry->also);
    count_name(entry, 1);
}

void
entry_insert(struct entry *entry, u64 key, struct inode *inode)
{
    entry->key = key;
    tree_insert(entry->dir, entry);
    bind(entry, inode_get(inode));
}

void
entry_remove(struct entry *entry)
{
    tree_remove(entry->dir, entry);
    count_name(entry, -1);
    if (entry->inode->nlink > 0) {
        list_del(&entry->also);
    }
}

void
entry_end(struct entry *entry)
{
    struct inode *inode = entry->inode;

    if (list_empty(&entry->also)) {
        entry_free(entry);
    }
    inode_put(inode);
}

void
entry_exchange(struct entry *a, struct entry *b)
{
    struct inode *inode = a->inode;

    count_name(a, -1);
    count_name(b, -1);
    list_del(&a->also);
    list_del(&b->also);
    bind(a, b->inode);
    bind(b, inode);
}
