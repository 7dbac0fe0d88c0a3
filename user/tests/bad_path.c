/*
 * bad_path.c: calls that take a path, given one that is not there, that has
 * no end before the end, or that is empty.
 */
#include "badptr.h"

#include <fcntl.h>
#include <sys/stat.h>

#define F (-EFAULT)
#define N (-ENOENT)

static struct stat st;

/* A page only to read is full of zeros: an empty path. */
static const struct bad_call calls[] = {
    { "open", NR_open, { 0, O_RDONLY }, 0, F, N, F },
    { "open to create", NR_open, { 0, O_CREAT | O_RDWR, 0644 }, 0, F, N, F },
    { "openat", NR_openat, { AT_FDCWD, 0, O_RDONLY }, 1, F, N, F },
    { "stat", NR_stat, { 0, P(&st) }, 0, F, N, F },
    { "lstat", NR_lstat, { 0, P(&st) }, 0, F, N, F },
    { "newfstatat", NR_newfstatat, { AT_FDCWD, 0, P(&st) }, 1, F, N, F },
    { "access", NR_access, { 0, F_OK }, 0, F, N, F },
    { "chdir", NR_chdir, { 0 }, 0, F, N, F },
    { "mkdir", NR_mkdir, { 0, 0755 }, 0, F, N, F },
    { "mkdirat", NR_mkdirat, { AT_FDCWD, 0, 0755 }, 1, F, N, F },
    { "rmdir", NR_rmdir, { 0 }, 0, F, N, F },
    { "unlink", NR_unlink, { 0 }, 0, F, N, F },
    { "unlinkat", NR_unlinkat, { AT_FDCWD, 0, 0 }, 1, F, N, F },
    { "execve", NR_execve, { 0, 0, 0 }, 0, F, N, F },
};

/* A path that ends with the very last byte before the hole is good. */
static void
test_edge(void)
{
    char *path = bad_edge - 5;

    memcpy(path, "/dev", 5);
    is(raw(NR_stat, P(path), P(&st), 0, 0), 0, "a path just before the end");
    ok(S_ISDIR(st.st_mode), "is read");
    is(raw(NR_open, P(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0), 3,
        "open of it");
    path[4] = '/';
    is(raw(NR_stat, P(path), P(&st), 0, 0), F, "with no zero behind it");
    memset(bad_page, '/', 4096);
    is(raw(NR_stat, P(bad_page), P(&st), 0, 0), -ENAMETOOLONG,
        "a page of slashes: too long");
    is(raw(NR_stat, P(bad_page + 1), P(&st), 0, 0), F,
        "one byte less: no end");
    bad_edge[-1] = 0;
    is(raw(NR_stat, P(bad_page), P(&st), 0, 0), 0, "with an end: the root");
}

int
main(void)
{
    bad_init();
    for (int i = 0; i < COUNT(calls); i++) {
        bad_test(&calls[i]);
    }
    test_edge();
    return done();
}
