/*
 * nonblock.c: with O_NONBLOCK nothing waits. A read of an empty pipe is EAGAIN,
 * a write takes what there is room for, and one of up to 4096 bytes goes whole
 * or not at all.
 */
#include "ends.h"

#define FAILED 100000

static char buf[2 * CAPACITY];

static void
is(const char *what, long expected, long result)
{
    static char text[100];

    snprintf(text, sizeof(text), "%s (100000 + errno, if it fails)", what);
    lab_check("PI-5", text, (unsigned long)expected,
              (unsigned long)(result < 0 ? FAILED + errno : result));
}

static void
all(void)
{
    int ends[2];
    unsigned long room = lab_between(1, PIECE - 1);

    make_pipe(ends);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    is("a read of an empty pipe", FAILED + EAGAIN, read(ends[0], buf, 1));
    is("a read of nothing", 0, read(ends[0], buf, 0));
    is("a write of nothing", 0, write(ends[1], buf, 0));
    is("a write of more than fits", CAPACITY,
       write(ends[1], buf, sizeof(buf)));
    is("a write to a full pipe", FAILED + EAGAIN, write(ends[1], buf, 1));
    is("a large write to a full pipe", FAILED + EAGAIN,
       write(ends[1], buf, sizeof(buf)));
    is("a read", (long)room, read(ends[0], buf, room));
    is("a small write that does not fit whole", FAILED + EAGAIN,
       write(ends[1], buf, room + 1));
    is("one that fits", (long)room, write(ends[1], buf, room));
    is("a read of all", CAPACITY, read(ends[0], buf, sizeof(buf)));
    is("a read of an empty pipe", FAILED + EAGAIN, read(ends[0], buf, 1));
    close(ends[1]);
    is("a read at the end of file", 0, read(ends[0], buf, 1));
    close(ends[0]);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < 4; i++) {
        pid_t pid = lab_fork();
        if (pid == 0) {
            all();
            _exit(0);
        }
        ends_well("PI-5", "calls with O_NONBLOCK return in time", pid, SOON);
    }
    lab_done();
}
