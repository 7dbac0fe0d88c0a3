/*
 * clone_oom.c: as process 1, which has most of all memory, takes a part of what
 * is kept for it when another process has the rest; then more, and clones, so
 * that there is none for the page that gets the child's pid. Then the kernel
 * kills that process to make room, not the child, which cannot run yet. The
 * host test clone_without_memory runs it as process 1.
 *
 * expect:
 * not process 1
 */
#include "counts.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/times.h>

#define PAGE  4096L
#define KEPT  128        /* frames that only process 1 gets */
#define MOST  12         /* a fork and the path to a page need fewer */
#define FAR   ((int *)0x4000000000) /* where there are no tables yet */
#define OWN  ((char *)0x5000000000)
#define RW    (PROT_READ | PROT_WRITE)
#define HOW   (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

/* Take all memory, say so, and keep it. */
static void
take_memory(int told)
{
    char *p = mmap(NULL, 1L << 30, RW, HOW, -1, 0);
    long have;

    while ((have = counts_get("free")) > 2) {
        long pages = have > 8 ? (have - 4) / 2 : 1;
        for (; pages > 0; pages--, p += PAGE) {
            *p = 1;
        }
    }
    write(told, "", 1);
    for (;;) {
        sleep(1000);
    }
}

/* Clone when there are so many frames, about.
 * => whether the pid was stored, or there was no memory for a child */
static int
clone_with(long left, int *cloned, int *kept, int *killed_hogs)
{
    int gate[2], status = 0;
    char byte;

    pipe(gate);
    pid_t hog = must_fork();
    if (hog == 0) {
        take_memory(gate[1]);
    }
    close(gate[1]);
    read(gate[0], &byte, 1); /* or its end, if it took too much */
    for (long i = 0; i < KEPT - left; i++) {
        OWN[i * PAGE] = 1;
        *kept += i == KEPT / 2 && waitpid(hog, NULL, WNOHANG) == 0;
    }
    mmap(FAR, PAGE, RW, HOW | MAP_FIXED, -1, 0);
    long pid = syscall(SYS_clone, SIGCHLD | CLONE_PARENT_SETTID, 0, FAR, 0, 0);
    if (pid == 0) {
        syscall(SYS_exit_group, 0);
    }
    int well = pid < 0 ? errno == ENOMEM
                       : *FAR == pid && waitpid(pid, &status, 0) == pid
                             && status == 0;
    *killed_hogs += waitpid(hog, NULL, WNOHANG) == hog;
    kill(hog, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    *cloned += pid > 0;
    munmap(FAR, PAGE);
    madvise(OWN, KEPT * PAGE, MADV_DONTNEED);
    close(gate[0]);
    for (clock_t end = times(NULL) + 3; times(NULL) < end;) {
        /* at a tick, frames are kept again */
    }
    return well;
}

int
main(void)
{
    int cloned = 0, kept = 0, killed_hogs = 0, well = 1;

    if (getpid() != 1) {
        printf("not process 1\n");
        return 0;
    }
    long most = counts_get("free") * 6 / 10;
    mmap(OWN, (KEPT + most) * PAGE, RW, HOW | MAP_FIXED, -1, 0);
    memset(OWN + KEPT * PAGE, 1, most * PAGE);
    for (long left = 0; left < MOST; left++) {
        well &= clone_with(left, &cloned, &kept, &killed_hogs);
    }
    dprintf(open("/dev/run/stdout", O_WRONLY), "%s, %s, %s, %s\n",
        kept == MOST ? "kept" : "not kept", well ? "well" : "a pid is wrong",
        cloned > 0 ? "cloned" : "never cloned",
        killed_hogs > 0 ? "with room made" : "nobody made room");
    dprintf(open("/dev/run/report", O_WRONLY), "exit 0");
    reboot(RB_POWER_OFF);
    return 1;
}
