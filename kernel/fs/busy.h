/*
 * A program that runs is not written to, and a file that is open for writing
 * does not run (ETXTBSY): text on its way to execution stays what it is.
 */
#pragma once

#include "core/types.h"

struct file;
struct inode;

/* Begin to execute the inode, and end: then a space maps it, or exec failed.
 * => 0; -ETXTBSY: it is open for writing */
long busy_exec(struct inode *inode) __must_check;
void busy_exec_end(struct inode *inode);

/* Begin to write to it, and end.  => 0; -ETXTBSY: it runs */
long busy_write(struct inode *inode) __must_check;
void busy_write_end(struct inode *inode);

/* The same for an open file (inode_ops). */
int busy_open(struct file *file);
void busy_close(struct file *file);
