/*
 * fs_cut.c: a file is truncated and extended again and again; processes on
 * other processors read and write their mappings of it, fork, and unmap. They
 * read what was written there or zero, never bytes of another file or process.
 * A call on a page that was cut off gives EFAULT. At the end the file has the
 * contents that the last truncation left.
 *
 * seconds: 60
 */
#include "smp.h"
#include <sys/stat.h>

enum { LOOKERS = 3, ROUNDS = 300, PAGES = 8 };

static int fd;
static int *stop;

/* Read a page of the mapping through a pipe, or write to it from one: so a bad
 * address causes no signal.  => whether all was right */
static int
look(int fds[2], char *at, int writes)
{
    char bytes[64];

    if (writes) {
        memset(bytes, 'w', 64);
        write(fds[1], bytes, 64);
        if (read(fds[0], at, 64) < 0) {
            return errno == EFAULT && read(fds[0], bytes, 64) == 64;
        }
        return 1;
    }
    long n = write(fds[1], at, 64);
    return n < 0 ? errno == EFAULT : read(fds[0], bytes, 64) == 64
        && only_letters(bytes, 64);
}

/* => whether each look was right */
static int
looker(int number)
{
    unsigned long seed = (unsigned long)number;
    int fds[2], good = 1;

    pipe(fds);
    while (good && !load(stop)) {
        char *map = mmap(NULL, PAGES * PAGE, RW,
            pick(&seed, 2) ? MAP_PRIVATE : MAP_SHARED, fd, 0);
        for (int i = 0; i < 20; i++) {
            good &= look(fds, map + pick(&seed, PAGES) * PAGE,
                (int)pick(&seed, 2));
        }
        if (pick(&seed, 8) == 0) { /* a child has it mapped a little longer */
            pid_t pid = must_fork();
            if (pid == 0) {
                for (int i = 0; i < PAGES; i++) {
                    good &= look(fds, map + i * PAGE, i % 2);
                }
                _exit(good);
            }
            good &= code_of(pid) == 1;
        }
        munmap(map, PAGES * PAGE);
    }
    return good;
}

/* => whether the file was as it has to be after each change */
static int
cutter(void)
{
    static char page[PAGE], back[PAGE];
    unsigned long seed = 99;
    int good = 1;

    for (int round = 0; round < ROUNDS; round++) {
        long size = pick(&seed, PAGES * PAGE);
        memset(page, 'a' + round % 26, PAGE);
        for (int i = 0; i < PAGES; i++) {
            pwrite(fd, page, PAGE, i * PAGE);
        }
        good &= ftruncate(fd, size) == 0;
        good &= pread(fd, back, PAGE, size) == 0;
        good &= ftruncate(fd, PAGES * PAGE) == 0;
        good &= pread(fd, back, PAGE, size / PAGE * PAGE) == PAGE;
        good &= only_letters(back, PAGE);
    }
    return good;
}

int
main(void)
{
    pid_t pid[LOOKERS];
    struct stat st;

    stop = shared(sizeof(*stop));
    fd = open("file", O_RDWR | O_CREAT, 0600);
    for (int i = 0; i < LOOKERS; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i + 1);
            _exit(looker(i));
        }
    }
    on_cpu(0);
    ok(cutter(), "the file is as it was cut");
    store(stop, 1);
    for (int i = 0; i < LOOKERS; i++) {
        is(code_of(pid[i]), 1, "the reader saw nothing else");
    }
    ftruncate(fd, 0);
    fstat(fd, &st);
    is(st.st_blocks, 0, "nothing is left of it");
    close(fd);
    unlink("file");
    return done();
}
