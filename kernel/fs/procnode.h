/*
 * What procfs.c (names) and procfile.c (contents) know together.
 */
#pragma once

#include "common/list.h"
#include "core/types.h"
#include "fs/inode.h"
#include "fs/text.h"

#define PROC_NODES_MAX 24
#define PROC_NODE_ROOT 0
#define PROC_NODE_PID  (-1) /* a process's directory or file */
#define PROC_NODE_SELF (-2) /* the link to the reader's own */

/* What rooms registered; node 0 is the root.  Immutable after boot. */
struct proc_node {
    char name[24];
    int parent;
    int (*show)(struct text *out); /* NULL: a directory */
    int (*store)(const char *text, size_t size);
};
extern struct proc_node proc_nodes[PROC_NODES_MAX];

struct proc_inode {
    struct inode inode;
    int node;          /* index into proc_nodes, or PROC_NODE_* below 0 */
    pid_t pid;         /* PROC_NODE_PID: whose */
    int file;          /* PROC_NODE_PID: of procpid_files; -1: directory */
};

extern const struct file_ops proc_file_ops;

static inline struct proc_inode *
proc_of(struct inode *inode)
{
    return container_of(inode, struct proc_inode, inode);
}
