/*
 * random_setup.h: what a process has before it makes random calls: a descriptor
 * of each kind, pages of each kind, narrow limits, a user, a place.
 */
#pragma once

#include "random_args.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

/* Make a descriptor the one of its kind. */
static inline void
place(int fd, int as)
{
    if (fd >= 0 && fd != as) {
        dup2(fd, as);
        close(fd);
    }
}

static inline void
open_descriptors(void)
{
    int ends[2], tty[2];

    for (int i = 0; i < 3; i++) {
        place(open("/dev/null", O_RDWR), i);
    }
    place(open("a", O_RDWR | O_CREAT, 0666), 63);
    for (int i = FD_FIRST; i < FD_FIRST + FDS; i++) {
        dup2(63, i);
    }
    close(63);
    place(open("a", O_RDONLY), FD_READ);
    place(open(".", O_RDONLY | O_DIRECTORY), FD_DIR);
    if (pipe2(ends, O_NONBLOCK) == 0) {
        place(ends[0], FD_PIPE);
        place(ends[1], FD_PIPE_IN);
    }
    if (pipe(ends) == 0) {
        place(ends[0], FD_WAITING);
        place(ends[1], FD_WAITING_IN);
    }
    if (openpty(&tty[0], &tty[1], NULL, NULL, NULL) == 0) {
        place(tty[0], FD_MASTER);
        place(tty[1], FD_SLAVE);
    }
    place(epoll_create1(0), FD_EPOLL);
    place(eventfd(1, 0), FD_EVENT);
    place(timerfd_create(CLOCK_MONOTONIC, 0), FD_TIMER);
    sigset_t set;
    sigfillset(&set);
    place(signalfd(-1, &set, 0), FD_SIGNAL);
    place((int)raw(CALL_pidfd_open, getpid(), 0, 0, 0), FD_PID);
    place(memfd_create("m", MFD_ALLOW_SEALING), FD_MEM);
    place(open("/dev/zero", O_RDWR), FD_ZERO);
    place(open("/dev/null", O_RDWR), FD_NULL);
    place(open("/proc/self/maps", O_RDONLY), FD_MAPS);
    place(open("a", O_PATH), FD_NAMED);
    place(open("/proc/self/task", O_RDONLY), FD_PROC);
}

static inline void
map_area(void)
{
    const int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    const int rw = PROT_READ | PROT_WRITE;

    mmap(AREA, DATA * 4096L, rw, fixed, -1, 0);
    mmap(SHARED, 4096, rw, MAP_SHARED | MAP_FIXED, FD_MEM, 0);
    mmap(CONST, 4096, PROT_READ, fixed, -1, 0);
    mmap(AT_END, 2 * 4096L, rw, MAP_PRIVATE | MAP_FIXED, FD_FILE, 0);
    mmap(VICTIMS, 16 * 4096L, rw, fixed, -1, 0);
}

static inline void
set_limits(uid_t uid)
{
    const struct rlimit tasks = { 24, 24 }, size = { 1 << 20, 1 << 20 };
    const struct rlimit space = { 64 << 20, 64 << 20 }, cpu = { 20, 20 };

    setrlimit(RLIMIT_NPROC, &tasks);
    setrlimit(RLIMIT_FSIZE, &size);
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_CPU, &cpu);
    if (uid != 0) {
        setgid(uid);
        setuid(uid);
    }
}

/* A directory for each slot. */
static inline void
make_places(bool remove)
{
    char name[32];

    for (int i = 0; i < SLOTS; i++) {
        snprintf(name, sizeof(name), remove ? "rm -rf slot%d" : "slot%d", i);
        if (remove) {
            system(name);
        } else {
            mkdir(name, 0777);
            chmod(name, 0777);
        }
    }
}

/* What of System V outlives its makers. */
static inline void
remove_ipc(void)
{
    struct shmid_ds shm;
    struct semid_ds sem;

    for (int i = 0; i < 4096; i++) {
        int id = shmctl(i, SHM_STAT, &shm);
        if (id >= 0) {
            shmctl(id, IPC_RMID, NULL);
        }
        id = semctl(i, 0, SEM_STAT, &sem);
        if (id >= 0) {
            semctl(id, 0, IPC_RMID);
        }
    }
}
