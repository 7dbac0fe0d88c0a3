/*
 * thread_unmap_io.c: a thread unmaps, protects and maps again a buffer, while
 * another reads into it and writes from it. A call gives EFAULT or the bytes
 * that it moved. It never kills, and writes only bytes that the buffer had.
 *
 * seconds: 60
 */
#include "thread.h"

enum { PAGES = 6, CALLS = 150, LETTER = 'b' };
#define SIZE (PAGES * PAGE)

static char *buffer;
static volatile int stop;
static char out[SIZE];

static int
takes_away(void *arg)
{
    const long map[6] = { P(buffer), SIZE, RW, ANON | MAP_FIXED, -1, 0 };

    on_cpu(NUMBER(arg));
    for (int n = 0; !load(&stop); n++) {
        if (raw_v(NR_mmap, map) != P(buffer)) {
            return 1;
        }
        for (int i = 0; i < PAGES; i++) {
            memset(buffer + i * PAGE, LETTER, PAGE);
        }
        spin((unsigned)n % 50 * 100);
        if (n % 3 == 0) {
            raw(NR_mprotect, P(buffer + 2 * PAGE), 2 * PAGE, PROT_NONE, 0);
        } else {
            raw(NR_munmap, P(buffer + n % PAGES * PAGE), PAGE, 0, 0);
        }
        spin((unsigned)n % 30 * 100);
    }
    return 0;
}

/* => whether these bytes may have been in the buffer: what was written, what
 * a read put there, or nothing */
static int
known(const char *bytes, long count)
{
    for (long i = 0; i < count; i++) {
        if (bytes[i] != 0 && bytes[i] != LETTER && bytes[i] != 'f') {
            return 0;
        }
    }
    return 1;
}

static int
legal(long result)
{
    return result == -EFAULT || (result > 0 && result <= SIZE);
}

/* From the buffer to a pipe, and out of that into memory that stays. */
static int
from_buffer(int fds[2])
{
    long n = raw(NR_write, fds[1], P(buffer), SIZE, 0);
    long have = n > 0 ? raw(NR_read, fds[0], P(out), n, 0) : 0;

    return legal(n) && (n < 0 || have == n) && known(out, have);
}

static int
into_buffer(int fd)
{
    raw(8, fd, 0, SEEK_SET, 0); /* lseek */
    return legal(raw(NR_read, fd, P(buffer), SIZE, 0));
}

/* Through a pipe: only bytes that the call could not store may be lost. */
static int
pipe_into_buffer(int fds[2])
{
    memset(out, 'f', 2 * PAGE);
    raw(NR_write, fds[1], P(out), 2 * PAGE, 0);
    long n = raw(NR_read, fds[0], P(buffer + PAGE), 2 * PAGE, 0);
    long left = n > 0 ? 2 * PAGE - n : 2 * PAGE;
    int good = legal(n);

    while (left > 0 && good) { /* what is there must come out */
        long got = raw(NR_read, fds[0], P(out), left, 0);
        good = got > 0 && known(out, got);
        left -= got;
    }
    return good;
}

int
main(void)
{
    int fds[2], good[3] = { 0 };

    buffer = must_map(SIZE, MAP_PRIVATE);
    memset(out, 'f', sizeof(out));
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, out, sizeof(out));
    pipe(fds);
    on_cpu(0);
    pid_t thread = thread_start(0, takes_away, ARG(1));
    for (int n = 0; n < CALLS; n++) {
        good[0] += from_buffer(fds);
        good[1] += into_buffer(fd);
        good[2] += pipe_into_buffer(fds);
    }
    store(&stop, 1);
    is(good[0], CALLS, "write from a buffer that comes and goes");
    is(good[1], CALLS, "read of a file into it");
    is(good[2], CALLS, "read of a pipe into it");
    is(code_of(thread), 0, "the thread that unmaps it comes to its end");
    close(fd);
    unlink("file");
    return done();
}
