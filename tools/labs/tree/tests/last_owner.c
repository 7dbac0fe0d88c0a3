/*
 * last_owner.c: tables and pages that were shared, and have one owner left,
 * are taken and not copied: writes take no frame, and all tables stay where
 * they were. Also when what died was the parent, and when the child had sharers
 * of its own.
 */
#include "places.h"

static char *area;

static void
write_for_nothing(const char *who)
{
    char what[96];

    pages_count("table"); /* its own pages are there from now on */
    unsigned long table = (unsigned long)pages_count("table");
    unsigned long anon = (unsigned long)pages_count("anon");
    for (unsigned long i = 0; i < PLACES; i++) {
        area[places[i]] = 'w';
    }
    table = (unsigned long)pages_count("table") - table;
    anon = (unsigned long)pages_count("anon") - anon;
    snprintf(what, sizeof(what), "tables copied by %s", who);
    lab_check("PT-3", what, 0, table);
    snprintf(what, sizeof(what), "pages copied by %s", who);
    lab_check("PT-2", what, 0, anon);
}

/* A child that writes a few places, or has a child that does, and ends. */
static void
had_family(int depth)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        if (depth > 0) {
            had_family(depth - 1);
        }
        for (unsigned long n = lab_random() % 4; n > 0; n--) {
            area[places[lab_random() % PLACES]] = 'c';
        }
        _exit(0);
    }
    lab_join(pid);
}

/* The parent of the one that writes is gone before. */
static void
orphan(void)
{
    volatile int *step = family_step();
    pid_t pid = lab_fork();

    if (pid == 0) {
        if (lab_fork() != 0) {
            munmap(area, PLACES_SIZE);
            _exit(0);
        }
        family_until(step, 1);
        write_for_nothing("a child whose parent is gone");
        *step = 2;
        _exit(0);
    }
    lab_join(pid);
    munmap(area, PLACES_SIZE);
    *step = 1;
    family_until(step, 2);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    area = far_away(PLACES_SIZE);
    for (unsigned long i = 0; i < PLACES; i++) {
        area[places[i]] = 'p';
    }
    places_shared();
    for (int i = 0; i < 6; i++) {
        char *at = area + places[lab_random() % PLACES];
        unsigned long frames[4];
        for (long level = 1; level <= 3; level++) {
            frames[level] = table_frame(at, level);
        }
        had_family(i % 3);
        write_for_nothing("the last owner");
        for (long level = 1; level <= 3; level++) {
            lab_check_address("PT-3", "the frame of a table, which its last "
                              "owner has taken", frames[level],
                              table_frame(at, level));
        }
    }
    orphan();
    lab_done();
}
