#pragma once

/*
 * The POSIX scalar types with Linux x86-64's widths. Apart from types.h so
 * that a user program which includes <sys/types.h> sees no name of ours.
 */

#include <stddef.h>
#include <stdint.h>

typedef long ssize_t;
typedef long off_t;
typedef long time_t;
typedef long suseconds_t;
typedef long blksize_t;
typedef long blkcnt_t;
typedef unsigned long dev_t;
typedef unsigned long ino_t;
typedef unsigned long nlink_t;
typedef unsigned int mode_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int id_t;
typedef unsigned int useconds_t;
typedef int pid_t;
typedef int clockid_t;
