/*
 * statfs.c: the fields that statfs gives are consistent, and the same for every
 * path and descriptor on one file system.
 */
#include "names.h"

#include <sys/statfs.h>

static void
test_plain(void)
{
    struct statfs s, t;
    int fd;

    memset(&s, 0x55, sizeof(s));
    is(statfs(".", &s), 0, "statfs of a directory");
    ok(s.f_type != 0, "a kind");
    ok(s.f_bsize >= 512 && (s.f_bsize & (s.f_bsize - 1)) == 0,
        "blocks of a power of two");
    ok(s.f_frsize >= 512 && s.f_frsize <= s.f_bsize, "or pieces of them");
    is(s.f_namelen, 255, "names of 255 bytes");
    ok(s.f_blocks > 0 && s.f_bfree <= s.f_blocks, "some of them free");
    ok(s.f_bavail <= s.f_bfree, "not all for everybody");
    ok(s.f_ffree <= s.f_files, "room for names, of which some are free");
    is(s.f_flags & ST_RDONLY, 0, "to be written");
    is(s.f_spare[0] | s.f_spare[1] | s.f_spare[2] | s.f_spare[3], 0,
        "and nothing else");
    put("file", "text");
    symlink("file", "link");
    fd = open("file", O_RDONLY);
    is(fstatfs(fd, &t), 0, "fstatfs of a file in it");
    ok(t.f_type == s.f_type && t.f_bsize == s.f_bsize
            && t.f_blocks == s.f_blocks
            && memcmp(&t.f_fsid, &s.f_fsid, sizeof(t.f_fsid)) == 0,
        "is the same file system");
    memset(&t, 0, sizeof(t));
    is(statfs("link", &t), 0, "statfs follows a link");
    ok(t.f_type == s.f_type && t.f_blocks == s.f_blocks, "to the same");
    is(unlink("file"), 0, "the file is removed");
    is(fstatfs(fd, &t), 0, "who has it open may ask");
    fails(statfs("link", &t), ENOENT, "who has a name may not");
    unlink("link");
    close(fd);
}

static void
test_others(void)
{
    struct statfs s;
    int ends[2];

    is(statfs("/proc", &s), 0, "statfs of /proc");
    is(s.f_type, PROC_SUPER_MAGIC, "which is a kind of its own");
    is(s.f_blocks, 0, "without blocks");
    is(s.f_namelen, 255, "names of 255 bytes");
    is(statfs("/proc/self", &s), 0, "of a process in it");
    is(s.f_type, PROC_SUPER_MAGIC, "the same");
    pipe(ends);
    is(fstatfs(ends[0], &s), 0, "fstatfs of a pipe");
    is(s.f_type, PIPEFS_MAGIC, "is of a kind that has no name");
    is(statfs("/dev/null", &s), 0, "of a device: where its name is");
    ok(s.f_type != PROC_SUPER_MAGIC, "not in /proc");
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    test_plain();
    test_others();
    return done();
}
