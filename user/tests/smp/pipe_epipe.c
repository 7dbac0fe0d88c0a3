/*
 * pipe_epipe.c: the last reader closes while writers on other processors write
 * or wait: each dies of SIGPIPE, or gets EPIPE if it ignores that. The last
 * writer closes: each waiting reader sees the end of file.
 *
 * seconds: 60
 */
#include "smp.h"

enum { ROUNDS = 60, CROWD = 4, STEP = 300 };

static char block[8192];

/* Write until that fails; => 1 if it fails with EPIPE */
static int
write_forever(int fd)
{
    for (;;) {
        ssize_t n = write(fd, block, sizeof(block));
        if (n < 0) {
            return errno == EPIPE;
        }
    }
}

/* => whether this writer ended as it should */
static int
ended(pid_t pid, int ignores)
{
    int status = 0;

    if (waitpid(pid, &status, 0) != pid) {
        return 0;
    }
    return ignores ? WIFEXITED(status) && WEXITSTATUS(status) == 1
                   : WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE;
}

static int
reader_goes(int round)
{
    pid_t pid[CROWD];
    int fds[2], good = 0;

    pipe(fds);
    for (int i = 0; i < CROWD; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            signal(SIGPIPE, i % 2 ? SIG_IGN : SIG_DFL);
            close(fds[0]);
            on_cpu(1 + i);
            _exit(write_forever(fds[1]));
        }
    }
    close(fds[1]);
    for (int i = 0; i < round % 4; i++) {
        read(fds[0], block, sizeof(block));
    }
    spin(round * STEP);
    close(fds[0]);
    for (int i = 0; i < CROWD; i++) {
        good += ended(pid[i], i % 2);
    }
    return good == CROWD;
}

static int
writer_goes(int round)
{
    pid_t pid[CROWD];
    int fds[2], good = 0;

    pipe(fds);
    for (int i = 0; i < CROWD; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            char c;
            int n = 0;
            close(fds[1]);
            on_cpu(1 + i);
            while (read(fds[0], &c, 1) == 1) {
                n++;
            }
            _exit(n);
        }
    }
    close(fds[0]);
    spin(round * STEP);
    write(fds[1], block, (size_t)round % 50);
    close(fds[1]);
    for (int i = 0; i < CROWD; i++) {
        good += code_of(pid[i]);
    }
    return good == round % 50;
}

int
main(void)
{
    int readers = 0, writers = 0;

    on_cpu(0);
    for (int round = 0; round < ROUNDS; round++) {
        readers += reader_goes(round);
        writers += writer_goes(round);
    }
    is(readers, ROUNDS, "no reader left: SIGPIPE or EPIPE for each writer");
    is(writers, ROUNDS, "no writer left: the rest, then the end for all");
    ok(no_child(), "all have been waited for");
    return done();
}
