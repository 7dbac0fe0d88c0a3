#pragma once

/* The error numbers of Linux x86-64 that Tine's kernel or library may give. */

#define EPERM 1         /* not permitted to this caller */
#define ENOENT 2        /* no such file or directory */
#define ESRCH 3         /* no such process */
#define EINTR 4         /* a signal came before anything was done */
#define EIO 5           /* the device failed */
#define ENXIO 6         /* no such device or address */
#define E2BIG 7         /* arguments and environment too long */
#define ENOEXEC 8       /* not a program we can run */
#define EBADF 9         /* descriptor not open, or not for this use */
#define ECHILD 10       /* no child to wait for */
#define EAGAIN 11       /* not now: a limit is reached, or it would block */
#define ENOMEM 12       /* out of memory */
#define EACCES 13       /* the file's mode forbids it */
#define EFAULT 14       /* pointer outside the caller's memory */
#define EBUSY 16        /* in use */
#define EEXIST 17       /* the name is taken */
#define EXDEV 18        /* across file systems */
#define ENODEV 19       /* the device cannot do this */
#define ENOTDIR 20      /* a component is not a directory */
#define EISDIR 21       /* is a directory */
#define EINVAL 22       /* an argument makes no sense */
#define ENFILE 23       /* too many open files in the system */
#define EMFILE 24       /* too many open files in the process */
#define ENOTTY 25       /* not a terminal, or not its request */
#define ETXTBSY 26      /* the program is running */
#define EFBIG 27        /* the file would be too long */
#define ENOSPC 28       /* no room left */
#define ESPIPE 29       /* pipes and terminals cannot seek */
#define EROFS 30        /* read-only */
#define EMLINK 31       /* too many links */
#define EPIPE 32        /* the pipe has no reader any more */
#define EDOM 33         /* outside the function's domain */
#define ERANGE 34       /* the result does not fit */
#define EDEADLK 35      /* the caller would wait for itself */
#define ENAMETOOLONG 36 /* path or component too long */
#define ENOLCK 37       /* too many locks on files */
#define ENOSYS 38       /* no such system call */
#define ENOTEMPTY 39    /* directory not empty */
#define ELOOP 40        /* too many symbolic links */
#define EIDRM 43        /* a semaphore or shared memory was removed */
#define EOVERFLOW 75    /* the value does not fit its field */
#define EOPNOTSUPP 95   /* not supported by this file */
#define ETIMEDOUT 110   /* the time is over */
#define ECANCELED 125   /* given up: the clock was set */

#define EWOULDBLOCK EAGAIN
#define ENOTSUP EOPNOTSUPP

/* A system call's result r is an error when -ERRNO_MAX <= r <= -1. */
#define ERRNO_MAX 4095
