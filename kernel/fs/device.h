/*
 * Device files: nodes in /dev whose number leads to a row of the device table.
 * Whoever has a device adds its row at boot; the node comes with it.
 */
#pragma once

#include "core/types.h"

struct file;
struct file_ops;

struct device {
    const char *path;   /* below /dev, as "null" or "run/stdin" */
    u32 mode;           /* S_IFCHR or S_IFIFO, and permissions */
    u64 number;         /* device_number(), Linux's where Linux has it */
    const struct file_ops *ops;
    int (*open)(struct file *file); /* NULL, or may refuse: a negative errno */
};

/* As in st_rdev. */
#define device_number(major, minor) ((u64)(major) << 8 | (minor))

/* Add a device and its node.
 * => boot only, /dev exists; panics if there is no memory */
void device_add(const struct device *device);

/* Open the device with this number.  => 0; -ENXIO; its own refusal */
int device_open(u64 number, struct file *file);

/* Make /dev/null, /dev/zero and /dev/full. */
void memdev_init(void);
