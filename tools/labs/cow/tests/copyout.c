/*
 * copyout.c: the kernel writes into a page that is shared since fork: read(2),
 * getcwd(2) and others store there. The writer must get its copy first, as
 * if the program had stored there itself.
 */
#include "pages.h"

#include <time.h>

static unsigned long page[PAGE / 8] __attribute__((aligned(4096)));

/* One system call that writes at `at`, within the page. */
static void
call(unsigned long which, unsigned long *at)
{
    int fd = open("/dev/zero", O_RDONLY);

    switch (which) {
    case 0:
        read(fd, at, 64);
        break;
    case 1:
        clock_gettime(CLOCK_MONOTONIC, (struct timespec *)at);
        break;
    case 2:
        getcwd((char *)at, 64);
        break;
    case 3:
        sigprocmask(SIG_BLOCK, NULL, (sigset_t *)at);
        break;
    }
    close(fd);
}

static void
test(unsigned long which, bool in_child)
{
    volatile int *step = family_step();
    unsigned long start = lab_random() | 1;
    unsigned long *at = page + lab_random() % 448;

    fill(page, sizeof(page), start);
    pid_t pid = lab_fork();
    if ((pid == 0) == in_child) {
        pages_named(page, 2);
        call(which, at);
        lab_check("CALL", "the writer sees what the kernel wrote", 1,
                  different(page, sizeof(page), start) != 0);
        *step = 1;
    }
    family_until(step, 1);
    if ((pid == 0) != in_child) {
        lab_check("PT-2", "words that a system call of the other changed", 0,
                  different(page, sizeof(page), start));
    }
    if (pid == 0) {
        _exit(0);
    }
    lab_join(pid);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < 16; i++) {
        test(lab_random() % 4, (lab_random() & 1) != 0);
    }
    lab_done();
}
