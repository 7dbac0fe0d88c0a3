/*
 * Files that tell of an event: a count, a signal, a time.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

struct file;

/* eventfd2(2).  => a descriptor; -EMFILE, -ENOMEM */
int eventfd_create(u32 count, u32 flags) __must_check;

/* signalfd4(2): a new file that reads signals of the set; and another set for
 * such a file.  => a descriptor; 0; -EINVAL: it is another file; -EMFILE,
 * -ENOMEM */
int signalfd_create(sigset_t set, u32 flags) __must_check;
int signalfd_set(struct file *file, sigset_t set) __must_check;
