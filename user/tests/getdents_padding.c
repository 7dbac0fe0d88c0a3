/*
 * getdents_padding.c: between a name's end and the next record there is
 * nothing: no byte of a longer name that was there before, or of the kernel.
 */
#include "names.h"

#include "raw.h"

struct entry {
    unsigned long ino;
    long off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

static _Alignas(8) char buf[8192];
static int records, dirty;

static void
look(int fd, long size)
{
    long n;

    records = dirty = 0;
    lseek(fd, 0, SEEK_SET);
    for (;;) {
        memset(buf, 0, sizeof(buf)); /* Linux leaves the padding as it is */
        n = raw(NR_getdents64, fd, P(buf), size, 0);
        if (n <= 0) {
            return;
        }
        for (long at = 0; at < n;) {
            struct entry *e = (struct entry *)(buf + at);
            for (long i = 19 + (long)strlen(e->name); i < e->reclen; i++) {
                dirty += buf[at + i] != 0;
            }
            at += e->reclen;
            records++;
        }
        for (long i = n; i < (long)sizeof(buf); i++) {
            dirty += buf[i] != 0;
        }
    }
}

int
main(void)
{
    char name[300];

    mkdir("d", 0755);
    chdir("d");
    /* of all lengths, the long ones first */
    for (int length = 64; length > 0; length--) {
        memset(name, 'a' + length % 26, length);
        name[length] = '\0';
        put(name, "");
    }
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    look(fd, sizeof(buf));
    is(records, 66, "all records in a large buffer");
    is(dirty, 0, "nothing behind their names");
    look(fd, 96);
    is(records, 66, "one after another in a small one");
    is(dirty, 0, "nothing behind their names");
    for (int length = 64; length > 0; length--) {
        memset(name, 'a' + length % 26, length);
        name[length] = '\0';
        unlink(name);
    }
    memset(name, 'z', 255);
    name[255] = '\0';
    put(name, "");
    look(fd, sizeof(buf));
    is(dirty, 0, "nor behind a name of 255 bytes");
    unlink(name);
    put("x", "");
    look(fd, sizeof(buf));
    is(records, 3, "the longest gives way to the shortest");
    is(dirty, 0, "of which nothing is left");
    unlink("x");
    close(fd);
    chdir("..");
    is(rmdir("d"), 0, "the directory is empty");
    return done();
}
