/*
 * What /proc tells of processes; for procfs.c.
 */
#pragma once

#include "fs/inode.h"
#include "fs/text.h"

struct proc_inode {
    struct inode inode;
    int (*show)(struct text *out);     /* of a registered file, and what it */
    int (*store)(const char *line);    /* takes; NULL if of a process: */
    pid_t pid;
    int file;                          /* which of its files */
};

static inline struct proc_inode *
proc_of(struct inode *inode)
{
    return container_of(inode, struct proc_inode, inode);
}

extern const struct inode_ops proc_file_ops; /* text, to be read */

/* The text of /proc/PID/stat.  => 0, -ESRCH */
int pid_show(pid_t pid, struct text *out);

/* The names in /proc that are made: as inode_ops says of lookup and next. */
int pid_lookup(struct inode *dir, const char *name, struct inode **child);
u32 pid_name(struct inode *dir, u64 *key, char name[MADE_NAME]);
