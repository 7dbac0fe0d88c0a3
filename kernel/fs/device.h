/*
 * Device files: inodes in /dev, whose ops are the driver.
 */
#pragma once

#include "abi/device.h"
#include "core/types.h"

struct file;
struct inode_ops;
struct uio;

/* Make a device's node.  mode contains its type; number is st_rdev (Linux's
 * number, if Linux has the device); data is for the ops.
 * => boot; panics if it cannot be made */
void device_add(const char *path, u32 mode, u64 number,
                const struct inode_ops *ops, void *data);

/* Make /dev/null and /dev/zero, and the directory /dev/shm.  To map /dev/zero
 * is another way to get anonymous memory. */
#define DEVICE_ZERO makedev(1, 5)
void memory_devices_init(void);

/* inode_ops.write of devices that lose all. */
long null_write(struct file *file, struct uio *uio);

/* Make /dev/random and /dev/urandom, and what reading them does.  => boot */
void random_init(void);
long random_read(struct file *file, struct uio *uio);

/* If there is a host, make /dev/run/{stdout,stderr,report}.  => boot */
#define RUN_MAJOR 240 /* Linux's list of devices: for local use */
void rundev_init(void);

/* Make /dev/console, /dev/tty and, if there is a host, /dev/run/stdin; what is
 * typed is taken from here on.  => boot, after the initrd */
void tty_init(void);

/* Make /dev/ptmx and /dev/pts.  => boot */
void pty_init(void);
