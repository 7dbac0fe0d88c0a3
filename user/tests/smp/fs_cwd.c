/*
 * fs_cwd.c: working directories are removed while processes use them. Such a
 * process can make nothing there, has no path, and can still go to `..`.
 *
 * seconds: 60
 */
#include "smp.h"
#include <fcntl.h>
#include <sys/stat.h>

enum { CHILDREN = 3, ROUNDS = 150 };

static struct gate *gate;

static int
or_gone(long result)
{
    return result >= 0 || errno == ENOENT;
}

/* Stand in the directory while it is removed. */
static int
stand(int number)
{
    char name[] = "x0", path[4096];
    int good = 1;

    name[1] += (char)number;
    for (int round = 0; round < ROUNDS; round++) {
        meet(gate, CHILDREN + 1); /* it is there */
        good &= chdir("in") == 0;
        meet(gate, CHILDREN + 1); /* now it goes */
        int fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
        good &= or_gone(fd);
        good &= or_gone((long)getcwd(path, sizeof(path)) - 1);
        if (fd >= 0) {
            good &= close(fd) == 0 && unlink(name) == 0;
        }
        good &= or_gone(mkdir(name, 0700));
        good &= or_gone(rmdir(name));
        meet(gate, CHILDREN + 1); /* it is gone */
        good &= mkdir(name, 0700) < 0 && errno == ENOENT;
        good &= getcwd(path, sizeof(path)) == NULL && errno == ENOENT;
        good &= chdir("..") == 0;
    }
    return good;
}

static int
remove_it(void)
{
    int good = 1;

    for (int round = 0; round < ROUNDS; round++) {
        good &= mkdir("in", 0700) == 0;
        meet(gate, CHILDREN + 1);
        meet(gate, CHILDREN + 1);
        while (rmdir("in") < 0) {
            good &= errno == ENOTEMPTY;
        }
        meet(gate, CHILDREN + 1);
    }
    return good;
}

int
main(void)
{
    pid_t pid[CHILDREN];
    int good = 0;

    gate = shared(sizeof(*gate));
    for (int i = 0; i < CHILDREN; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i);
            _exit(stand(i));
        }
    }
    ok(remove_it(), "a directory in which others stand is removed when empty");
    for (int i = 0; i < CHILDREN; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, CHILDREN, "nothing is made in it from then on");
    return done();
}
