/*
 * user_shares.c: of locks on files and of pseudo-terminals, a user may have half
 * and no more; an eighth is kept for root; and what ends makes room again.
 *
 * expect:
 * ok 1 - pseudo-terminals: a user has half
 * ok 2 - another user gets some, too
 * ok 3 - but an eighth is root's
 * ok 4 - all are back
 * ok 5 - locks: a user has half
 * ok 6 - another user gets some, too
 * ok 7 - but an eighth is root's
 * ok 8 - all are back
 * 1..8
 */
#include "../tap.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { PTYS = 64, LOCKS = 8192, EACH = 128, SPARE = 2 };

static int
open_ptys(void)
{
    int count = 0;

    while (open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0) {
        count++;
    }
    return errno == ENOSPC ? count : -1;
}

/* In several files, as each lock looks at all of its file's. */
static int
take_locks(void)
{
    int count = 0;

    for (int i = 0; i < LOCKS / EACH; i++) {
        char name[16];
        snprintf(name, sizeof(name), "file%d", i);
        int fd = open(name, O_RDWR);
        for (long at = 0; at < EACH; at++) {
            struct flock lock = { .l_type = F_RDLCK, .l_start = 2 * at,
                .l_len = 1 };
            if (fcntl(fd, F_SETLK, &lock) < 0) {
                return errno == ENOLCK ? count : -1;
            }
            count++;
        }
    }
    return count;
}

/* A process of the user takes all it can, and keeps it until `hold` ends.
 * => how many */
static int
take_as(uid_t uid, int (*take)(void), const int hold[2])
{
    int told[2], count = -1;
    char c;

    pipe(told);
    if (fork() == 0) {
        close(hold[1]);
        setuid(uid);
        count = take();
        write(told[1], &count, sizeof(count));
        read(hold[0], &c, 1);
        _exit(0);
    }
    read(told[0], &count, sizeof(count));
    close(told[0]);
    close(told[1]);
    return count;
}

static void
test(int (*take)(void), int limit, int spare, const char *half)
{
    int hold[2], again[2];

    pipe(hold);
    int first = take_as(1000, take, hold);
    int second = take_as(2000, take, hold);
    int root = take_as(0, take, hold);
    ok(first <= limit / 2 && first >= limit / 2 - spare, half);
    int rest = limit / 8 * 3;
    ok(second <= rest && second >= rest - spare, "another user gets some, too");
    ok(root >= limit / 8 - spare, "but an eighth is root's");
    close(hold[0]);
    close(hold[1]);
    while (wait(NULL) > 0) {
    }
    pipe(again);
    ok(take_as(1000, take, again) == first, "all are back");
    close(again[0]);
    close(again[1]);
    wait(NULL);
}

int
main(void)
{
    for (int i = 0; i < LOCKS / EACH; i++) {
        char name[16];
        snprintf(name, sizeof(name), "file%d", i);
        close(open(name, O_CREAT | O_RDWR, 0666));
        chmod(name, 0666);
    }
    chmod(".", 0777);
    test(open_ptys, PTYS, 0, "pseudo-terminals: a user has half");
    test(take_locks, LOCKS, SPARE, "locks: a user has half");
    return done();
}
