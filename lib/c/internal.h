#pragma once

/*
 * System calls whose C functions differ from them: stubs.S names these stubs
 * sys_NAME, and the library's function NAME calls it. Every other stub is
 * itself the function that POSIX describes.
 */

#include <stdbool.h>

#include "abi/posix.h"

struct epoll_event;
struct kernel_sigaction;
struct pollfd;
struct rusage;
struct siginfo;
struct spawn_args;
struct timespec;

int sys_exit_group(int status);
unsigned long sys_brk(unsigned long end);
void *sys_mmap(void *at, size_t size, int rights, int flags, int fd,
               off_t offset);
int sys_munmap(void *at, size_t size);
int sys_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                        struct timespec *left);
int sys_getcwd(char *buf, size_t size);
int sys_getpriority(int which, id_t who);
int sys_fchmodat(int dir, const char *path, mode_t mode);
int faccessat2(int dir, const char *path, int mode, int flags);
int sys_reboot(unsigned magic1, unsigned magic2, unsigned command, void *arg);
int sys_rt_sigaction(int sig, const struct kernel_sigaction *action,
                     struct kernel_sigaction *old, size_t set_size);
int sys_rt_sigprocmask(int how, const unsigned long *set, unsigned long *old,
                       size_t set_size);
int sys_rt_sigpending(unsigned long *set, size_t set_size);
int sys_rt_sigsuspend(const unsigned long *mask, size_t set_size);
int sys_rt_sigtimedwait(const unsigned long *set, struct siginfo *info,
                        const struct timespec *timeout, size_t set_size);
int sys_rt_sigqueueinfo(pid_t pid, int sig, const struct siginfo *info);
int sys_rt_tgsigqueueinfo(pid_t pid, pid_t tid, int sig,
                          const struct siginfo *info);
int sys_waitid(int kind, pid_t id, struct siginfo *info, int options,
               struct rusage *usage);
int sys_ppoll(struct pollfd *fds, unsigned long count, struct timespec *timeout,
              const unsigned long *mask, size_t set_size);
int sys_pselect6(int count, void *in, void *out, void *except,
                 struct timespec *timeout, const unsigned long *mask_and_size);
int sys_epoll_pwait(int epoll, struct epoll_event *events, int most,
                    int timeout, const unsigned long *mask, size_t set_size);
int sys_epoll_pwait2(int epoll, struct epoll_event *events, int most,
                     const struct timespec *timeout, const unsigned long *mask,
                     size_t set_size);
int sys_spawn(struct spawn_args *args, size_t size);
int eventfd2(unsigned count, int flags);
int signalfd4(int fd, const unsigned long *set, size_t set_size, int flags);

/* The first C function: called by crt.S with the stack the kernel made. */
_Noreturn void start_main(long *stack);

/* Start a process as abi/spawn.h says, also on Linux (spawn.c).
 * => its pid; -1 and errno, with args->failed */
pid_t spawn_program(struct spawn_args *args);

/* In a child of vfork: no handler of ours may run in it (spawn.c). */
void drop_handlers(bool keeps_ignored);

/* Put name behind a directory, in PATH_MAX bytes (exec.c).
 * => 0, ENAMETOOLONG */
#define DEFAULT_PATH "/bin:/usr/bin"
int path_join(char *path, const char *dir, size_t length, const char *name);

/* The last part of argv[0], for messages. */
const char *program_name(void);

/* Where a signal handler returns to (stubs.S). */
void signal_return(void);

/* Close every descriptor but one (-1: no exception). */
void close_all_but(int spared);

/* What takes the kernel's place for memory that malloc and sbrk ask for, after
 * processes have come to share it (segments.c); NULL: nothing does. */
struct memory_source {
    void *(*map)(size_t size);             /* as an anonymous mmap */
    int (*unmap)(void *at, size_t size);   /* => -1: it is not from there */
    uintptr_t (*brk)(uintptr_t end);       /* as the system call */
};

extern const struct memory_source *memory_source;
extern uintptr_t heap_start; /* where brk began; 0: it was never asked */

/* A lock for threads, and for processes that share memory: 0 is free.  Nothing
 * to do if there are no threads and no memory_source. */
void memory_lock(int *word);
void memory_unlock(int *word);

/* Keep malloc's lock over a fork; call fn for each block that is a mapping of
 * its own, until it fails.  => 0, or what fn returned */
void malloc_lock(void);
void malloc_unlock(void);
int malloc_each_large(int (*fn)(char *start, size_t size));
