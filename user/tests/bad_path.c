/*
 * bad_path.c: calls that take a path get a bad pointer, a path without a NUL
 * before the end of memory, or an empty one.
 */
#include "badptr.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

enum { NR_mount = 165, NR_umount2 = 166 };

#define F (-EFAULT)
#define N (-ENOENT)

static struct stat st;
static struct statx stx;
static struct statfs sfs;

/* The read-only page is full of zeros: an empty path. */
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
    { "creat", NR_creat, { 0, 0644 }, 0, F, N, F },
    { "link from", NR_link, { 0, P("new") }, 0, F, N, F },
    { "link to", NR_link, { P("file"), 0 }, 1, F, N, F },
    { "linkat from", NR_linkat, { AT_FDCWD, 0, AT_FDCWD, P("new") }, 1, F, N,
        F },
    { "linkat to", NR_linkat, { AT_FDCWD, P("file"), AT_FDCWD, 0 }, 3, F, N,
        F },
    { "symlink to", NR_symlink, { 0, P("new") }, 0, F, N, F },
    { "symlink", NR_symlink, { P("file"), 0 }, 1, F, N, F },
    { "symlinkat", NR_symlinkat, { P("file"), AT_FDCWD, 0 }, 2, F, N, F },
    { "readlink", NR_readlink, { 0, P(&st), 16 }, 0, F, N, F },
    { "readlinkat", NR_readlinkat, { AT_FDCWD, 0, P(&st), 16 }, 1, F, N, F },
    { "rename from", NR_rename, { 0, P("new") }, 0, F, N, F },
    { "rename to", NR_rename, { P("file"), 0 }, 1, F, N, F },
    { "renameat2 from", NR_renameat2, { AT_FDCWD, 0, AT_FDCWD, P("new") }, 1,
        F, N, F },
    { "renameat2 to", NR_renameat2, { AT_FDCWD, P("file"), AT_FDCWD, 0 }, 3,
        F, N, F },
    { "chmod", NR_chmod, { 0, 0644 }, 0, F, N, F },
    { "fchmodat", NR_fchmodat, { AT_FDCWD, 0, 0644 }, 1, F, N, F },
    { "chown", NR_chown, { 0, 1, 1 }, 0, F, N, F },
    { "lchown", NR_lchown, { 0, 1, 1 }, 0, F, N, F },
    { "fchownat", NR_fchownat, { AT_FDCWD, 0, 1, 1 }, 1, F, N, F },
    { "utimensat", NR_utimensat, { AT_FDCWD, 0, 0 }, 1, F, N, F },
    { "truncate", NR_truncate, { 0, 4 }, 0, F, N, F },
    { "mount to", NR_mount, { P("file"), 0, 0, MS_BIND }, 1, F, N, F },
    { "umount2", NR_umount2, { 0, 0 }, 0, F, N, F },
    { "mknod", NR_mknod, { 0, S_IFREG | 0644 }, 0, F, N, F },
    { "mknodat", NR_mknodat, { AT_FDCWD, 0, S_IFREG | 0644 }, 1, F, N, F },
    { "faccessat", NR_faccessat, { AT_FDCWD, 0, F_OK }, 1, F, N, F },
    { "faccessat2", NR_faccessat2, { AT_FDCWD, 0, F_OK }, 1, F, N, F },
    { "statx", NR_statx, { AT_FDCWD, 0, 0, 0x7ff, P(&stx) }, 1, F, N, F },
    { "statfs", NR_statfs, { 0, P(&sfs) }, 0, F, N, F },
    { "execve", NR_execve, { 0, 0, 0 }, 0, F, N, F },
};

/* A path may end with the very last byte before the hole. */
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
    close(open("file", O_WRONLY | O_CREAT, 0644));
    bad_init();
    for (int i = 0; i < COUNT(calls); i++) {
        bad_test(&calls[i]);
    }
    test_edge();
    unlink("file");
    return done();
}
