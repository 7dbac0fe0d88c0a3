/*
 * Pipes: a ring of bytes between two open files.
 */
#pragma once

#include "core/types.h"

struct file;
struct inode;

/* Make a pipe: ends[0] to read, ends[1] to write, each with one reference and
 * these status flags (O_NONBLOCK or 0).
 * => 0, or -ENOMEM with nothing made */
int pipe_create(struct file *ends[2], u32 flags) __must_check;

/* A pipe with a name.  Opening one end waits until the other end is opened,
 * unless O_NONBLOCK is set.
 * => an inode with one reference and no name yet; NULL: no memory */
struct inode *fifo_alloc(u32 mode);
