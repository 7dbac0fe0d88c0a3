/*
 * attack_stores.h: attacks by what a process can hold: memory, files, names,
 * pipes, mappings, descriptors, signals.
 */
#pragma once

#include "attack.h"

static void
touches(void)
{
    char *p = room(4 * GIB);

    for (long i = 0; i < 4 * GIB; i += PAGE) {
        p[i] = 1;
    }
}

static void
touch_again(void)
{
    again(touches);
}

static void
by_touch(void)
{
    crowd(4, touch_again);
}

static void
touches_shared(void)
{
    char *p = mmap(NULL, 4 * GIB, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (long i = 0; p != MAP_FAILED && i < 4 * GIB; i += PAGE) {
        p[i] = 1;
    }
}

static void
by_shared(void)
{
    again(touches_shared);
}

/* A page of its own, and tables, for each page. */
static void
touches_sparse(void)
{
    for (long size = 4 * GIB; ; size += PAGE) {
        char *p = room(size);
        if (p == MAP_FAILED) {
            return;
        }
        for (long i = 0; i < size; i += 2 * MIB) {
            p[i] = 1;
        }
    }
}

static void
by_sparse(void)
{
    again(touches_sparse);
}

/* Four files have what there is, and go on to write. */
static void
by_files(void)
{
    static char block[65536];
    char name[16];

    for (int i = 0; ; i++) {
        sprintf(name, "f%d", i % 4);
        int fd = open(name, O_RDWR | O_CREAT | (i < 4 ? O_TRUNC : 0), 0600);
        lseek(fd, 0, i < 4 ? SEEK_SET : SEEK_END);
        while (write(fd, block, sizeof(block)) > 0) {
        }
        close(fd);
        swing();
        if (i >= 4) {
            truncate(name, 8 * MIB);
        }
    }
}

static void
by_names(void)
{
    char name[300];
    int count = 0;

    memset(name, 'n', sizeof(name));
    for (;; count++) {
        sprintf(name + 200, "%d", count);
        if (mkdir(name, 0700) < 0) {
            swing();
            rmdir(name);
            sprintf(name + 200, "%d", count / 2);
            rmdir(name);
        }
    }
}

static void
fill_pipes(void)
{
    static char block[65536];
    int fds[2];

    while (pipe2(fds, O_NONBLOCK) == 0) {
        fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
        while (write(fds[1], block, sizeof(block)) > 0) {
        }
    }
    swing();
}

static void
by_pipes(void)
{
    spread(fill_pipes, close_rest);
}

static char *mapped;

static void
fill_vmas(void)
{
    mapped = room(GIB);
    for (long i = 0; i < GIB; i += 2 * PAGE) {
        if (mprotect(mapped + i, PAGE, PROT_READ) < 0) {
            break;
        }
    }
    swing();
}

static void
unmap_all(void)
{
    munmap(mapped, GIB);
}

static void
by_vmas(void)
{
    spread(fill_vmas, unmap_all);
}

static void
fill_table(void)
{
    while (open("/dev/null", O_RDONLY) >= 0) {
    }
    swing();
}

static void
by_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    spread(fill_table, close_rest);
}

static void
fill_queue(void)
{
    sigset_t set;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    while (sigqueue(getpid(), 40, (union sigval){.sival_int = 1}) == 0) {
    }
    swing();
}

static void
by_signals(void)
{
    spread(fill_queue, swing);
}

static const struct attack attacks_by_stores[] = {
    {"touch", by_touch, NULL},
    {"shared", by_shared, NULL},
    {"sparse", by_sparse, NULL},
    {"files", by_files, NULL},
    {"names", by_names, NULL},
    {"pipes", by_pipes, NULL},
    {"vmas", by_vmas, NULL},
    {"descriptors", by_descriptors, NULL},
    {"signals", by_signals, NULL},
};
