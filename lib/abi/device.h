#pragma once

/* A device's number: twelve bits of major, twenty of minor, as in st_rdev. */

#define makedev(major, minor)                                              \
    ((dev_t)(((minor) & 0xffu) | ((major) & 0xfffu) << 8 |                 \
             ((minor) & 0xfff00u) << 12))
#define major(device) ((unsigned)((device) >> 8 & 0xfff))
#define minor(device)                                                      \
    ((unsigned)(((device) & 0xff) | ((device) >> 12 & 0xfff00)))
