/*
 * fs_truncate.c: a file is emptied and written anew again and again while
 * others read it, map it and write from the mapping. They get what was written,
 * or zeros, or nothing: never bytes of another file or process.
 *
 * seconds: 60
 */
#include "smp.h"
#include <fcntl.h>

enum { READERS = 3, ROUNDS = 150, PAGES = 6 };

static char page[PAGE];

static int
write_anew(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        int fd = open("file", O_WRONLY | O_TRUNC);
        memset(page, 'a' + round % 26, PAGE);
        if (round % 2 == 0) { /* a hole */
            lseek(fd, PAGE, SEEK_SET);
        }
        for (int n = 0; n < PAGES; n++) {
            if (write(fd, page, PAGE) != PAGE) {
                return 0;
            }
        }
        close(fd);
    }
    return 1;
}

/* Copy a page of the mapping through a pipe: where the file has ended, that is
 * EFAULT, not a signal. */
static int
through(int fds[2], const char *at)
{
    long n = write(fds[1], at, 64);

    if (n < 0) {
        return errno == EFAULT;
    }
    return read(fds[0], page, n) == n && only_letters(page, n);
}

/* => whether each look at the file was right */
static int
look(int number)
{
    int fds[2], good = 0;

    pipe(fds);
    for (int round = 0; round < ROUNDS; round++) {
        int fd = open("file", O_RDWR);
        long n = read(fd, page, PAGE);
        char *map = mmap(NULL, PAGES * PAGE, RW,
            number % 2 ? MAP_PRIVATE : MAP_SHARED, fd, 0);
        close(fd);
        good += n >= 0 && only_letters(page, n) && map != MAP_FAILED;
        for (int i = 0; i < PAGES; i++) {
            good += through(fds, map + i * PAGE);
        }
        munmap(map, PAGES * PAGE);
    }
    return good == ROUNDS * (PAGES + 1);
}

int
main(void)
{
    pid_t pid[READERS + 2];
    int good = 0;

    close(open("file", O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < READERS + 2; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i);
            _exit(i < 2 ? write_anew() : look(i));
        }
    }
    for (int i = 0; i < READERS + 2; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, READERS + 2, "what is read was written to this file");
    unlink("file");
    return done();
}
