/*
 * race.c: no wake-up is lost, wherever the other end's deed falls. The grader
 * boots with preempt=always, where each release of a mutex, or of the family
 * lock, lets everybody else run first.
 */
#include "ends.h"

#define ROUNDS 30

static char block[2 * PIECE];

/* With preempt=always the end of each system call gives up the CPU, once. */
static void
turns(void)
{
    for (unsigned long n = lab_random() % 5; n > 0; n--) {
        getppid();
    }
}

/* Bytes there and back, then the end of file. */
static void
small(void)
{
    int to[2], back[2];
    char byte = 0;

    make_pipe(to);
    make_pipe(back);
    pid_t pid = lab_fork();
    if (pid == 0) {
        close(to[1]);
        while (read(to[0], &byte, 1) == 1) {
            byte++;
            turns();
            write(back[1], &byte, 1);
        }
        _exit(0);
    }
    close(to[0]);
    for (int i = 0; i < 8; i++) {
        write(to[1], &byte, 1);
        turns();
        read(back[0], &byte, 1);
    }
    close(to[1]);
    lab_check("PI-8", "the byte that every round adds 1 to", 8,
              (unsigned long)byte);
    lab_join(pid);
    close(back[0]);
    close(back[1]);
}

/* A full pipe, which is read until the end, or closed. */
static void
large(void)
{
    unsigned long have = 0, size = lab_between(1, sizeof(block));
    int ends[2];
    long n;

    make_pipe(ends);
    fill_pipe(ends[1], PIECE);
    pid_t pid = lab_fork();
    if (pid == 0) {
        close(ends[0]);
        signal(SIGPIPE, SIG_IGN);
        for (int i = 0; i < 3; i++) {
            write(ends[1], block, size);
        }
        _exit(0);
    }
    close(ends[1]);
    turns();
    if (lab_random() & 1) {
        while ((n = read(ends[0], block, sizeof(block))) > 0) {
            have += (unsigned long)n;
        }
        lab_check("PI-8", "bytes until the end of file",
                  CAPACITY - PIECE + 3 * size, have);
    }
    close(ends[0]);
    lab_join(pid);
}

/* The same for who sleeps with a spinlock: a parent. */
static void
parent(void)
{
    unsigned long mine = lab_random() % 6;
    pid_t pid = lab_fork();

    if (pid == 0) {
        turns();
        turns();
        _exit(0);
    }
    for (; mine > 0; mine--) {
        getppid();
    }
    lab_join(pid);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < ROUNDS; i++) {
        parent();
        small();
        large();
    }
    lab_done();
}
