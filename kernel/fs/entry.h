/*
 * The entries of a directory.
 *
 *    directory --tree--> struct entry {key, name} --> inode
 *        ^------------------- dir  ^                    |
 *                                  +------ names -------+
 *
 * An entry's key is a hash of its name, made unique in the directory: so a name
 * is found in O(log n) steps down the tree, and a key is a place in a listing
 * that stays what it is, whatever comes and goes beside it.
 *
 * Only for dir.c and inode.c.  All with fstree_lock, if nothing else is said.
 */
#pragma once

#include "fs/inode.h"

/* Removed, it stays with its inode if it was the last that named it:
 * what is still open has a path, and a directory its `..`. */
struct entry {
    struct inode *dir;       /* i  one reference */
    struct inode *inode;     /* N  one reference, until it is removed */
    struct entry *child[2];  /* N  with lower and with higher keys */
    struct list also;        /* N  in inode->names */
    u64 key;                 /* N */
    char name[];             /* i */
};

/* A new one, in no directory yet, with a reference to it.  => any context;
 * NULL: no memory */
struct entry *entry_alloc(struct inode *dir, const char *name);

/* Free one that no directory has and no inode.  => no lock held */
void entry_free(struct entry *entry);

/* Find a name.
 * => NULL: there is none; *key is then the one that it would get, or 0 if
 *    65,536 others have this hash */
struct entry *entry_find(const struct inode *dir, const char *name, u64 *key);

/* The first with this key or a higher one; NULL: none. */
struct entry *entry_from(const struct inode *dir, u64 key);

/* One that names the inode, or did so last.  => NULL: none ever did */
struct entry *entry_of(const struct inode *inode);

/* What `..` is in a directory: the root's is itself. */
struct inode *entry_parent(const struct inode *dir);

/* The inode ends: free the last entry that it had.
 * => the directory of that, to be put; NULL: it never had one */
struct inode *entry_forget(struct inode *inode);

/* Have the entry name the inode (one more reference), in its directory. */
void entry_insert(struct entry *entry, u64 key, struct inode *inode);

/* Take it out of its directory.  => entry_end must follow without the lock */
void entry_remove(struct entry *entry);
void entry_end(struct entry *entry);

/* Have two entries change their inodes. */
void entry_exchange(struct entry *a, struct entry *b);

#define ENTRY_MADE (1UL << 62) /* behind all keys: names that ops->next makes */
