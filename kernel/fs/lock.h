/*
 * Locks on files, which bind only programs that ask for them.  Each has an
 * owner, of three kinds:
 *
 *   fcntl F_SETLK      a descriptor table: a process.  Any close of the file by
 *                      the process drops all that it has on the file
 *   fcntl F_OFD_SETLK  an open file, which fork and dup share
 *   flock              the same; the whole file, and blind to the other two
 *
 * LK-1  Two locks of one owner and kind do not overlap; those of one type do
 *       not touch either.  Two owners' overlap only if both are read locks.
 */
#pragma once

#include "core/types.h"

struct file;

/* fcntl's F_GETLK, F_SETLK, F_SETLKW and the same with OFD, on descriptor fd;
 * flock.
 * => 0; -EAGAIN: another has it; -EBADF, -EDEADLK, -EINVAL, -EOVERFLOW,
 *    -EFAULT; -ENOLCK: too many, or no memory; -ERESTARTSYS */
long lock_control(struct file *file, int fd, int command, vaddr_t user);
long lock_whole(struct file *file, u32 operation);
