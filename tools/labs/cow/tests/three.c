/*
 * three.c: three generations with two fifths of the memory each, as far as they
 * know. The youngest two write half of it: there is enough for that, if only
 * what is written is copied.
 */
#include "pages.h"

static unsigned long *memory;
static unsigned long pages;

static void
write_half(unsigned long value)
{
    for (unsigned long i = value % 2; i < pages; i += 2) {
        memory[i * PAGE / 8] = value;
    }
}

/* => pages that have another value than this generation wrote or found */
static unsigned long
wrong(unsigned long value, unsigned long old)
{
    unsigned long count = 0;

    for (unsigned long i = 0; i < pages; i++) {
        unsigned long expected = i % 2 == value % 2 ? value : old;
        count += memory[i * PAGE / 8] != expected;
    }
    return count;
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    unsigned long start = lab_random() & ~1UL;
    pages = (unsigned long)pages_count("free") / 5 * 2;
    memory = fresh(pages * PAGE);
    write_half(start);
    write_half(start + 1);

    pid_t child = lab_fork();
    if (child == 0) {
        pid_t grandchild = lab_fork();
        unsigned long mine = grandchild == 0 ? start + 2 : start + 4;
        write_half(mine);
        for (unsigned long i = 1; i < pages; i += 2) {
            lab_check("PT-2", "what an unwritten page holds", start + 1,
                      memory[i * PAGE / 8]);
        }
        for (unsigned long i = 0; i < pages; i += 2) {
            lab_check("PT-2", "what a written page holds", mine,
                      memory[i * PAGE / 8]);
        }
        if (grandchild != 0) {
            lab_join(grandchild);
        }
        _exit(0);
    }
    lab_join(child);
    lab_check("PT-2", "pages of the eldest that others have changed", 0,
              wrong(start, start + 1));
    lab_done();
}
