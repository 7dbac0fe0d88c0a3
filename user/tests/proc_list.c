/*
 * proc_list.c: /proc lists each process once; processes that begin or end while
 * it is read do not disturb the others; and telldir works in it, too.
 */
#include "names.h"

#include <dirent.h>

enum { CHILDREN = 150 };

static pid_t pid[CHILDREN];
static int seen[CHILDREN], earlier[CHILDREN], self, parent;

static void
see(const struct dirent *entry)
{
    pid_t n = atoi(entry->d_name);

    self += strcmp(entry->d_name, "self") == 0;
    parent += n == getpid();
    for (int i = 0; i < CHILDREN; i++) {
        seen[i] += n == pid[i];
    }
}

static int
seen_once(int from, int step)
{
    int n = 0;

    for (int i = from; i < CHILDREN; i += step) {
        n += seen[i] == 1;
    }
    return n;
}

static int
seen_twice(void)
{
    int n = 0;

    for (int i = 0; i < CHILDREN; i++) {
        n += seen[i] > 1;
    }
    return n;
}

static void
forget(void)
{
    memset(seen, 0, sizeof(seen));
    self = parent = 0;
}

static void
bury(int i)
{
    kill(pid[i], SIGKILL);
    waitpid(pid[i], NULL, 0);
}

/* A position far behind the last process gives no name. */
static void
list_far(const char *path, const char *nobody)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int n = 0;

    seekdir(dir, (1L << 62) + (1L << 31));
    while ((entry = readdir(dir)) != NULL) {
        n += strcmp(entry->d_name, nobody) == 0;
    }
    is(n, 0, path);
    closedir(dir);
}

int
main(void)
{
    struct dirent *entry;
    int ends[2], rest = 0;
    char c, name[32] = "";
    long mark = 0;

    pipe(ends);
    for (int i = 0; i < CHILDREN; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            close(ends[1]);
            read(ends[0], &c, 1);
            _exit(0);
        }
    }
    DIR *dir = opendir("/proc");
    while ((entry = readdir(dir)) != NULL) {
        see(entry);
        if (atoi(entry->d_name) == pid[CHILDREN / 2]) {
            mark = telldir(dir);
            memcpy(earlier, seen, sizeof(seen));
        }
    }
    is(seen_once(0, 1), CHILDREN, "each child is listed once");
    is(parent, 1, "and its parent");
    is(self, 1, "and self");
    seekdir(dir, mark);
    forget();
    while ((entry = readdir(dir)) != NULL) {
        see(entry);
    }
    for (int i = 0; i < CHILDREN; i++) {
        rest += seen[i] + earlier[i] == 1;
    }
    is(rest, CHILDREN, "from a mark on, those that came after it");
    rewinddir(dir);
    forget();
    for (int n = 0; (entry = readdir(dir)) != NULL;) {
        see(entry);
        if (atoi(entry->d_name) >= pid[0] && 2 * n + 1 < CHILDREN) {
            bury(2 * n++ + 1); /* half of them go meanwhile */
        }
    }
    is(seen_once(0, 2), CHILDREN / 2, "those that stay are listed once");
    is(seen_twice(), 0, "none twice");
    closedir(dir);
    snprintf(name, sizeof(name), "/proc/%d", pid[1]);
    ok(!exists(name), "one that went has no directory");
    snprintf(name, sizeof(name), "/proc/%d", pid[0]);
    ok(exists(name), "one that stays has");
    for (int i = 0; i < CHILDREN; i += 2) {
        bury(i);
    }
    ok(!exists(name), "until it goes, too");
    list_far("/proc", "0");
    list_far("/proc/self/fd", "-1");
    return done();
}
