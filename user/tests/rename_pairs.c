/*
 * rename_pairs.c: rename of every kind of file to every other, without a flag,
 * with RENAME_NOREPLACE and with RENAME_EXCHANGE.
 *
 * A row has a word for each of the new names: `moved' (the new name is the
 * file's, the old one is gone), `same' (success, and nothing changed),
 * `swapped', or the error, and then nothing changed.
 */
#include "names.h"

/*
 * The world:  f and h, one file        e, an empty directory
 *             d, with d/s in it         lf -> f, ld -> d, ln -> no
 */
static const char *const news[] = {
    "no", "no/", "f", "h", "f/", "e", "e/", "d", "d/s", "d/s/no", "lf", "ln",
    "ld", "ld/", "d/.", "d/s/..",
};

struct row {
    const char *old;
    unsigned flags;
    const char *want;
};

static const struct row rows[] = {
    { "no", 0,
        "ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT "
        "ENOENT ENOENT ENOENT ENOENT ENOENT EBUSY EBUSY" },
    { "f", 0,
        "moved ENOTDIR same same ENOTDIR EISDIR ENOTDIR EISDIR EISDIR "
        "moved moved moved moved ENOTDIR EBUSY EBUSY" },
    { "f/", 0,
        "ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR "
        "ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "e", 0,
        "moved moved ENOTDIR ENOTDIR ENOTDIR same same ENOTEMPTY moved "
        "moved ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "e/", 0,
        "moved moved ENOTDIR ENOTDIR ENOTDIR same same ENOTEMPTY moved "
        "moved ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "d", 0,
        "moved moved ENOTDIR ENOTDIR ENOTDIR moved moved same EINVAL "
        "EINVAL ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "d/s", 0,
        "moved moved ENOTDIR ENOTDIR ENOTDIR moved moved ENOTEMPTY same "
        "EINVAL ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "lf", 0,
        "moved ENOTDIR moved moved ENOTDIR EISDIR ENOTDIR EISDIR EISDIR "
        "moved same moved moved ENOTDIR EBUSY EBUSY" },
    { "ln", 0,
        "moved ENOTDIR moved moved ENOTDIR EISDIR ENOTDIR EISDIR EISDIR "
        "moved moved same moved ENOTDIR EBUSY EBUSY" },
    { "ld", 0,
        "moved ENOTDIR moved moved ENOTDIR EISDIR ENOTDIR EISDIR EISDIR "
        "moved moved moved same ENOTDIR EBUSY EBUSY" },
    { "ld/", 0,
        "ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR "
        "ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "d/.", 0,
        "EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY "
        "EBUSY EBUSY EBUSY EBUSY EBUSY" },
    { "no", RENAME_NOREPLACE,
        "ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT "
        "ENOENT ENOENT ENOENT ENOENT ENOENT EEXIST EEXIST" },
    { "f", RENAME_NOREPLACE,
        "moved ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "f/", RENAME_NOREPLACE,
        "ENOTDIR ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "e", RENAME_NOREPLACE,
        "moved moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "e/", RENAME_NOREPLACE,
        "moved moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "d", RENAME_NOREPLACE,
        "moved moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "EINVAL EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "d/s", RENAME_NOREPLACE,
        "moved moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "EINVAL EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "lf", RENAME_NOREPLACE,
        "moved ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "ln", RENAME_NOREPLACE,
        "moved ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "ld", RENAME_NOREPLACE,
        "moved ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "moved EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "ld/", RENAME_NOREPLACE,
        "ENOTDIR ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST "
        "ENOTDIR EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST" },
    { "d/.", RENAME_NOREPLACE,
        "EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY "
        "EBUSY EBUSY EBUSY EBUSY EBUSY" },
    { "no", RENAME_EXCHANGE,
        "ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT ENOENT "
        "ENOENT ENOENT ENOENT ENOENT ENOENT EBUSY EBUSY" },
    { "f", RENAME_EXCHANGE,
        "ENOENT ENOENT same same ENOTDIR swapped swapped swapped swapped "
        "ENOENT swapped swapped swapped ENOTDIR EBUSY EBUSY" },
    { "f/", RENAME_EXCHANGE,
        "ENOENT ENOENT ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR "
        "ENOTDIR ENOENT ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "e", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR same same swapped swapped "
        "ENOENT swapped swapped swapped ENOTDIR EBUSY EBUSY" },
    { "e/", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR same same swapped swapped "
        "ENOENT swapped swapped swapped ENOTDIR EBUSY EBUSY" },
    { "d", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR swapped swapped same EINVAL "
        "ENOENT swapped swapped swapped ENOTDIR EBUSY EBUSY" },
    { "d/s", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR swapped swapped EINVAL same "
        "ENOENT swapped swapped swapped ENOTDIR EBUSY EBUSY" },
    { "lf", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR swapped swapped swapped "
        "swapped ENOENT same swapped swapped ENOTDIR EBUSY EBUSY" },
    { "ln", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR swapped swapped swapped "
        "swapped ENOENT swapped same swapped ENOTDIR EBUSY EBUSY" },
    { "ld", RENAME_EXCHANGE,
        "ENOENT ENOENT swapped swapped ENOTDIR swapped swapped swapped "
        "swapped ENOENT swapped swapped same ENOTDIR EBUSY EBUSY" },
    { "ld/", RENAME_EXCHANGE,
        "ENOENT ENOENT ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOTDIR "
        "ENOTDIR ENOENT ENOTDIR ENOTDIR ENOTDIR ENOTDIR EBUSY EBUSY" },
    { "d/.", RENAME_EXCHANGE,
        "EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY EBUSY "
        "EBUSY EBUSY EBUSY EBUSY EBUSY" },
};

/* Make what is not there. */
static void
build(void)
{
    link("h", "f");
    mknod("f", S_IFREG | 0644, 0);
    link("f", "h");
    mkdir("e", 0755);
    mkdir("d", 0755);
    mkdir("d/s", 0755);
    symlink("f", "lf");
    symlink("d", "ld");
    symlink("no", "ln");
}

static const char *
without_slash(const char *name, char *plain)
{
    size_t n = strlen(name);

    strcpy(plain, name);
    if (name[n - 1] == '/') {
        plain[n - 1] = '\0';
    }
    return plain;
}

/* Rename, print the result, and rename back. */
static const char *
outcome(const char *with_old, const char *with_new, unsigned flags)
{
    char old[16], new[16];
    struct stat old_was = stat_of(without_slash(with_old, old));
    struct stat new_was = stat_of(without_slash(with_new, new));
    int result = renameat2(AT_FDCWD, with_old, AT_FDCWD, with_new, flags);
    const char *error = result == 0 ? NULL : errno_name(errno);
    struct stat old_is = stat_of(old), new_is = stat_of(new);

    if (old_is.st_ino == old_was.st_ino && new_is.st_ino == new_was.st_ino
        && old_is.st_nlink == old_was.st_nlink
        && new_is.st_nlink == new_was.st_nlink) {
        return error != NULL ? error : "same";
    }
    if (error != NULL || new_is.st_ino != old_was.st_ino) {
        return "lost";
    }
    if (old_is.st_ino == 0) {
        rename(new, old);
        build();
        return "moved";
    }
    if (old_is.st_ino == new_was.st_ino) {
        renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_EXCHANGE);
        return "swapped";
    }
    return "copied";
}

static const char *
row_of(const char *old, unsigned flags)
{
    static char row[400];

    row[0] = '\0';
    for (int i = 0; i < COUNT_OF(news); i++) {
        snprintf(row + strlen(row), sizeof(row) - strlen(row), "%s%s",
            i == 0 ? "" : " ", outcome(old, news[i], flags));
    }
    return row;
}

int
main(void)
{
    static const char *const how[] = { "", ", not to replace",
        ", to exchange" };
    char name[80];

    build();
    for (int i = 0; i < COUNT_OF(rows); i++) {
        snprintf(name, sizeof(name), "%s to each%s", rows[i].old,
            how[rows[i].flags]);
        is_str(row_of(rows[i].old, rows[i].flags), rows[i].want, name);
    }
    static const char *const all[] = { "f", "h", "lf", "ld", "ln", "e", "d/s",
        "d" };
    for (int i = 0; i < COUNT_OF(all); i++) {
        remove(all[i]);
    }
    return done();
}
