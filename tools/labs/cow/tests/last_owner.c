/*
 * last_owner.c: a page that was shared and has one owner left is taken, not
 * copied: the frame stays the same, and it needs no memory.
 */
#include "pages.h"

#define PAGES 8

static volatile char *memory;

/* Fork, let the child write or not, let it end. => whether it wrote */
static bool
had_child(volatile char *page)
{
    bool writes = (lab_random() & 1) != 0;
    pid_t pid = lab_fork();

    if (pid == 0) {
        pages_named(page, 2);
        if (writes) {
            *page = 'c';
        }
        _exit(0);
    }
    lab_join(pid);
    return writes;
}

int
main(int argc, char **argv)
{
    unsigned long refs;

    lab_begin(argc, argv);
    memory = fresh(PAGES * PAGE);
    for (unsigned long i = 0; i < PAGES; i++) {
        volatile char *page = memory + i * PAGE;
        *page = 'p';
        unsigned long frame = pages_frame(page, &refs);
        had_child(page);
        *page = 'q';
        lab_check("PT-2", "the frame, which its last owner has written", frame,
                  pages_frame(page, &refs));
        lab_check("PT-1", "entries that name it", 1, refs);
    }
    lab_done();
}
