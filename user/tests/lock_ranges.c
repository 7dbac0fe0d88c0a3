/*
 * Locks of ranges by fcntl: how those of one process merge and are cut, which
 * bytes a struct flock means, and what is refused.
 */
#include "locks.h"

static const struct step {
    int type;
    long start, length;
    const char *then;
} steps[] = {
    { F_WRLCK, 10, 10, "w10-19 " },
    { F_WRLCK, 30, 10, "w10-19 w30-39 " },
    { F_WRLCK, 20, 5, "w10-24 w30-39 " },           /* touches: grows */
    { F_WRLCK, 25, 5, "w10-39 " },                  /* joins two */
    { F_RDLCK, 20, 10, "w10-19 r20-29 w30-39 " },   /* cuts in three */
    { F_RDLCK, 15, 10, "w10-14 r15-29 w30-39 " },
    { F_RDLCK, 25, 10, "w10-14 r15-34 w35-39 " },
    { F_UNLCK, 20, 5, "w10-14 r15-19 r25-34 w35-39 " },
    { F_UNLCK, 12, 1, "w10-11 w13-14 r15-19 r25-34 w35-39 " },
    { F_RDLCK, 0, 0, "r0-end " },                   /* swallows all */
    { F_UNLCK, 50, 0, "r0-49 " },
    { F_WRLCK, 49, 2, "r0-48 w49-50 " },
    { F_UNLCK, 0, 1, "r1-48 w49-50 " },
    { F_UNLCK, 48, 2, "r1-47 w50-50 " },
    { F_WRLCK, 60, 0, "r1-47 w50-50 w60-end " },
    { F_WRLCK, 51, 9, "r1-47 w50-end " },
    { F_UNLCK, 70, 10, "r1-47 w50-69 w80-end " },
    { F_WRLCK, 1, 47, "w1-47 w50-69 w80-end " },    /* changes one */
    { F_RDLCK, 55, 1, "w1-47 w50-54 r55-55 w56-69 w80-end " },
    { F_UNLCK, 90, 5, "w1-47 w50-54 r55-55 w56-69 w80-89 w95-end " },
    { F_UNLCK, 0, 0, "" },
    { F_UNLCK, 0, 0, "" },
};

static const struct span {
    int whence;
    long start, length;
    const char *is;
} spans[] = {
    { SEEK_CUR, 5, 5, "w45-49 " },
    { SEEK_CUR, -5, 5, "w35-39 " },
    { SEEK_END, -10, 5, "w90-94 " },
    { SEEK_END, 0, 0, "w100-end " },
    { SEEK_SET, 20, -5, "w15-19 " },
    { SEEK_SET, 5, -5, "w0-4 " },
    { SEEK_CUR, 0, -40, "w0-39 " },
    { SEEK_SET, 1000, 1, "w1000-1000 " },
    { SEEK_SET, 0x7fffffffffffffff, 1, "w9223372036854775807-end " },
    { SEEK_SET, 0x7ffffffffffffff0, 15,
      "w9223372036854775792-9223372036854775806 " },
};

static const struct wrong {
    int type, whence;
    long start, length;
    long error;
    const char *name;
} wrong[] = {
    { 3, SEEK_SET, 0, 0, EINVAL, "a type that is none" },
    { -1, SEEK_SET, 0, 0, EINVAL, "a negative type" },
    { F_WRLCK, 3, 0, 0, EINVAL, "a whence that is none" },
    { F_WRLCK, -1, 0, 0, EINVAL, "a negative whence" },
    { F_WRLCK, SEEK_SET, -1, 1, EINVAL, "a start before the file" },
    { F_WRLCK, SEEK_CUR, -41, 1, EINVAL, "a start before it, from here" },
    { F_WRLCK, SEEK_SET, 5, -6, EINVAL, "a length that reaches before it" },
    { F_WRLCK, SEEK_END, 0x7fffffffffffffff, 1, EOVERFLOW, "a start too far" },
    { F_WRLCK, SEEK_SET, 2, 0x7fffffffffffffff, EOVERFLOW, "an end too far" },
    { F_UNLCK, SEEK_SET, 2, 0x7fffffffffffffff, EOVERFLOW,
      "the same, to unlock" },
};

static void
test_errors(int fd)
{
    int reads = open(THE_FILE, O_RDONLY), writes = open(THE_FILE, O_WRONLY);
    struct flock flock = { F_UNLCK, SEEK_SET, 0, 0, 0 };

    for (int i = 0; i < (int)(sizeof(wrong) / sizeof(wrong[0])); i++) {
        const struct wrong *w = &wrong[i];
        is(lock(fd, F_SETLK, w->type, w->whence, w->start, w->length),
           -w->error, w->name);
    }
    is(lock(fd, F_GETLK, F_WRLCK, 7, 0, 0), -EINVAL, "F_GETLK: a bad whence");
    is(raw(NR_fcntl, fd, F_GETLK, P(&flock), 0), -EINVAL,
       "F_GETLK of no lock");
    is(set(reads, F_WRLCK, 0, 1), -EBADF, "a write lock, open for reading");
    is(set(writes, F_RDLCK, 0, 1), -EBADF, "a read lock, open for writing");
    is(set(reads, F_RDLCK, 0, 1), 0, "a read lock, open for reading");
    is(set(writes, F_WRLCK, 0, 1), 0, "a write lock, open for writing");
    is(set(reads, F_UNLCK, 0, 1), 0, "either may unlock");
    is(lock(reads, F_GETLK, F_WRLCK, SEEK_SET, 0, 1), 0, "or ask");
    is(set(99, F_WRLCK, 0, 1), -EBADF, "no such descriptor");
    is(raw(NR_fcntl, fd, F_SETLK, 8, 0), -EFAULT, "a bad address");
    is(raw(NR_fcntl, fd, F_GETLK, 8, 0), -EFAULT, "or to write to");
    close(reads);
    close(writes);
}

int
main(void)
{
    int fd = the_file(O_RDWR);
    char name[80];

    for (int i = 0; i < (int)(sizeof(steps) / sizeof(steps[0])); i++) {
        long result = set(fd, steps[i].type, steps[i].start, steps[i].length);
        snprintf(name, sizeof(name), "%ld: %s", result, steps[i].then);
        is_str(mine(), steps[i].then, name);
    }
    lseek(fd, 40, SEEK_SET);
    for (int i = 0; i < (int)(sizeof(spans) / sizeof(spans[0])); i++) {
        const struct span *s = &spans[i];
        long result = lock(fd, F_SETLK, F_WRLCK, s->whence, s->start,
                           s->length);
        snprintf(name, sizeof(name), "%ld: %s", result, s->is);
        is_str(mine(), s->is, name);
        set(fd, F_UNLCK, 0, 0);
    }
    test_errors(fd);
    is_str(mine(), "", "no lock is left");
    return done();
}
