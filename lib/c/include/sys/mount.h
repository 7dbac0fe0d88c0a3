#pragma once

/* Mounts: bind mounts only, in the name space of the caller (unshare and clone
 * with CLONE_NEWNS make one).  Only root may change them. */

#include "abi/mount.h"

int mount(const char *source, const char *target, const char *type,
          unsigned long flags, const void *data);
int umount2(const char *target, int flags);
