/*
 * Files without a name that are memory: memfd_create(2).  They are as other
 * regular files, but a process may seal its file: then it can be handed to a
 * process that does not trust the first one, as no one can change it.
 */
#pragma once

#include "core/types.h"

struct file;

/* Make and open one.  name is its own, of kmalloc; flags: MFD_*.
 * => uses up the name; a descriptor; -EMFILE, -ENOMEM */
int memfd_open(char *name, u32 flags) __must_check;

/* fcntl(2)'s F_ADD_SEALS and F_GET_SEALS.
 * => 0, or the seals; -EINVAL: the file has none, unknown seals; -EPERM: not
 *    open for writing, or sealed; -EBUSY: F_SEAL_WRITE, and it is mapped so
 *    that it may be written */
long memfd_seal(const struct file *file, u32 command, u32 seals);
