/*
 * dir_collide.c: names that have the same hash in Tine's directories (key_of in
 * kernel/fs/entry.c) are names like all others: none hides or replaces another,
 * and a listing has each once.
 */
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

/* Found by trying 32 million. */
static const char *const pair[][2] = {
    { "QPompvKjAfYi6N", "Z1UaYMkN6Xs651" },
    { "xHt0KdMqCdmSgs", "G9UZ7EhH3LeZ__" },
    { "Qb78PifcWkz8qj", "t48pMh1wOz_5q9" },
    { "1ed6X07Q5Z5Fqk", "z3URkO1b1ZL2qR" },
    { "WhQZSRpqhTjfpj", "XSSuucwRwQEBkP" },
    { "f3KxHHsThNsLdM", "PmuoCunegjXFx4" },
    { "vp5QvQvSCEbkJd", "U8J2MbfgYc8ul_" },
    { "YTykAEIe-_eXom", "NjSK0U4dqeAKqs" },
};
#define PAIRS ((int)(sizeof(pair) / sizeof(pair[0])))

static ino_t
make(const char *name)
{
    struct stat st = { 0 };

    close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644));
    stat(name, &st);
    return st.st_ino;
}

/* => the number that the name leads to; 0: there is none */
static ino_t
find(const char *name)
{
    struct stat st = { 0 };

    return stat(name, &st) == 0 ? st.st_ino : 0;
}

/* => how many names of this column are listed once; and how many others are */
static int
listed(int column, int *others)
{
    int seen[PAIRS] = { 0 }, good = 0;
    DIR *dir = opendir(".");
    struct dirent *entry;

    *others = 0;
    while ((entry = readdir(dir)) != NULL) {
        int found = 0;
        for (int i = 0; i < PAIRS; i++) {
            found |= strcmp(entry->d_name, pair[i][column]) == 0;
            seen[i] += strcmp(entry->d_name, pair[i][column]) == 0;
        }
        *others += !found && entry->d_name[0] != '.';
    }
    closedir(dir);
    for (int i = 0; i < PAIRS; i++) {
        good += seen[i] == 1;
    }
    return good;
}

int
main(void)
{
    ino_t ino[PAIRS][2];
    int good, others;

    mkdir("d", 0755);
    chdir("d");
    for (int i = 0; i < PAIRS; i++) {
        ino[i][0] = make(pair[i][0]);
        ino[i][1] = make(pair[i][1]);
    }
    good = 0;
    for (int i = 0; i < PAIRS; i++) {
        good += ino[i][0] != ino[i][1] && find(pair[i][0]) == ino[i][0]
            && find(pair[i][1]) == ino[i][1];
    }
    is(good, PAIRS, "each name leads to its file");
    is(listed(0, &others), PAIRS, "each is listed once");
    is(others, PAIRS, "so is each other one");
    good = 0;
    for (int i = 0; i < PAIRS; i++) {
        good += unlink(pair[i][0]) == 0 && find(pair[i][0]) == 0
            && find(pair[i][1]) == ino[i][1];
    }
    is(good, PAIRS, "the second stays when the first goes");
    is(listed(1, &others), PAIRS, "and is listed");
    is(others, 0, "alone");
    good = 0;
    for (int i = 0; i < PAIRS; i++) {
        make(pair[i][0]);
        good += rename(pair[i][1], pair[i][0]) == 0
            && find(pair[i][0]) == ino[i][1] && find(pair[i][1]) == 0;
    }
    is(good, PAIRS, "one takes the other's place");
    good = 0;
    for (int i = 0; i < PAIRS; i++) {
        good += rename(pair[i][0], pair[i][1]) == 0
            && find(pair[i][1]) == ino[i][1] && find(pair[i][0]) == 0;
    }
    is(good, PAIRS, "and gets its own name back");
    good = 0;
    for (int i = 0; i < PAIRS; i++) {
        good += unlink(pair[i][1]) == 0;
    }
    is(good, PAIRS, "all are removed");
    chdir("..");
    is(rmdir("d"), 0, "nothing is left");
    return done();
}
