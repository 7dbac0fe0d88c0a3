/*
 * console_hog.c: a write of 1 GiB to the console: others run meanwhile, and a
 * signal ends it. The bytes are such that the console shows none of them.
 *
 *   console_hog typed   only the write; for a terminal, where ^C is typed
 *
 * expect:
 * ok 1 - others run meanwhile
 * ok 2 - it goes on
 * ok 3 - a signal ends it
 * 1..3
 */
#include "../tap.h"

#include <fcntl.h>
#include <sys/uio.h>

#define PARTS 1024

static char text[1 << 20];

static void
hog(int told)
{
    static struct iovec parts[PARTS];
    int fd = open("/dev/console", O_WRONLY | O_NOCTTY);

    memset(text, '\r', sizeof(text));
    for (int i = 0; i < PARTS; i++) {
        parts[i] = (struct iovec){text, sizeof(text)};
    }
    write(told, "begins\n", 7);
    writev(fd, parts, PARTS);
    _exit(3);
}

int
main(int argc, char **argv)
{
    int ends[2], status = 0;
    char byte;

    if (argc > 1 && strcmp(argv[1], "typed") == 0) {
        hog(STDOUT_FILENO);
    }
    pipe(ends);
    pid_t pid = fork();
    if (pid == 0) {
        hog(ends[1]);
    }
    ok(read(ends[0], &byte, 1) == 1, "others run meanwhile");
    nap(20);
    is(waitpid(pid, &status, WNOHANG), 0, "it goes on");
    kill(pid, SIGINT);
    waitpid(pid, &status, 0);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "a signal ends it");
    return done();
}
