/*
 * sleeps.c: who waits sleeps, on no run queue, until there is something for
 * him; then he runs at once, and does not look from time to time. The same for
 * a parent that waits for a child.
 */
#include "ends.h"

#define ROUNDS 20
#define MOST_MS 15

/* So many bytes there and back. */
static void
rounds(const int to[2], const int back[2])
{
    pid_t pid = lab_fork();
    char byte = 0;

    if (pid == 0) {
        for (int i = 0; i < ROUNDS; i++) {
            read(to[0], &byte, 1);
            byte++;
            write(back[1], &byte, 1);
        }
        _exit(0);
    }
    lab_check("PI-7", "a reader of an empty pipe sleeps (state S in /proc)", 1,
              (unsigned long)comes_to(pid, 'S'));
    long began = now_ms();
    for (int i = 0; i < ROUNDS; i++) {
        write(to[1], &byte, 1);
        read(back[0], &byte, 1);
    }
    lab_check("PI-7", "20 bytes there and back take under 15 ms", 1,
              now_ms() - began < MOST_MS);
    lab_check("PI-7", "the byte that every round adds 1 to", ROUNDS,
              (unsigned long)byte);
    lab_join(pid);
}

static void
full(const int ends[2])
{
    char byte;
    pid_t pid;

    fill_pipe(ends[1], 0);
    pid = lab_fork();
    if (pid == 0) {
        for (int i = 0; i < ROUNDS; i++) {
            write(ends[1], "x", 1);
        }
        _exit(0);
    }
    lab_check("PI-7", "a writer to a full pipe sleeps (state S in /proc)", 1,
              (unsigned long)comes_to(pid, 'S'));
    long began = now_ms();
    for (int i = 0; i < ROUNDS; i++) {
        read(ends[0], &byte, 1);
        sched_yield();
    }
    lab_join(pid);
    lab_check("PI-7", "room for 20 bytes, one by one, is used within 15 ms", 1,
              now_ms() - began < MOST_MS);
}

static void
children(void)
{
    long began = now_ms();

    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = lab_fork();
        if (pid == 0) {
            _exit(0);
        }
        lab_join(pid);
    }
    lab_check("PI-7", "20 children, each waited for, take under 15 ms", 1,
              now_ms() - began < MOST_MS);
}

int
main(int argc, char **argv)
{
    int to[2], back[2];

    lab_begin(argc, argv);
    make_pipe(to);
    make_pipe(back);
    rounds(to, back);
    full(to);
    children();
    lab_done();
}
