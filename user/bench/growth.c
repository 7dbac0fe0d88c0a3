/*
 * growth.c: what an operation costs among n others.
 *
 * usage: growth [LIMIT]          no size above LIMIT
 *        growth now FD           write the time at the first line to FD
 *
 * n is the number of mappings of the process, of files in one directory, of
 * processes in groups of their own that wait in one pipe, or of open
 * descriptors. Prints `bench OPERATION_N TICKS` for each operation and n, and
 * last `bench end 0`. A figure is the least of several runs; of what takes
 * all n at once, it is the whole.
 *
 * The same file runs on Tine and on Linux. It may be the only file there, and
 * the first process. It leaves a directory, `many`, where it was started.
 */
#include "common.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIPS = 64, NAME = 32 };

static const int mappings[] = {10, 100, 1000, 10000, 0};
static const int files[] = {10, 100, 1000, 5000, 10000, 0};
static const int processes[] = {10, 100, 1000, 2000, 0};
static const int descriptors[] = {10, 100, 1000, 4000, 0};

static char *self = "/growth";          /* the path of this file */
static volatile unsigned long *begun;   /* when exec began: in shared memory */

static void
figure(const char *operation, int n, unsigned long ticks)
{
    char name[NAME];
    snprintf(name, sizeof(name), "%s_%d", operation, n);
    report(name, 0, ticks);
}

/* ---- with n of any kind ---- */

static unsigned long
fork_only(void)
{
    unsigned long begin = now();
    long pid;
    __asm__ volatile("syscall" : "=a"(pid) : "0"(57L)
                     : "rcx", "r11", "memory");
    unsigned long ticks = now() - begin;
    if (pid == 0) {
        wait_and_end();
    }
    release(must(pid, "fork"));
    return ticks;
}

static void
time_fork(const char *name, int n)
{
    unsigned long least = -1;
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&least, fork_only());
    }
    figure(name, n, least);
}

/* From the call to the first line of the new program. */
static unsigned long
exec_only(char *path)
{
    char fd[NAME];
    char *argv[] = {path, "now", fd, NULL};
    unsigned long end;
    snprintf(fd, sizeof(fd), "%d", answers[1]);
    pid_t pid = start();
    if (pid == 0) {
        *begun = now();
        execv(path, argv);
        _exit(1);
    }
    must(read(answers[0], &end, sizeof(end)), "read");
    await_end(pid);
    return end - *begun;
}

static void
time_exec(const char *name, int n, char *path)
{
    unsigned long least = -1;
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&least, exec_only(path));
    }
    figure(name, n, least);
}

/* ---- mappings ---- */

static char *
map(char *at, size_t length, int rights)
{
    char *area = mmap(at, length, rights,
        MAP_PRIVATE | MAP_ANONYMOUS | (at != NULL ? MAP_FIXED : 0), -1, 0);
    must(area == MAP_FAILED ? -1 : 0, "mmap");
    return area;
}

static unsigned long
unmap(char *at, size_t length)
{
    unsigned long begin = now();
    must(munmap(at, length), "munmap");
    return now() - begin;
}

/* n mappings of a page, with a hole after each. */
static char *
map_many(int n)
{
    char *area = map(NULL, 2L * PAGE * n, PROT_NONE);
    must(munmap(area, 2L * PAGE * n), "munmap");
    for (int i = 0; i < n; i++) {
        map(area + 2L * PAGE * i, PAGE, PROT_READ | PROT_WRITE);
    }
    return area;
}

/* One more, too long for the holes, with rights that no neighbour has. */
static unsigned long
map_one(char **at)
{
    unsigned long begin = now();
    *at = map(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    return now() - begin;
}

static unsigned long
map_only(void)
{
    char *at;
    unsigned long ticks = map_one(&at);
    munmap(at, 2 * PAGE);
    return ticks;
}

/* Map, write and give back, as malloc does: what the last costs. */
static unsigned long
unmap_lone(void)
{
    char *at;
    map_one(&at);
    time_write(at);
    return unmap(at, 2 * PAGE);
}

static unsigned long
map_after_fork(void)
{
    pid_t pid = start_waiting();
    unsigned long ticks = map_only();
    release(pid);
    return ticks;
}

static void
with_mappings(int n)
{
    unsigned long fresh = -1, forked = -1, touch = -1, lone = -1;
    unsigned long one = -1, all = -1;
    char *area = map_many(n);
    char *middle = area + 2L * PAGE * (n / 2);
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&fresh, map_only());
        keep_least(&forked, map_after_fork());
        keep_least(&touch, time_write(middle));
        keep_least(&one, unmap(middle, PAGE));
        map(middle, PAGE, PROT_READ | PROT_WRITE);
        keep_least(&lone, unmap_lone());
    }
    time_fork("fork_vmas", n);
    time_exec("exec_vmas", n, self);
    for (int run = 0; run < RUNS_LONG; run++) {
        keep_least(&all, unmap(area, 2L * PAGE * n));
        area = map_many(n);
    }
    munmap(area, 2L * PAGE * n);
    figure("mmap", n, fresh);
    figure("mmap_forked", n, forked);
    figure("touch", n, touch);
    figure("munmap_lone", n, lone);
    figure("munmap_one", n, one);
    figure("munmap_all", n, all);
}

/* ---- files in one directory ---- */

static unsigned long
open_close(const char *path, int flags)
{
    unsigned long begin = now();
    int fd = must(open(path, flags, 0755), path);
    unsigned long ticks = now() - begin;
    close(fd);
    return ticks;
}

static unsigned long
unlink_only(const char *path)
{
    unsigned long begin = now();
    must(unlink(path), "unlink");
    return now() - begin;
}

/* All entries. => the ticks */
static unsigned long
list(const char *path)
{
    static char entries[32 * 1024];
    int fd = must(open(path, O_RDONLY | O_DIRECTORY), path);
    unsigned long begin = now();
    while (must(syscall(SYS_getdents64, fd, entries, sizeof(entries)),
               "getdents64") > 0) {
    }
    unsigned long ticks = now() - begin;
    close(fd);
    return ticks;
}

static void
time_list(const char *name, int n, const char *path)
{
    unsigned long least = -1;
    for (int run = 0; run < RUNS_LONG; run++) {
        keep_least(&least, list(path));
    }
    figure(name, n, least);
}

static void
copy_self(const char *path)
{
    static char bytes[64 * 1024];
    int from = must(open(self, O_RDONLY), self);
    int to = must(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755), path);
    for (long got; (got = must(read(from, bytes, sizeof(bytes)), "read"));) {
        must(write(to, bytes, got), "write");
    }
    close(from);
    close(to);
}

/* Those from `have` on are made here. */
static void
with_files(int have, int n)
{
    unsigned long first = -1, last = -1, create = -1, unlink = -1;
    char path[NAME];
    for (int i = have; i < n; i++) {
        snprintf(path, sizeof(path), "many/f%d", i);
        open_close(path, O_WRONLY | O_CREAT);
    }
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&first, open_close("many/f0", O_RDONLY));
        keep_least(&last, open_close(path, O_RDONLY));
        keep_least(&create, open_close("many/new",
            O_WRONLY | O_CREAT | O_EXCL));
        keep_least(&unlink, unlink_only("many/new"));
    }
    figure("open", n, first > last ? first : last);
    figure("create", n, create);
    figure("unlink", n, unlink);
    time_list("list", n, "many");
    copy_self("many/growth");
    time_exec("exec_files", n, "many/growth");
    unlink_only("many/growth");
}

/* ---- processes ---- */

/* A process of its own group that answers each byte it gets. */
static pid_t
start_member(void)
{
    pid_t pid = start();
    if (pid == 0) {
        char byte;
        setpgid(0, 0);
        close(gate[1]);
        while (read(gate[0], &byte, 1) == 1) {
            write(answers[1], &byte, 1);
        }
        _exit(0);
    }
    setpgid(pid, pid);
    return pid;
}

/* pid: of the child, or -1 for any. */
static unsigned long
fork_exit_wait(bool any)
{
    unsigned long begin = now();
    pid_t pid = start();
    if (pid == 0) {
        _exit(0);
    }
    await_end(any ? -1 : pid);
    return now() - begin;
}

static unsigned long
kill_group(pid_t group)
{
    unsigned long begin = now();
    must(kill(-group, 0), "kill");
    return now() - begin;
}

/* Each byte wakes one of the readers, and it answers. */
static unsigned long
wake_readers(void)
{
    char byte = 0;
    unsigned long begin = now();
    for (int trip = 0; trip < TRIPS; trip++) {
        must(write(gate[1], &byte, 1), "write");
        must(read(answers[0], &byte, 1), "read");
    }
    return (now() - begin) / TRIPS;
}

/* Those from `have` on are started here. */
static void
with_processes(int have, int n)
{
    unsigned long one = -1, any = -1, group = -1, wake = -1;
    pid_t last = 0;
    for (int i = have; i < n; i++) {
        last = start_member();
    }
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&one, fork_exit_wait(false));
        keep_least(&any, fork_exit_wait(true));
        keep_least(&group, kill_group(last));
        keep_least(&wake, wake_readers());
    }
    figure("waitpid", n, one);
    figure("wait_any", n, any);
    figure("kill_group", n, group);
    figure("wake", n, wake);
    time_list("list_proc", n, "/proc");
}

/* ---- descriptors ---- */

static int
descriptor_limit(void)
{
    struct rlimit limit;
    must(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    must(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    return limit.rlim_cur;
}

/* Those from number `have` on are opened here. */
static void
with_descriptors(int have, int n)
{
    unsigned long least = -1;
    for (int fd = have; fd < n; fd++) {
        must(dup2(gate[0], fd), "dup2");
    }
    for (int run = 0; run < RUNS_BIG; run++) {
        unsigned long begin = now();
        close(must(open(self, O_RDONLY), self));
        keep_least(&least, now() - begin);
    }
    figure("open_close", n, least);
    time_fork("fork_fds", n);
    time_exec("exec_fds", n, self);
}

/* ---- all ---- */

int
main(int argc, char **argv)
{
    unsigned long time = now();
    int limit = 10000;
    if (argc == 3 && strcmp(argv[1], "now") == 0) {
        return write(atoi(argv[2]), &time, sizeof(time)) != sizeof(time);
    }
    if (argc == 2) {
        limit = atoi(argv[1]);
    }
    if (argc > 0 && strchr(argv[0], '/') != NULL) {
        self = argv[0];
    }
    begun = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(pipe(gate), "pipe");
    must(pipe(answers), "pipe");
    if (access("/proc/1", F_OK) != 0) {
        mkdir("/proc", 0755);
        must(mount("proc", "/proc", "proc", 0, NULL), "mount");
    }
    must(mkdir("many", 0755), "mkdir");
    for (int i = 0; mappings[i] > 0 && mappings[i] <= limit; i++) {
        with_mappings(mappings[i]);
    }
    for (int i = 0; files[i] > 0 && files[i] <= limit; i++) {
        with_files(i > 0 ? files[i - 1] : 0, files[i]);
    }
    for (int i = 0; descriptors[i] > 0 && descriptors[i] <= limit
                    && descriptors[i] < descriptor_limit(); i++) {
        with_descriptors(i > 0 ? descriptors[i - 1] : answers[1] + 1,
            descriptors[i]);
    }
    for (int fd = answers[1] + 1; close(fd) == 0; fd++) {
    }
    for (int i = 0; processes[i] > 0 && processes[i] <= limit; i++) {
        with_processes(i > 0 ? processes[i - 1] : 0, processes[i]);
    }
    report("end", 0, 0);
    return 0;
}
