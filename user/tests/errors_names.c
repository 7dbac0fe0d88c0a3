/*
 * errors_names.c: each error of link, symlink, readlink and rename, as the
 * manual pages list them; and if two apply, which one the call returns.
 */
#include "errors.h"

#define NO 77 /* a descriptor that is not open */

static char long_name[300], long_path[4200], buf[64];

/* There are: file, empty, full/file, to-file -> file, to-dir -> full,
 * dangling -> none, loop -> loop; 5 is file, 6 is full. */
static const struct error_case link_cases[] = {
    { "link", "no old name", NR_link, { P("none"), P("new") }, ENOENT },
    { "link", "an empty old name", NR_link, { P(""), P("new") }, ENOENT },
    { "link", "an empty new name", NR_link, { P("file"), P("") }, ENOENT },
    { "link", "no directory for the new name", NR_link,
        { P("file"), P("none/new") }, ENOENT },
    { "link", "a file on the old path", NR_link, { P("file/x"), P("new") },
        ENOTDIR },
    { "link", "a file on the new path", NR_link, { P("file"), P("file/x") },
        ENOTDIR },
    { "link", "a slash behind the old name", NR_link,
        { P("file/"), P("new") }, ENOTDIR },
    { "link", "a slash behind the new name", NR_link,
        { P("file"), P("new/") }, ENOENT },
    { "link", "the new name is there", NR_link, { P("file"), P("file") },
        EEXIST },
    { "link", "it is a directory", NR_link, { P("file"), P("empty") },
        EEXIST },
    { "link", "it is a dangling link", NR_link,
        { P("file"), P("dangling") }, EEXIST },
    { "link", "it is a dot", NR_link, { P("file"), P("empty/.") }, EEXIST },
    { "link", "it is the root", NR_link, { P("file"), P("/") }, EEXIST },
    { "link", "a directory", NR_link, { P("empty"), P("new") }, EPERM },
    { "link", "a directory, to a name that is there", NR_link,
        { P("empty"), P("file") }, EEXIST },
    { "link", "nothing, to a name that is there", NR_link,
        { P("none"), P("file") }, ENOENT },
    { "link", "a long old name", NR_link, { P(long_name), P("new") },
        ENAMETOOLONG },
    { "link", "a long new name", NR_link, { P("file"), P(long_name) },
        ENAMETOOLONG },
    { "link", "a long new path", NR_link, { P("file"), P(long_path) },
        ENAMETOOLONG },
    { "link", "a loop on the old path", NR_link, { P("loop/x"), P("new") },
        ELOOP },
    { "link", "a loop on the new path", NR_link, { P("file"), P("loop/x") },
        ELOOP },
    { "linkat", "an odd flag", NR_linkat,
        { AT_FDCWD, P("none"), AT_FDCWD, P("new"), 1 }, EINVAL },
    { "linkat", "no old descriptor", NR_linkat,
        { NO, P("file"), AT_FDCWD, P("new"), 0 }, EBADF },
    { "linkat", "no new descriptor", NR_linkat,
        { AT_FDCWD, P("file"), NO, P("new"), 0 }, EBADF },
    { "linkat", "the old one is a file", NR_linkat,
        { 5, P("file"), AT_FDCWD, P("new"), 0 }, ENOTDIR },
    { "linkat", "the new one is a file", NR_linkat,
        { AT_FDCWD, P("file"), 5, P("new"), 0 }, ENOTDIR },
    { "linkat", "an empty old name", NR_linkat,
        { 5, P(""), AT_FDCWD, P("new"), 0 }, ENOENT },
    { "linkat", "a dangling link to follow", NR_linkat,
        { AT_FDCWD, P("dangling"), AT_FDCWD, P("new"), AT_SYMLINK_FOLLOW },
        ENOENT },
    { "linkat", "a link to a directory to follow", NR_linkat,
        { AT_FDCWD, P("to-dir"), AT_FDCWD, P("new"), AT_SYMLINK_FOLLOW },
        EPERM },
    { "linkat", "a loop to follow", NR_linkat,
        { AT_FDCWD, P("loop"), AT_FDCWD, P("new"), AT_SYMLINK_FOLLOW },
        ELOOP },
};

static const struct error_case symlink_cases[] = {
    { "symlink", "an empty target", NR_symlink, { P(""), P("new") },
        ENOENT },
    { "symlink", "an empty name", NR_symlink, { P("x"), P("") }, ENOENT },
    { "symlink", "the name is there", NR_symlink, { P("x"), P("file") },
        EEXIST },
    { "symlink", "it is a dangling link", NR_symlink,
        { P("x"), P("dangling") }, EEXIST },
    { "symlink", "it is a directory", NR_symlink, { P("x"), P("empty/") },
        EEXIST },
    { "symlink", "it is two dots", NR_symlink, { P("x"), P("empty/..") },
        EEXIST },
    { "symlink", "a slash behind it", NR_symlink, { P("x"), P("new/") },
        ENOENT },
    { "symlink", "no directory", NR_symlink, { P("x"), P("none/new") },
        ENOENT },
    { "symlink", "a file on the path", NR_symlink, { P("x"), P("file/new") },
        ENOTDIR },
    { "symlink", "a loop on the path", NR_symlink, { P("x"), P("loop/new") },
        ELOOP },
    { "symlink", "a long name", NR_symlink, { P("x"), P(long_name) },
        ENAMETOOLONG },
    { "symlink", "a long target", NR_symlink, { P(long_path), P("new") },
        ENAMETOOLONG },
    { "symlink", "no target and a name that is there", NR_symlink,
        { P(""), P("file") }, ENOENT },
    { "symlinkat", "no descriptor", NR_symlinkat, { P("x"), NO, P("new") },
        EBADF },
    { "symlinkat", "a file's", NR_symlinkat, { P("x"), 5, P("new") },
        ENOTDIR },
    { "readlink", "no name", NR_readlink, { P("none"), P(buf), 64 },
        ENOENT },
    { "readlink", "an empty name", NR_readlink, { P(""), P(buf), 64 },
        ENOENT },
    { "readlink", "a file", NR_readlink, { P("file"), P(buf), 64 }, EINVAL },
    { "readlink", "a directory", NR_readlink, { P("full"), P(buf), 64 },
        EINVAL },
    { "readlink", "a link with a slash behind", NR_readlink,
        { P("to-dir/"), P(buf), 64 }, EINVAL },
    { "readlink", "to a file", NR_readlink, { P("to-file/"), P(buf), 64 },
        ENOTDIR },
    { "readlink", "to nothing", NR_readlink, { P("dangling/"), P(buf), 64 },
        ENOENT },
    { "readlink", "a file on the path", NR_readlink,
        { P("file/x"), P(buf), 64 }, ENOTDIR },
    { "readlink", "a loop on the path", NR_readlink,
        { P("loop/x"), P(buf), 64 }, ELOOP },
    { "readlink", "a long name", NR_readlink, { P(long_name), P(buf), 64 },
        ENAMETOOLONG },
    { "readlink", "no room", NR_readlink, { P("to-file"), P(buf), 0 },
        EINVAL },
    { "readlink", "less than none", NR_readlink,
        { P("to-file"), P(buf), -1 }, EINVAL },
    { "readlink", "no room for nothing", NR_readlink,
        { P("none"), P(buf), 0 }, EINVAL },
    { "readlinkat", "no descriptor", NR_readlinkat,
        { NO, P("x"), P(buf), 64 }, EBADF },
    { "readlinkat", "a file's", NR_readlinkat, { 5, P("x"), P(buf), 64 },
        ENOTDIR },
    { "readlinkat", "an empty name in a directory", NR_readlinkat,
        { 6, P(""), P(buf), 64 }, ENOENT },
    { "readlinkat", "in a file", NR_readlinkat, { 5, P(""), P(buf), 64 },
        ENOENT },
};

static const struct error_case rename_cases[] = {
    { "rename", "no old name", NR_rename, { P("none"), P("new") }, ENOENT },
    { "rename", "an empty old name", NR_rename, { P(""), P("new") },
        ENOENT },
    { "rename", "an empty new name", NR_rename, { P("file"), P("") },
        ENOENT },
    { "rename", "no directory for the new name", NR_rename,
        { P("file"), P("none/x") }, ENOENT },
    { "rename", "a file on the old path", NR_rename, { P("file/x"), P("y") },
        ENOTDIR },
    { "rename", "a file on the new path", NR_rename, { P("full"), P("file/x") },
        ENOTDIR },
    { "rename", "a long old name", NR_rename, { P(long_name), P("x") },
        ENAMETOOLONG },
    { "rename", "a long new name", NR_rename, { P("file"), P(long_name) },
        ENAMETOOLONG },
    { "rename", "a long new path", NR_rename, { P("file"), P(long_path) },
        ENAMETOOLONG },
    { "rename", "a loop on the old path", NR_rename, { P("loop/x"), P("x") },
        ELOOP },
    { "rename", "a loop on the new path", NR_rename,
        { P("file"), P("loop/x") }, ELOOP },
    { "rename", "to another file system", NR_rename,
        { P("file"), P("/proc/new") }, EXDEV },
    { "rename", "nothing, to another", NR_rename,
        { P("none"), P("/proc/new") }, EXDEV },
    { "rename", "the root", NR_rename, { P("/"), P("/new") }, EBUSY },
    { "rename", "to the root", NR_rename, { P("/dev"), P("/") }, EBUSY },
    { "rename", "a dot", NR_rename, { P("."), P("new") }, EBUSY },
    { "rename", "to a dot", NR_rename, { P("empty"), P("full/.") }, EBUSY },
    { "rename", "two dots", NR_rename, { P("empty/.."), P("new") }, EBUSY },
    { "rename", "to two dots", NR_rename, { P("file"), P("..") }, EBUSY },
    { "renameat", "no old descriptor", NR_renameat,
        { NO, P("file"), AT_FDCWD, P("new") }, EBADF },
    { "renameat", "no new descriptor", NR_renameat,
        { AT_FDCWD, P("file"), NO, P("new") }, EBADF },
    { "renameat", "no new descriptor, nor the old path", NR_renameat,
        { AT_FDCWD, P("none/x"), NO, P("new") }, ENOENT },
    { "renameat", "the same, and the old path leads to a file", NR_renameat,
        { AT_FDCWD, P("file/x"), 1, 1 }, ENOTDIR },
    { "renameat", "no new descriptor, and no old file", NR_renameat,
        { AT_FDCWD, P("none"), NO, P("new") }, EBADF },
    { "renameat", "the old one is a file", NR_renameat,
        { 5, P("file"), AT_FDCWD, P("new") }, ENOTDIR },
    { "renameat", "the new one is a file", NR_renameat,
        { AT_FDCWD, P("file"), 5, P("new") }, ENOTDIR },
    { "renameat", "an empty name in a directory", NR_renameat,
        { 6, P(""), AT_FDCWD, P("new") }, ENOENT },
    { "renameat2", "an odd flag", NR_renameat2,
        { AT_FDCWD, P("none"), AT_FDCWD, P("new"), 1 << 20 }, EINVAL },
    { "renameat2", "not to replace, and to exchange", NR_renameat2,
        { AT_FDCWD, P("none"), AT_FDCWD, P("new"), 3 }, EINVAL },
    { "renameat2", "an odd flag and no descriptor", NR_renameat2,
        { NO, P("none"), AT_FDCWD, P("new"), 8 }, EINVAL },
    { "renameat2", "nothing to exchange with", NR_renameat2,
        { AT_FDCWD, P("file"), AT_FDCWD, P("new"), RENAME_EXCHANGE },
        ENOENT },
    { "renameat2", "not to replace what is there", NR_renameat2,
        { AT_FDCWD, P("file"), AT_FDCWD, P("empty"), RENAME_NOREPLACE },
        EEXIST },
    { "renameat2", "not to replace a dot", NR_renameat2,
        { AT_FDCWD, P("file"), AT_FDCWD, P("full/."), RENAME_NOREPLACE },
        EEXIST },
    { "renameat2", "to exchange a dot", NR_renameat2,
        { AT_FDCWD, P("."), AT_FDCWD, P("full"), RENAME_EXCHANGE }, EBUSY },
    { "renameat2", "nothing, not to replace what is there", NR_renameat2,
        { AT_FDCWD, P("none"), AT_FDCWD, P("file"), RENAME_NOREPLACE },
        ENOENT },
};

/* In a directory that was removed. */
static const struct error_case gone_cases[] = {
    { "link", "into a directory that is gone", NR_link,
        { P("../file"), P("new") }, ENOENT },
    { "link", "such a directory", NR_linkat,
        { AT_FDCWD, P(""), AT_FDCWD, P("../new"), AT_EMPTY_PATH }, EPERM },
    { "symlink", "in one", NR_symlink, { P("x"), P("new") }, ENOENT },
    { "rename", "into one", NR_rename, { P("../file"), P("new") }, ENOENT },
    { "rename", "out of one", NR_rename, { P("x"), P("../new") }, ENOENT },
    { "mknod", "in one", NR_mknod, { P("new"), S_IFREG | 0644 }, ENOENT },
};

int
main(void)
{
    memset(long_name, 'n', 256);
    memset(long_path, '/', 4096);
    put("file", "text");
    mkdir("empty", 0755);
    mkdir("full", 0755);
    put("full/file", "other");
    symlink("file", "to-file");
    symlink("full", "to-dir");
    symlink("none", "dangling");
    symlink("loop", "loop");
    dup2(open("file", O_RDONLY), 5);
    dup2(open("full", O_RDONLY), 6);
    ERROR_TABLE(link_cases);
    ERROR_TABLE(symlink_cases);
    ERROR_TABLE(rename_cases);
    ok(!exists("new") && !exists("none"), "none of them made a name");
    is(links_of("file"), 1, "or a link to the file");
    is_str(text_of("full/file"), "other", "or moved one");
    mkdir("gone", 0755);
    chdir("gone");
    rmdir("../gone");
    ERROR_TABLE(gone_cases);
    return done();
}
