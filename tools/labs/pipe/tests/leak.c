/*
 * leak.c: pipes that are closed, full, half read or empty, by whoever is last,
 * leave no page and no file behind.
 */
#include "ends.h"
#include "pages.h"

static void
life(void)
{
    static char buf[CAPACITY];
    int ends[2];

    make_pipe(ends);
    write(ends[1], buf, lab_between(1, CAPACITY));
    pid_t pid = lab_fork();
    if (pid == 0) {
        close(ends[lab_random() & 1]);
        _exit(0);
    }
    read(ends[0], buf, lab_between(1, CAPACITY));
    if (lab_random() & 1) {
        close(ends[0]);
        lab_join(pid);
        close(ends[1]);
    } else {
        close(ends[1]);
        close(ends[0]);
        lab_join(pid);
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < 5; i++) {
        life(); /* which fills the kernel's stores */
    }
    long kernel = pages_count("kernel"), files = pages_count("files");
    for (int i = 0; i < 50; i++) {
        life();
    }
    lab_check("FR-1", "pages of the kernel, as before", (unsigned long)kernel,
              (unsigned long)pages_count("kernel"));
    lab_check("FR-1", "open files, as before", (unsigned long)files,
              (unsigned long)pages_count("files"));
    books_right("at the end");
    lab_done();
}
