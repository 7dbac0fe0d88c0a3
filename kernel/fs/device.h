/*
 * Device files: inodes in /dev, whose ops are their driver.
 */
#pragma once

#include "abi/device.h"
#include "core/types.h"

struct inode_ops;

/* Make a device's node; mode with its type, number as in st_rdev (Linux's,
 * where it has the device), data for the ops.
 * => boot; panics if it cannot be made */
void device_add(const char *path, u32 mode, u64 number,
                const struct inode_ops *ops, void *data);

/* Make /dev/null and /dev/zero. */
void memory_devices_init(void);

/* If there is a host, make /dev/run/{stdout,stderr,report}.  => boot */
#define RUN_MAJOR 240 /* for local use, says Linux's list of devices */
void rundev_init(void);

/* Make /dev/console, /dev/tty and, if there is a host, /dev/run/stdin; what is
 * typed is taken from here on.  => boot, after the initrd */
void tty_init(void);
