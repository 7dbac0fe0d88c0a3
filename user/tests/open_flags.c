/*
 * open_flags.c: O_NOFOLLOW and O_DIRECTORY, alone, together, and with
 * O_CREAT and O_EXCL, for every kind of file.
 */
#include "names.h"

static const char *const kinds[] = { "file", "dir", "to-file", "to-dir",
    "dangling", "loop", "none", "to-file/", "to-dir/", "to-dir/in", "dir/.",
    "none/" };

struct row {
    const char *name;
    int flags;
    const char *want;
};

static const struct row rows[] = {
    { "no flag", 0,
        "ok ok ok ok ENOENT ELOOP ENOENT ENOTDIR ok ok ok ENOENT" },
    { "O_NOFOLLOW", O_NOFOLLOW,
        "ok ok ELOOP ELOOP ELOOP ELOOP ENOENT ENOTDIR ok ok ok ENOENT" },
    { "O_DIRECTORY", O_DIRECTORY,
        "ENOTDIR ok ENOTDIR ok ENOENT ELOOP ENOENT ENOTDIR ok ENOTDIR ok "
        "ENOENT" },
    { "both", O_NOFOLLOW | O_DIRECTORY,
        "ENOTDIR ok ENOTDIR ENOTDIR ENOTDIR ENOTDIR ENOENT ENOTDIR ok "
        "ENOTDIR ok ENOENT" },
    { "to write", O_WRONLY,
        "ok EISDIR ok EISDIR ENOENT ELOOP ENOENT ENOTDIR EISDIR ok EISDIR "
        "ENOENT" },
    { "to write, O_NOFOLLOW", O_WRONLY | O_NOFOLLOW,
        "ok EISDIR ELOOP ELOOP ELOOP ELOOP ENOENT ENOTDIR EISDIR ok EISDIR "
        "ENOENT" },
    { "to write, O_DIRECTORY", O_WRONLY | O_DIRECTORY,
        "ENOTDIR EISDIR ENOTDIR EISDIR ENOENT ELOOP ENOENT ENOTDIR EISDIR "
        "ENOTDIR EISDIR ENOENT" },
    { "O_TRUNC to read", O_RDONLY | O_TRUNC | O_NOFOLLOW,
        "ok EISDIR ELOOP ELOOP ELOOP ELOOP ENOENT ENOTDIR EISDIR ok EISDIR "
        "ENOENT" },
    { "O_CREAT", O_WRONLY | O_CREAT,
        "ok EISDIR ok EISDIR made ELOOP made EISDIR EISDIR ok EISDIR "
        "EISDIR" },
    { "O_CREAT and O_NOFOLLOW", O_WRONLY | O_CREAT | O_NOFOLLOW,
        "ok EISDIR ELOOP ELOOP ELOOP ELOOP made EISDIR EISDIR ok EISDIR "
        "EISDIR" },
    { "O_CREAT and O_EXCL", O_WRONLY | O_CREAT | O_EXCL,
        "EEXIST EEXIST EEXIST EEXIST EEXIST EEXIST made EISDIR EISDIR "
        "EEXIST EEXIST EISDIR" },
    { "O_CREAT and O_DIRECTORY", O_RDONLY | O_CREAT | O_DIRECTORY,
        "EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL "
        "EINVAL EINVAL EINVAL" },
};

static const char *
row_of(int flags)
{
    static char row[200];

    row[0] = '\0';
    for (int i = 0; i < COUNT_OF(kinds); i++) {
        int fd = open(kinds[i], flags, 0600);
        const char *word = fd < 0 ? errno_name(errno)
            : exists("none")      ? "made"
                                  : "ok";
        close(fd);
        unlink("none");
        strcat(row, word);
        strcat(row, i + 1 < COUNT_OF(kinds) ? " " : "");
    }
    return row;
}

int
main(void)
{
    int fd;

    mkdir("dir", 0755);
    put("dir/in", "in");
    put("file", "text");
    symlink("file", "to-file");
    symlink("dir", "to-dir");
    symlink("none", "dangling");
    symlink("loop", "loop");
    for (int i = 0; i < COUNT_OF(rows); i++) {
        is_str(row_of(rows[i].flags), rows[i].want, rows[i].name);
    }
    fails(open("", O_CREAT | O_DIRECTORY, 0600), EINVAL,
        "flags come before the path");
    fd = open("dir", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    is(fcntl(fd, F_GETFL) & (O_DIRECTORY | O_NOFOLLOW),
        O_DIRECTORY | O_NOFOLLOW, "F_GETFL tells both");
    is(openat(fd, "in", O_RDONLY | O_NOFOLLOW), fd + 1, "openat with a flag");
    close(fd + 1);
    close(fd);
    fd = creat("file", 0600);
    is(stat_of("file").st_size, 0, "creat empties a file");
    is(mode_of("file"), 0644, "whose mode stays");
    is(write(fd, "x", 1), 1, "to write");
    fails(read(fd, &fd, 1), EBADF, "only");
    return done();
}
