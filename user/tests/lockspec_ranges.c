/*
 * lockspec_ranges.c: the record locks of one process: how ranges join, split
 * and replace each other, how they are named, what F_GETLK tells, which
 * conflict, and errors.
 * seconds: 25
 */
#include "lockspec_partner.h"
#include "names.h"

#define LONGEST 0x7fffffffffffffffL

static int fd;

static void
test_ranges(void)
{
    is_str(map_of("file"), "................", "no locks");
    is(lock(fd, READ_LOCK, 2, 4), 0, "to read");
    is_str(map_of("file"), "..rrrr..........", "from a byte, so many");
    is(lock(fd, WRITE_LOCK, 8, 2), 0, "to write");
    is_str(map_of("file"), "..rrrr..ww......", "two locks");
    is(lock(fd, WRITE_LOCK, 4, 5), 0, "over both");
    is_str(map_of("file"), "..rrwwwwww......", "the last one holds");
    is(lock(fd, NO_LOCK, 5, 2), 0, "release the middle");
    is_str(map_of("file"), "..rrw..www......", "which splits it");
    is(lock(fd, READ_LOCK, 8, 1), 0, "to read, within");
    is_str(map_of("file"), "..rrw..wrw......", "splits it, too");
    is(lock(fd, NO_LOCK, 11, 3), 0, "release what is not locked");
    is_str(map_of("file"), "..rrw..wrw......", "changes nothing");
    is(lock(fd, READ_LOCK, 0, MAP), 0, "one over all");
    is_str(map_of("file"), "rrrrrrrrrrrrrrrr", "replaces all");
    is(lock(fd, NO_LOCK, 3, 0), 0, "release from a byte on");
    is_str(map_of("file"), "rrr.............", "to the end");
    is(lock(fd, WRITE_LOCK, 10, 0), 0, "length 0: to the end of all files");
    is_str(map_of("file"), "rrr.......wwwwww", "however long they become");
    is(lock(fd, NO_LOCK, 12, 1), 0, "a hole in that");
    is_str(map_of("file"), "rrr.......ww.www", "splits it");
    is(lock(fd, NO_LOCK, 0, 0), 0, "release all");
    is_str(map_of("file"), "................", "no locks");
    for (int i = 0; i < MAP; i += 2) {
        lock(fd, WRITE_LOCK, i, 1);
    }
    is_str(map_of("file"), "w.w.w.w.w.w.w.w.", "many");
    for (int i = 1; i < MAP; i += 2) {
        lock(fd, i % 4 == 1 ? WRITE_LOCK : READ_LOCK, i, 1);
    }
    is_str(map_of("file"), "wwwrwwwrwwwrwwwr", "between each two, one more");
    lock(fd, NO_LOCK, 0, 0);
}

static void
test_names(void)
{
    struct lock wanted = { WRITE_LOCK, SEEK_CUR, -2, 3, 0 };
    lseek(fd, 5, SEEK_SET);
    is(lock_raw(fd, F_SETLK, &wanted), 0, "from where one is");
    is_str(map_of("file"), "...www..........", "back two bytes");
    lseek(fd, 0, SEEK_SET);
    is_str(map_of("file"), "...www..........", "it does not go along");
    lock(fd, NO_LOCK, 0, 0);
    wanted.whence = SEEK_END;
    wanted.start = -3;
    wanted.length = 2;
    is(lock_raw(fd, F_SETLK, &wanted), 0, "from the end of ten bytes");
    is_str(map_of("file"), ".......ww.......", "back three");
    write(fd, "0123456789abc", 13);
    is_str(map_of("file"), ".......ww.......", "a longer file moves none");
    ftruncate(fd, 10);
    lock(fd, NO_LOCK, 0, 0);
    is(lock(fd, WRITE_LOCK, 8, -3), 0, "a negative length");
    is_str(map_of("file"), ".....www........", "is what is before");
    lock(fd, NO_LOCK, 0, 0);
    is(lock(fd, WRITE_LOCK, 12, 2), 0, "behind the end");
    is_str(map_of("file"), "............ww..", "can be locked");
    lock(fd, NO_LOCK, 0, 0);
}

static void
test_told(void)
{
    struct partner other = partner("file");
    struct lock found = { WRITE_LOCK, SEEK_SET, 0, 0, 77 };
    is(lock_raw(fd, F_GETLK, &found), 0, "F_GETLK of what nobody locked");
    ok(found.type == NO_LOCK, "says so");
    ok(found.whence == SEEK_SET && found.start == 0 && found.length == 0,
        "and leaves the range");
    lock(fd, WRITE_LOCK, 0, 4);
    found.type = WRITE_LOCK;
    lock_raw(fd, F_GETLK, &found);
    ok(found.type == NO_LOCK, "one's own locks are not told");
    lock(fd, NO_LOCK, 0, 0);
    ask(&other, 'l', READ_LOCK, 5, 3);
    struct lock asked = { WRITE_LOCK, SEEK_END, -8, 6, 0 };
    is(lock_raw(fd, F_GETLK, &asked), 0, "F_GETLK of what another locked");
    ok(asked.type == READ_LOCK, "to read");
    ok(asked.whence == SEEK_SET && asked.start == 5 && asked.length == 3,
        "where, from the start of the file");
    ok(asked.pid == other.pid, "and who");
    struct lock fits = { READ_LOCK, SEEK_SET, 0, 0, 0 };
    lock_raw(fd, F_GETLK, &fits);
    ok(fits.type == NO_LOCK, "two may read");
    ask(&other, 'l', NO_LOCK, 0, 0);
    ask(&other, 'l', WRITE_LOCK, 9, 0);
    struct lock last = { READ_LOCK, SEEK_SET, 0, 0, 0 };
    lock_raw(fd, F_GETLK, &last);
    ok(last.type == WRITE_LOCK && last.start == 9 && last.length == 0,
        "to the end of all files is length 0");
    struct lock before = { READ_LOCK, SEEK_SET, 0, 9, 0 };
    lock_raw(fd, F_GETLK, &before);
    ok(before.type == NO_LOCK, "what ends before it is free");
    part(&other);
    lock_raw(fd, F_GETLK, &last);
    ok(last.type == NO_LOCK, "its owner has ended: it is free");
}

static void
test_conflicts(void)
{
    struct partner other = partner("file");
    is(lock(fd, READ_LOCK, 0, 8), 0, "one reads");
    is(ask(&other, 'l', READ_LOCK, 4, 8), 0, "another reads, too");
    returns(lock(fd, WRITE_LOCK, 0, 8), -EAGAIN, "what both read none writes");
    is_str(map_of("file"), "rrrrrrrr????....", "nothing has changed");
    is(lock(fd, WRITE_LOCK, 0, 4), 0, "but one's own part");
    returns(ask(&other, 'l', READ_LOCK, 3, 1), -EAGAIN, "it is one's own");
    returns(ask(&other, 'l', WRITE_LOCK, 3, 1), -EAGAIN, "for each kind");
    is(ask(&other, 'l', WRITE_LOCK, 8, 4), 0, "the other's own part is its");
    returns(ask(&other, 'l', WRITE_LOCK, 0, 0), -EAGAIN, "all of it is not");
    is(ask(&other, 'l', NO_LOCK, 0, 0), 0, "to release never fails");
    is_str(map_of("file"), "wwwwrrrr........", "and releases no one else's");
    lock(fd, NO_LOCK, 0, 0);
    is(ask(&other, 'l', WRITE_LOCK, 0, 0), 0, "now all of it is free");
    returns(lock(fd, READ_LOCK, LONGEST, 1), -EAGAIN, "to the last byte");
    part(&other);
}

static void
test_errors(void)
{
    int reader = open("file", O_RDONLY), writer = open("file", O_WRONLY);
    int path = open("file", O_PATH);
    struct lock odd = { 3, SEEK_SET, 0, 0, 0 };
    returns(lock(reader, WRITE_LOCK, 0, 1), -EBADF, "to write, open to read");
    returns(lock(writer, READ_LOCK, 0, 1), -EBADF, "to read, open to write");
    is(lock(reader, READ_LOCK, 0, 1), 0, "to read, open to read");
    is(lock(writer, WRITE_LOCK, 0, 1), 0, "to write, open to write");
    is(lock(reader, NO_LOCK, 0, 0), 0, "any descriptor releases");
    returns(lock(path, READ_LOCK, 0, 1), -EBADF, "O_PATH");
    returns(lock(999, READ_LOCK, 0, 1), -EBADF, "what is not open");
    returns(lock_raw(fd, F_SETLK, &odd), -EINVAL, "no such kind");
    odd.type = -1;
    returns(lock_raw(fd, F_SETLK, &odd), -EINVAL, "kind -1");
    odd.type = NO_LOCK;
    returns(lock_raw(fd, F_GETLK, &odd), -EINVAL, "F_GETLK of no lock");
    odd.type = READ_LOCK;
    odd.whence = 3;
    returns(lock_raw(fd, F_SETLK, &odd), -EINVAL, "from nowhere");
    returns(lock(fd, READ_LOCK, -1, 1), -EINVAL, "before the start");
    returns(lock(fd, READ_LOCK, 2, -3), -EINVAL, "to before the start");
    is(lock(fd, READ_LOCK, 2, -2), 0, "to the start");
    is(lock(fd, READ_LOCK, LONGEST, 1), 0, "the last byte there can be");
    returns(lock(fd, READ_LOCK, LONGEST, 2), -EOVERFLOW, "and one more");
    returns(lock(fd, READ_LOCK, 2, LONGEST), -EOVERFLOW, "or as many");
    odd.whence = SEEK_END;
    odd.start = LONGEST;
    returns(lock_raw(fd, F_SETLK, &odd), -EOVERFLOW, "beyond from the end");
    returns(raw(NR_fcntl, fd, F_SETLK, 1, 0), -EFAULT, "at a bad place");
    returns(raw(NR_fcntl, fd, F_GETLK, 1, 0), -EFAULT, "to ask, too");
    is_str(map_of("file"), "rr..............", "the good ones were set");
    lock(fd, NO_LOCK, 0, 0);
    close(reader);
    close(writer);
    close(path);
}

int
main(void)
{
    put("file", "0123456789");
    fd = open("file", O_RDWR);
    test_ranges();
    test_names();
    test_told();
    test_conflicts();
    test_errors();
    close(fd);
    unlink("file");
    return done();
}
