/*
 * Device files: inodes in /dev, whose ops are the driver.
 */
#pragma once

#include "abi/device.h"
#include "core/types.h"

struct inode_ops;

/* Make a device's node.  mode contains its type; number is st_rdev (Linux's
 * number, if Linux has the device); data is for the ops.
 * => boot; panics if it cannot be made */
void device_add(const char *path, u32 mode, u64 number,
                const struct inode_ops *ops, void *data);

/* Make /dev/null and /dev/zero. */
void memory_devices_init(void);

/* Send the console's input to the terminal or to /dev/run/stdin.  With a host,
 * make /dev/run/stdin, and /dev/run/{stdout,stderr,report}: a write to one of
 * these three is a record on COM2.
 * => boot, after tty_init and the initrd */
void rundev_init(void);
