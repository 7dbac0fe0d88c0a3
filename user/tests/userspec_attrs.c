/*
 * userspec_attrs.c: who may change mode, owner, group, times and size of a
 * file, and which changes take away the set-user-ID and set-group-ID bits.
 */
#include "userspec.h"

static const struct user both = { 1000, 1000, 2000 };

static int
owned(const char *name, unsigned uid, unsigned gid)
{
    struct stat st = stat_of(name);

    return st.st_uid == uid && st.st_gid == gid;
}

static void
test_chmod(void)
{
    file_of(&student, "file", 0644);
    returns(as(&other, NR_chmod, P("file"), 0600, 0, 0), -EPERM,
        "chmod by a stranger");
    is(mode_of("file"), 0644, "changes nothing");
    is(as(&student, NR_chmod, P("file"), 0400, 0, 0), 0, "by the owner");
    is(mode_of("file"), 0400, "changes it");
    is(as(&student, NR_chmod, P("file"), 0600, 0, 0), 0,
        "whatever the mode was");
    is(as(&root, NR_chmod, P("file"), 04755, 0, 0), 0, "by root");
    is(mode_of("file"), 04755, "changes it");
    is(as(&student, NR_chmod, P("file"), 06755, 0, 0), 0,
        "set-ID bits by the owner");
    is(mode_of("file"), 06755, "who is of its group");
    chown("file", 1000, 2000);
    is(as(&student, NR_chmod, P("file"), 06755, 0, 0), 0,
        "by an owner who is not of its group");
    is(mode_of("file"), 04755, "S_ISGID is left out without a word");
    is(as(&both, NR_chmod, P("file"), 06755, 0, 0), 0,
        "by one who is, by a further group");
    is(mode_of("file"), 06755, "it is set");
    directory_of(&student, "dir", 0755);
    returns(as(&other, NR_chmod, P("dir"), 0777, 0, 0), -EPERM,
        "a directory by a stranger");
    is(as(&student, NR_chmod, P("dir"), 01777, 0, 0), 0, "by its owner");
    is(mode_of("dir"), 01777, "sticky, too");
    rmdir("dir");
    unlink("file");
}

static void
test_chown(void)
{
    file_of(&student, "file", 0644);
    returns(as(&student, NR_chown, P("file"), 1001, -1, 0), -EPERM,
        "a file cannot be given away");
    returns(as(&other, NR_chown, P("file"), 1001, -1, 0), -EPERM,
        "nor taken");
    returns(as(&student, NR_chown, P("file"), -1, 2000, 0), -EPERM,
        "nor given to a group one is not in");
    returns(as(&both, NR_chown, P("file"), 1001, 2000, 0), -EPERM,
        "nor to a user by the way");
    ok(owned("file", 1000, 1000), "it is whose it was");
    is(as(&both, NR_chown, P("file"), -1, 2000, 0), 0,
        "but to a group one is in");
    ok(owned("file", 1000, 2000), "it is");
    is(as(&student, NR_chown, P("file"), -1, 1000, 0), 0,
        "and to one's own");
    is(as(&student, NR_chown, P("file"), 1000, 1000, 0), 0,
        "and as it is");
    const struct user stranger = { 1001, 2000, 1000 };
    returns(as(&stranger, NR_chown, P("file"), -1, 2000, 0), -EPERM,
        "a stranger gives it to no group");
    chmod("file", 06755);
    is(as(&both, NR_chown, P("file"), -1, 2000, 0), 0, "a program");
    is(mode_of("file"), 0755, "loses both bits");
    chmod("file", 02745);
    is(as(&both, NR_chown, P("file"), -1, 1000, 0), 0,
        "S_ISGID without S_IXGRP");
    is(mode_of("file"), 02745, "stays for one of the group");
    is(as(&root, NR_chown, P("file"), 1001, 1001, 0), 0, "root gives all");
    ok(owned("file", 1001, 1001), "to anyone");
    unlink("file");
}

static long
set_times(const struct user *who, const struct timespec *times)
{
    return as(who, NR_utimensat, AT_FDCWD, P("file"), P(times), 0);
}

static void
test_times(void)
{
    static const struct timespec past[2] = { { 1000, 0 }, { 2000, 0 } };
    static const struct timespec now[2] = {
        { 0, 0x3fffffff }, { 0, 0x3fffffff },
    };
    static const struct timespec one[2] = { { 0, 0x3fffffff }, { 5, 0 } };
    static const struct timespec omit[2] = {
        { 0, 0x3ffffffe }, { 0, 0x3ffffffe },
    };
    file_of(&student, "file", 0646);
    returns(set_times(&other, past), -EPERM, "a stranger sets no times");
    is(set_times(&other, NULL), 0, "but to now, if he may write");
    is(set_times(&other, now), 0, "both of them");
    returns(set_times(&other, one), -EPERM, "not one of them");
    is(set_times(&other, omit), 0, "or none");
    chmod("file", 0644);
    returns(set_times(&other, NULL), -EACCES, "not if he may not write");
    returns(set_times(&other, now), -EACCES, "in either way");
    is(set_times(&other, omit), 0, "none, still");
    chmod("file", 0);
    is(set_times(&student, past), 0, "the owner sets them");
    ok(stat_of("file").st_mtim.tv_sec == 2000, "they are set");
    is(set_times(&student, NULL), 0, "and to now, whatever the mode");
    unlink("file");
}

static void
test_size(void)
{
    file_of(&student, "file", 0644);
    returns(as(&other, NR_truncate, P("file"), 1, 0, 0), -EACCES,
        "truncate by who may not write");
    is(stat_of("file").st_size, 4, "changes nothing");
    is(as(&student, NR_truncate, P("file"), 1, 0, 0), 0, "by who may");
    is(stat_of("file").st_size, 1, "does");
    chmod("file", 0400);
    returns(as(&student, NR_truncate, P("file"), 0, 0, 0), -EACCES,
        "not by an owner who may not");
    is(as(&root, NR_truncate, P("file"), 0, 0, 0), 0, "but by root");
    unlink("file");
}

static int
writes(void *name)
{
    int fd = (int)raw(NR_open, P(name), O_WRONLY, 0, 0);
    return raw(NR_write, fd, P("x"), 1, 0) == 1 ? 7 : 1;
}

static int
writes_nothing(void *name)
{
    int fd = (int)raw(NR_open, P(name), O_WRONLY, 0, 0);
    return raw(NR_write, fd, P("x"), 0, 0) == 0 ? 7 : 1;
}

/* Who writes to a program that runs as another takes that away from it. */
static void
test_write(void)
{
    file_of(&student, "file", 06777);
    exited(all_as(&other, writes_nothing, "file"), 7, "a write of 0 bytes");
    is(mode_of("file"), 06777, "changes no bits");
    exited(all_as(&other, writes, "file"), 7, "a stranger writes");
    is(mode_of("file"), 0777, "both bits are gone");
    chmod("file", 06777);
    exited(all_as(&student, writes, "file"), 7, "the owner writes");
    is(mode_of("file"), 0777, "they are gone, too");
    chmod("file", 06777);
    exited(all_as(&root, writes, "file"), 7, "root writes");
    is(mode_of("file"), 06777, "they stay");
    chmod("file", 02767);
    exited(all_as(&student, writes, "file"), 7, "S_ISGID without S_IXGRP");
    is(mode_of("file"), 02767, "stays");
    chmod("file", 06777);
    is(as(&student, NR_truncate, P("file"), 1, 0, 0), 0, "truncate");
    is(mode_of("file"), 0777, "takes them");
    chmod("file", 06777);
    is(as(&student, NR_open, P("file"), O_WRONLY | O_TRUNC, 0, 0), 0,
        "O_TRUNC");
    is(mode_of("file"), 0777, "takes them");
    unlink("file");
}

/* By an open descriptor the same rights are asked. */
static int
by_descriptor(void *fd)
{
    int file = *(int *)fd;
    return raw(NR_fchmod, file, 0777, 0, 0) == -EPERM
        && raw(NR_fchown, file, 1001, -1, 0) == -EPERM
        && raw(NR_ftruncate, file, 0, 0, 0) == 0 ? 7 : 1;
}

static void
test_descriptors(void)
{
    file_of(&student, "file", 0600);
    int fd = open("file", O_RDWR);
    exited(all_as(&other, by_descriptor, &fd), 7,
        "a stranger who has it open writes, but changes no mode or owner");
    is(mode_of("file"), 0600, "they are as they were");
    close(fd);
    unlink("file");
}

int
main(void)
{
    enter_work();
    test_chmod();
    test_chown();
    test_times();
    test_size();
    test_write();
    test_descriptors();
    leave_work();
    return done();
}
