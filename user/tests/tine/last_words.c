/*
 * last_words.c: process 1 ends, so the kernel panics, while others keep the
 * channel to the host busy on all processors. A host test must be able to read
 * the panic.
 *
 * expect:
 * not process 1
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void
write_on(void)
{
    char line[256];
    int fd = open("/dev/run/stderr", O_WRONLY);

    memset(line, 'x', sizeof(line));
    for (;;) {
        write(fd, line, sizeof(line));
    }
}

int
main(void)
{
    struct timespec a_while = {.tv_nsec = 30000000};

    if (getpid() != 1) {
        printf("not process 1\n");
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            write_on();
        }
    }
    nanosleep(&a_while, NULL);
    return 3;
}
