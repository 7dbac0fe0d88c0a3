/*
 * The entries of a directory: a hash table, ordered by key.  A key's highest
 * bits choose the bucket, and each bucket is a sorted list.  So a name is found
 * in O(1).  A listing goes through the buckets in order.  It can go on at any
 * key, even if the table has grown meanwhile.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/template.h"

#include "fs/dir.h"
#include "fs/path.h"

OPTIONAL(template_forget)

/* ---- The table ---- */

#define GOLDEN 0x9e3779b97f4a7c15UL /* 2^64 / 1.618: spreads a product's bits */
#define KEY_BITS 62         /* all keys lie below ENTRY_MADE */
#define MEAN_MAX 4U         /* entries per bucket; above, the table grows, */
#define GROWTH_BITS 3       /* to eight times as many buckets */
#define SAME   0xffffUL /* the key bits that differ for names with one hash */

/* From SAME + 1 to ENTRY_MADE: 0 and 1 are the keys of `.` and `..`. */
static u64
key_of(const char *name)
{
    u64 hash = 0;

    for (; *name != '\0'; name++) {
        hash = (hash + (u8)*name) * GOLDEN;
    }
    return (hash >> 2 & ~SAME) | (SAME + 1);
}

static u64
bucket_of(u64 key, u32 bits)
{
    return key >> (KEY_BITS - bits);
}

/* The link to the bucket's first entry with this key or a higher one. */
static struct entry **
link_of(const struct inode *dir, u64 key)
{
    struct entry **at = &dir->buckets[bucket_of(key, dir->bits)];

    while (*at != NULL && (*at)->key < key) {
        at = &(*at)->next;
    }
    return at;
}

struct entry *
entry_from(const struct inode *dir, u64 key)
{
    u64 end = 1UL << dir->bits;
    u64 i = bucket_of(key, dir->bits);
    struct entry *found = i < end ? *link_of(dir, key) : NULL;

    while (found == NULL && ++i < end) {
        found = dir->buckets[i];
    }
    return found;
}

struct entry *
entry_find(const struct inode *dir, const char *name, u64 *key)
{
    *key = key_of(name);
    u64 last = *key | SAME;
    struct entry *entry = *link_of(dir, *key);

    for (; entry != NULL && entry->key <= last; entry = entry->next) {
        if (strcmp(entry->name, name) == 0) {
            return entry;
        }
        *key += entry->key == *key; /* the first key that is free */
    }
    *key = *key <= last ? *key : 0;
    return NULL;
}

static void
set_buckets(struct inode *dir, struct entry **buckets, u32 bits)
{
    if (dir->bits > 0) {
        kfree(dir->buckets);
    }
    dir->only = NULL;
    dir->buckets = buckets;
    dir->bits = bits;
}

static struct user_counts names; /* N */

int
entry_make_room(struct inode *dir)
{
    u32 most = (u32)frames_count / 2; /* as Linux */

    if (!cred_has_room(&names, cred_place(cred_current()), 1, most)) {
        return -ENOSPC;
    }
    if (dir->entries < MEAN_MAX << dir->bits) {
        return 0;
    }
    u32 bits = dir->bits + GROWTH_BITS;
    struct entry **buckets = kzalloc(sizeof(*buckets) << bits);
    if (buckets == NULL) {
        return -ENOMEM;
    }
    struct entry **end = buckets; /* of the bucket that is being filled */
    for (u64 i = 0; i < 1UL << dir->bits; i++) {
        struct entry *next;
        for (struct entry *entry = dir->buckets[i]; entry; entry = next) {
            struct entry **bucket = &buckets[bucket_of(entry->key, bits)];
            next = entry->next;
            entry->next = NULL;
            end = *bucket == NULL ? bucket : end;
            *end = entry;
            end = &entry->next;
        }
    }
    set_buckets(dir, buckets, bits);
    return 0;
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

/* Add `change` (1 or -1) names to the link counts, `.` and `..` included. */
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
    entry->payer = cred_place(cred_current());
    cred_count(&names, entry->payer, 1);
    entry->key = key;
    struct entry **at = link_of(entry->dir, key);
    entry->next = *at;
    *at = entry;
    entry->dir->entries++;
    bind(entry, inode_get(inode));
}

void
entry_remove(struct entry *entry)
{
    struct inode *dir = entry->dir;

    cred_count(&names, entry->payer, -1U);
    *link_of(dir, entry->key) = entry->next;
    if (--dir->entries == 0) {
        set_buckets(dir, &dir->only, 0);
    }
    count_name(entry, -1);
    if (entry->inode->nlink > 0) {
        list_del(&entry->also);
    }
}

void
entry_end(struct entry *entry)
{
    struct inode *inode = entry->inode;

    if (inode->nlink == 0 && S_ISREG(inode->mode)) {
        template_forget(&inode->object);
    }
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
