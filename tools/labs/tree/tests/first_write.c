/*
 * first_write.c: what writes cost in frames, after fork, counted. The first
 * one copies the path: three tables and the page. Each later one copies only
 * what is still shared. Whoever comes second owns what is left, for nothing.
 */
#include "places.h"

static char *area;

/* Write to one page. => expected: so many tables and pages are taken. */
static void
costs(const char *who, const char *where, unsigned long offset,
      unsigned long tables, unsigned long pages)
{
    char what[96];

    pages_count("table"); /* its own pages are there from now on */
    unsigned long table = (unsigned long)pages_count("table");
    unsigned long anon = (unsigned long)pages_count("anon");
    area[offset] = 'w';
    table = (unsigned long)pages_count("table") - table;
    anon = (unsigned long)pages_count("anon") - anon;
    snprintf(what, sizeof(what), "tables copied when %s writes %s", who, where);
    lab_check("PT-3", what, tables, table);
    snprintf(what, sizeof(what), "pages copied when %s writes %s", who, where);
    lab_check("PT-3", what, pages, anon);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    volatile int *step = family_step();
    unsigned long page = lab_between(1, 510) * PAGE;
    unsigned long table = lab_between(1, 510) * TABLE;
    unsigned long big = lab_between(1, 100) * BIG;
    *step = 0;
    area = far_away(128 * BIG);
    area[0] = area[page] = area[table] = area[table + page] = area[big] = 'p';
    pid_t pid = lab_fork();
    if (pid == 0) {
        costs("the child", "its first page", page, 3, 1);
        costs("the child", "the same page", page, 0, 0);
        costs("the child", "a page of the same table", 0, 0, 1);
        costs("the child", "a page of another table", table + page, 1, 1);
        costs("the child", "a page far away", big, 2, 1);
        *step = 1;
        family_until(step, 2);
        lab_check("PT-2", "what the child finds", 'p',
                  (unsigned char)area[table]);
        _exit(0);
    }
    family_until(step, 1);
    costs("the parent", "what the child has copied", page, 0, 0);
    costs("the parent", "that again", page, 0, 0);
    costs("the parent", "a page far away", big, 0, 0);
    costs("the parent", "a page that both still have", table, 0, 1);
    *step = 2;
    lab_join(pid);
    lab_done();
}
