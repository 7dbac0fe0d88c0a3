/*
 * user_shares.c: of locks on files, pseudo-terminals, what epolls watch, System
 * V's objects and names, a user may have half and no more; an eighth is kept
 * for root; and what ends makes room again.
 *
 * seconds: 20
 * expect:
 * ok 1 - pseudo-terminals: a user has half
 * ok 2 - another user gets some, too
 * ok 3 - but an eighth is root's
 * ok 4 - all are back
 * ok 5 - locks: a user has half
 * ok 6 - another user gets some, too
 * ok 7 - but an eighth is root's
 * ok 8 - all are back
 * ok 9 - what epolls watch: a user has half
 * ok 10 - another user gets some, too
 * ok 11 - but an eighth is root's
 * ok 12 - all are back
 * ok 13 - segments: a user has half
 * ok 14 - another user gets some, too
 * ok 15 - but an eighth is root's
 * ok 16 - all are back
 * ok 17 - sets of semaphores: a user has half
 * ok 18 - another user gets some, too
 * ok 19 - but an eighth is root's
 * ok 20 - all are back
 * ok 21 - semaphores: a user has half
 * ok 22 - another user gets some, too
 * ok 23 - but an eighth is root's
 * ok 24 - all are back
 * ok 25 - names: a user has half
 * ok 26 - another user gets some, too
 * ok 27 - but an eighth is root's
 * ok 28 - all are back
 * 1..28
 */
#include "../tap.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

enum {
    PTYS = 64, LOCKS = 8192, EACH = 128, SPARE = 2, OBJECTS = 1024, SET = 32000,
    WATCHES = 16384, EPOLLS = 64, OTHERS = 2000, /* names, and frames */
};

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

static int
take_segments(void)
{
    int count = 0;

    while (shmget(IPC_PRIVATE, 1, 0600) >= 0) {
        count++;
    }
    return errno == ENOSPC ? count : -1;
}

static int
take_sets(void)
{
    int count = 0;

    while (semget(IPC_PRIVATE, 1, 0600) >= 0) {
        count++;
    }
    return errno == ENOSPC ? count : -1;
}

static int
take_names(void)
{
    int count = 0;
    char name[32];

    while (snprintf(name, sizeof(name), "%d-%d", (int)getuid(), count),
           symlink(".", name) == 0) {
        count++;
    }
    return errno == ENOSPC ? count : -1;
}

static void
drop_names(int user)
{
    char name[32];
    int i = 0;

    while (snprintf(name, sizeof(name), "%d-%d", user, i++),
           unlink(name) == 0) {
    }
}

/* Who holds them ends, and they do not. */
static void
drop_objects(void)
{
    drop_names(0);
    drop_names(1000);
    drop_names(2000);
    for (int i = 0; i < OBJECTS; i++) {
        struct shmid_ds segment;
        struct semid_ds set;
        int id = shmctl(i, SHM_STAT, &segment);
        if (id >= 0) {
            shmctl(id, IPC_RMID, NULL);
        }
        id = semctl(i, 0, SEM_STAT, &set);
        if (id >= 0) {
            semctl(id, 0, IPC_RMID);
        }
    }
}

/* In sets as large as may be. */
static int
take_semaphores(void)
{
    int count = 0;

    while (semget(IPC_PRIVATE, SET, 0600) >= 0) {
        count += SET;
    }
    return errno == ENOSPC ? count : -1;
}

/* Each epoll watches each pipe. */
static int
take_watches(void)
{
    int count = 0, ends[2], epolls[EPOLLS];
    struct epoll_event event = { .events = EPOLLIN };

    for (int i = 0; i < EPOLLS; i++) {
        epolls[i] = epoll_create1(0);
    }
    for (int n = 0; n < WATCHES / EPOLLS; n++) {
        if (n % 2 == 0) {
            pipe(ends);
        }
        for (int i = 0; i < EPOLLS; i++) {
            if (epoll_ctl(epolls[i], EPOLL_CTL_ADD, ends[n % 2], &event) < 0) {
                return errno == ENOSPC ? count : -1;
            }
            count++;
        }
    }
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
    drop_objects();
    pipe(again);
    ok(take_as(1000, take, again) == first, "all are back");
    close(again[0]);
    close(again[1]);
    wait(NULL);
    drop_objects();
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
    test(take_watches, WATCHES, 0, "what epolls watch: a user has half");
    test(take_segments, OBJECTS, 0, "segments: a user has half");
    test(take_sets, OBJECTS, 0, "sets of semaphores: a user has half");
    struct sysinfo info;
    sysinfo(&info);
    test(take_semaphores, 8 * SET, SET, "semaphores: a user has half");
    test(take_names, (int)(info.totalram / 4096 + OTHERS) / 2, OTHERS,
        "names: a user has half");
    return done();
}
