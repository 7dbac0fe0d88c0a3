/*
 * no_memory.c: each allocation of a fork fails once, and then memory really
 * runs out. Each time fork returns -1 with ENOMEM, and nothing is left of what
 * it had begun.
 */
#include "pages.h"

#include <errno.h>

static const char *const kinds[] = { "table", "anon", "heap", "stacks",
    "processes", "files" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static long before[KINDS];

static void
remember(void)
{
    for (unsigned long i = 0; i < KINDS; i++) {
        before[i] = pages_count(kinds[i]);
    }
}

static void
same(const char *when)
{
    char what[96];

    pages_check(when);
    for (unsigned long i = 0; i < KINDS; i++) {
        snprintf(what, sizeof(what), "%s, count of %s", when, kinds[i]);
        lab_check("undo", what, (unsigned long)before[i],
                  (unsigned long)pages_count(kinds[i]));
    }
}

/* fork, in which this allocation fails. => whether there were fewer */
static bool
fork_without(int knob, int allocation)
{
    char line[32];
    int length = snprintf(line, sizeof(line), "once %d", allocation);

    write(knob, line, (size_t)length);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    write(knob, "off", 3);
    if (pid < 0) {
        lab_check("undo", "errno of a fork without memory", ENOMEM,
                  (unsigned long)errno);
        return false;
    }
    lab_join(pid);
    return true;
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    int knob = open("/proc/tine/nomem", O_WRONLY);
    int failed = 0;
    char *memory = fresh(lab_between(1, 20) * PAGE);

    memory[0] = 'm';
    lab_check("undo", "the knob that makes allocations fail is there", 1,
              knob >= 0);
    fork_without(knob, 10000); /* which fills the kernel's stores */
    remember();
    while (!fork_without(knob, failed + 1)) {
        failed++;
    }
    lab_check("undo", "a fork of this process needs 10 allocations", 1,
              failed >= 10);
    same("after forks with one allocation less");

    unsigned long pages = (unsigned long)pages_count("free") / 10 * 6;
    memory = fresh(pages * PAGE);
    for (unsigned long i = 0; i < pages; i++) {
        memory[i * PAGE] = 'm';
    }
    remember();
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    lab_check("undo", "errno of a fork that memory is too small for", ENOMEM,
              pid < 0 ? (unsigned long)errno : 0);
    same("after a fork that memory was too small for");
    lab_done();
}
