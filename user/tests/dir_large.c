/*
 * dir_large.c: a directory of 5,000 names: each is listed once; seekdir returns
 * to where telldir was; names that are made and removed during the listing
 * disturb no other.
 */
#include "names.h"

#include <dirent.h>

enum { FILES = 5000, MARKS = 50 };

static unsigned char seen[FILES];
static int strange;

static void
name_of(int i, char *name)
{
    snprintf(name, 32, "%d%s", i, i % 7 == 0 ? "-a-longer-name" : "");
}

/* The number of an entry; -1 for the dots, FILES for an unexpected name. */
static int
number_of(const struct dirent *entry)
{
    char name[32];

    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
        return -1;
    }
    int i = atoi(entry->d_name);
    name_of(i, name);
    return i < FILES && strcmp(name, entry->d_name) == 0 ? i : FILES;
}

static void
see(const struct dirent *entry)
{
    int i = number_of(entry);

    if (i == FILES) {
        strange++;
    } else if (i >= 0) {
        seen[i]++;
    }
}

static void
forget(void)
{
    memset(seen, 0, sizeof(seen));
    strange = 0;
}

/* How many of the names from, from + step ... were seen `times` times. */
static int
seen_times(int times, int from, int step)
{
    int n = 0;

    for (int i = from; i < FILES; i += step) {
        n += seen[i] == times;
    }
    return n;
}

/* Most are names of one file, since ext4 is slow to make inodes. */
static int
make_one(int i, const char *name)
{
    return (i % 100 == 0 ? mknod(name, S_IFREG | 0600, 0)
                         : link("../base", name)) == 0;
}

static void
make(int from, int step)
{
    char name[32];
    int made = 0, wanted = 0;

    for (int i = from; i < FILES; i += step) {
        name_of(i, name);
        made += make_one(i, name);
        wanted++;
    }
    is(made, wanted, "names are made");
}

static void
test_list(DIR *dir)
{
    struct dirent *entry;
    int inodes = 0;

    forget();
    while ((entry = readdir(dir)) != NULL) {
        see(entry);
        inodes += number_of(entry) % 100 == 0
            && stat_of(entry->d_name).st_ino == entry->d_ino;
    }
    is(seen_times(1, 0, 1), FILES, "each is listed once");
    is(strange, 0, "and nothing else");
    is(inodes, FILES / 100, "with the inode's number");
    ok(readdir(dir) == NULL, "the end stays the end");
    rewinddir(dir);
    forget();
    while ((entry = readdir(dir)) != NULL) {
        see(entry);
    }
    is(seen_times(1, 0, 1), FILES, "rewinddir: all once more");
}

static void
test_seek(DIR *dir)
{
    static long mark[MARKS];
    static char after[MARKS][256];
    struct dirent *entry;
    int good = 0, left = 0;

    rewinddir(dir);
    for (int n = 0; n < FILES; n++) {
        if (n % (FILES / MARKS) == 0) {
            mark[n / (FILES / MARKS)] = telldir(dir);
        }
        entry = readdir(dir);
        if (n % (FILES / MARKS) == 0) {
            strcpy(after[n / (FILES / MARKS)], entry->d_name);
        }
    }
    for (int i = MARKS; i-- > 0;) {
        seekdir(dir, mark[i]);
        entry = readdir(dir);
        good += entry != NULL && strcmp(entry->d_name, after[i]) == 0;
    }
    is(good, MARKS, "seekdir returns to where telldir was");
    seekdir(dir, mark[MARKS / 2]);
    while (readdir(dir) != NULL) {
        left++;
    }
    is(left, FILES / 2 + 2, "and the rest follows");
    seekdir(dir, mark[7]);
    is(telldir(dir), mark[7], "telldir there is the same");
    for (int i = 0; i < 7; i++) {
        unlink(after[i]); /* before the mark, and the one at it */
    }
    is(unlink(after[7]), 0, "the name at a mark is removed");
    seekdir(dir, mark[7]);
    forget();
    while ((entry = readdir(dir)) != NULL) {
        see(entry);
    }
    is(seen_times(1, 0, 1), FILES + 2 - 7 * (FILES / MARKS) - 1,
        "after a return the others are listed once");
    for (int i = 0; i <= 7; i++) {
        if (after[i][0] != '.') {
            link("../base", after[i]);
        }
    }
}

/* Some names exist all the time, others are made and removed. */
static void
test_change(DIR *dir)
{
    struct dirent *entry;
    char name[32], other[32];
    int gone = 0, fresh = 0;

    rewinddir(dir);
    forget();
    for (int n = 0; (entry = readdir(dir)) != NULL; n++) {
        see(entry);
        if (n % 5 == 0) {
            name_of(2 * (n / 5) + 1, name);
            gone += unlink(name) == 0;
        }
        if (n % 10 == 0) {
            snprintf(name, sizeof(name), "new%d", n);
            fresh += link("../base", name) == 0;
        }
        if (n % 30 == 0) {
            snprintf(other, sizeof(other), "other%d", n);
            rename(name, other);
        }
    }
    is(seen_times(1, 0, 2), FILES / 2, "what stays is listed once");
    is(seen_times(0, 1, 2) + seen_times(1, 1, 2), FILES / 2,
        "what goes is, or is not");
    ok(strange <= 2 * fresh, "what comes, or has another name, too");
    ok(gone >= 500 && fresh >= 300, "much came and went");
}

static void
test_remove(DIR *dir)
{
    struct dirent *entry;
    int left = 0;

    rewinddir(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (number_of(entry) >= 0) {
            left += unlink(entry->d_name) != 0;
        }
    }
    is(left, 0, "each name is removed as it is listed");
    rewinddir(dir);
    while ((entry = readdir(dir)) != NULL) {
        left += number_of(entry) >= 0;
    }
    is(left, 0, "and none was left out");
}

int
main(void)
{
    DIR *dir;

    put("base", "");
    mkdir("d", 0755);
    chdir("d");
    make(0, 2);
    make(1, 2);
    dir = opendir(".");
    test_list(dir);
    test_seek(dir);
    test_change(dir);
    test_remove(dir);
    closedir(dir);
    chdir("..");
    is(links_of("base"), 1, "no name of the file is left, but one");
    is(rmdir("d"), 0, "the directory is empty");
    return done();
}
