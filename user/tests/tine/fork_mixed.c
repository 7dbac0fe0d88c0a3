/*
 * fork_mixed.c: a fork with another mode than the fork before it. So it
 * starts sharing at another level than the level where the parent shares
 * already; since then no process has written to these tables. Memory may be
 * short at every point of it. See share_below in kernel/mm/share.c.
 *
 * seconds: 30
 * expect:
 * ok 1 - eager after eager, page, table, tree
 * ok 2 - page after eager, page, table, tree
 * ok 3 - table after eager, page, table, tree
 * ok 4 - tree after eager, page, table, tree
 * ok 5 - eager after tree, without memory at each point
 * ok 6 - page after tree, without memory at each point
 * ok 7 - table after tree, without memory at each point
 * ok 8 - page after table, without memory at each point
 * ok 9 - all is well
 * 1..9
 */
#include "counts.h"
#include "knob.h"

#include <sys/mman.h>

#define TABLES 3
#define TABLE (2L << 20)
#define NOMEM_KNOB "/proc/tine/nomem"
#define POINTS_MAX 500

enum { WELL = 3, BROKEN = 4, NO_SUCH_POINT = 5 };

static const char *const words[] = { "eager", "page", "table", "tree" };

static volatile char *const area = (char *)(1L << 40);
static const char *outer, *inner;
static int point;

static int
all(char c)
{
    for (int i = 0; i < TABLES; i++) {
        if (area[i * TABLE] != c || area[i * TABLE + 4096] != c) {
            return 0;
        }
    }
    return 1;
}

static void
write_all(char c)
{
    for (int i = 0; i < TABLES; i++) {
        area[i * TABLE] = area[i * TABLE + 4096] = c;
    }
}

static int
grandchild(void *unused)
{
    (void)unused;
    int good = all('P');
    write_all('G');
    return good && all('G') ? WELL : BROKEN;
}

/* The area is as the outer fork left it. */
static int
child(void *unused)
{
    knob_set(FORK_KNOB, inner);
    int good = in_child(grandchild, unused) == WELL << 8 && all('P');
    write_all('C');
    return good && all('C') ? WELL : BROKEN;
}

static int
mix(int (*body)(void *))
{
    knob_set(FORK_KNOB, outer);
    return in_child(body, NULL);
}

static void
test_words(const char *word)
{
    char name[64];
    int good = 1;

    inner = word;
    for (int i = 0; i < 4; i++) {
        outer = words[i];
        good &= mix(child) == WELL << 8 && all('P');
    }
    snprintf(name, sizeof(name), "%s after eager, page, table, tree", word);
    ok(good, name);
}

/* The same, but one allocation of the inner fork fails. */
static int
child_without(void *unused)
{
    char order[32];

    (void)unused;
    snprintf(order, sizeof(order), "once %d", point);
    knob_set(FORK_KNOB, inner);
    knob_set(NOMEM_KNOB, order);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(all('P') ? WELL : BROKEN);
    }
    int error = errno, status = BROKEN << 8;
    knob_set(NOMEM_KNOB, "off");
    if (pid > 0) {
        waitpid(pid, &status, 0);
        return status == WELL << 8 ? NO_SUCH_POINT : BROKEN;
    }
    int good = error == ENOMEM && all('P');
    write_all('C');
    return good && all('C') ? WELL : BROKEN;
}

/* A point behind the fork may kill the child: then it was the last. */
static void
test_points(const char *from, const char *to)
{
    char name[64];
    int status = WELL << 8;

    outer = from;
    inner = to;
    for (point = 1; status == WELL << 8 && point < POINTS_MAX; point++) {
        status = mix(child_without);
    }
    snprintf(name, sizeof(name), "%s after %s, without memory at each point",
        to, from);
    ok(point > 2 && all('P') && (WIFSIGNALED(status)
        ? WTERMSIG(status) == SIGKILL : status == NO_SUCH_POINT << 8), name);
}

int
main(void)
{
    char before[64];

    strcpy(before, knob_get(FORK_KNOB));
    mmap((void *)area, TABLES * TABLE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    write_all('P');
    for (int i = 0; i < 4; i++) {
        test_words(words[i]);
    }
    test_points("tree", "eager");
    test_points("tree", "page");
    test_points("tree", "table");
    test_points("table", "page");
    knob_set(FORK_KNOB, before);
    ok(counts_well(), "all is well");
    return done();
}
