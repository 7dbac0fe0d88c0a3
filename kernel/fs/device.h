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

/* Take the console's input for the terminal or for /dev/run/stdin.  If there is
 * a host, make this and /dev/run/{stdout,stderr,report}: each write to one is a
 * record on COM2.
 * => boot, after tty_init and the initrd */
void rundev_init(void);
