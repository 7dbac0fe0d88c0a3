/*
 * no_memory.c: each allocation of a fork, of a write to what is shared, and of
 * an unmap fails once. fork and munmap return ENOMEM, the writer is killed;
 * nothing is lost, and the others find what they had.
 */
#include "knobs.h"
#include "places.h"

#include <errno.h>

#define MOST 200

static char *area;
static int knob;

static void
fail_at(int allocation)
{
    char word[32];

    snprintf(word, sizeof(word), "once %d", allocation);
    knob_turn(knob, word);
}

static void
find(const char *when)
{
    char what[96];

    for (unsigned long i = 0; i < PLACES; i++) {
        snprintf(what, sizeof(what), "%s, what place %lu holds", when, i);
        lab_check("PT-2", what, 'a' + i, (unsigned char)area[places[i]]);
    }
}

/* A child that forks, and may be killed for a page that it writes itself.
 * => whether its fork needs as many allocations as that */
static bool
fork_fails(int allocation)
{
    volatile int *failed = lab_shared(PAGE);
    pid_t pid = lab_fork();

    if (pid == 0) {
        *failed = 0; /* the page is there, and the path to it */
        fail_at(allocation);
        pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        *failed = pid < 0 ? errno : 0;
        knob_turn(knob, "off");
        find("after a fork that failed");
        if (pid > 0) {
            lab_join(pid);
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    lab_end();
    int error = *failed;
    munmap((void *)failed, PAGE);
    lab_check("PT-1", "errno of a fork without memory", ENOMEM,
              error != 0 ? (unsigned long)error : ENOMEM);
    return error != 0;
}

/* A child that writes to a place. => whether it is killed for it */
static bool
write_fails(int allocation, unsigned long place)
{
    int status;
    pid_t pid = lab_fork();

    if (pid == 0) {
        fail_at(allocation);
        area[places[place]] = 'c';
        knob_turn(knob, "off");
        _exit(0);
    }
    waitpid(pid, &status, 0);
    lab_end();
    lab_check("PT-1", "a writer ends by exit(0), or by SIGKILL", 1,
              status == 0 || (WIFSIGNALED(status)
                              && WTERMSIG(status) == SIGKILL));
    return status != 0;
}

/* A child that unmaps what is between two places. => whether it could not */
static bool
unmap_fails(int allocation)
{
    volatile int *failed = lab_shared(PAGE);
    pid_t pid = lab_fork();

    if (pid == 0) {
        *failed = 0; /* the page is there, and the path to it */
        fail_at(allocation);
        *failed = munmap(area + PAGE, TABLE) != 0;
        knob_turn(knob, "off");
        if (*failed) {
            lab_check("PT-1", "errno of munmap without memory", ENOMEM,
                      (unsigned long)errno);
            find("after munmap could not be done");
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0); /* it may be killed for a page of its own */
    lab_end();
    bool result = *failed != 0;
    munmap((void *)failed, PAGE);
    return result;
}

static void
all(void)
{
    for (int n = 1; n < MOST && fork_fails(n); n++) {
        find("after a fork that failed");
    }
    for (unsigned long i = 0; i < PLACES; i += 1 + lab_random() % 3) {
        for (int n = 1; n < MOST && write_fails(n, i); n++) {
            find("after a writer was killed");
        }
    }
    for (int n = 1; n < 12; n++) {
        unmap_fails(n);
        find("after a child has unmapped");
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    knob = knob_open(NOMEM_KNOB);
    area = far_away(PLACES_SIZE);
    for (unsigned long i = 0; i < PLACES; i++) {
        area[places[i]] = (char)('a' + i);
    }
    places_shared();
    all(); /* which fills the kernel's stores */
    unsigned long table = (unsigned long)pages_count("table");
    all();
    usleep(20000); /* a child whose parent was killed has ended, too */
    pages_check("after each allocation has failed");
    lab_check("PT-1", "page tables, as before", table,
              (unsigned long)pages_count("table"));
    lab_done();
}
