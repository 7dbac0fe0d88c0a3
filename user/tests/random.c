/*
 * random.c: getrandom, /dev/random, /dev/urandom and AT_RANDOM give bytes that
 * are never the same; what is refused.
 */
#include "tap.h"
#include "raw.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NR_getrandom 318
#define AT_RANDOM_WORDS 25

/* Where the auxiliary vector, behind the environment, says random bytes are. */
static unsigned char *
given(void)
{
    char **p = environ;
    while (*p++ != NULL) {
    }
    unsigned long *auxv = (unsigned long *)p;
    while (auxv[0] != AT_RANDOM_WORDS) {
        auxv += 2;
    }
    return (unsigned char *)auxv[1];
}

/* Whether about half of the bits are set: 5 of 6 standard deviations. */
static int
looks_random(const unsigned char *p, int size)
{
    int bits = 0;
    for (int i = 0; i < size * 8; i++) {
        bits += p[i / 8] >> i % 8 & 1;
    }
    return bits > size * 4 - size / 4 && bits < size * 4 + size / 4;
}

static void
device(const char *path, int minor)
{
    static unsigned char a[4096], b[4096];
    struct stat st;
    int fd = open(path, O_RDWR);
    ok(fstat(fd, &st) == 0 && S_ISCHR(st.st_mode)
           && st.st_rdev == makedev(1, minor), path);
    ok(read(fd, a, sizeof(a)) == sizeof(a) && read(fd, b, sizeof(b)) ==
           sizeof(b), "gives what is asked for");
    ok(memcmp(a, b, sizeof(a)) != 0 && looks_random(a, sizeof(a)), "at random");
    is(write(fd, a, 100), 100, "may be written to");
    is(raw(NR_read, fd, 8, 100, 0), -EFAULT, "a bad address");
    close(fd);
}

static int
seed_of_child(void *p)
{
    unsigned char *mine = given();
    memcpy(p, mine, 16);
    return 0;
}

int
main(int argc, char **argv)
{
    static unsigned char a[10000], b[10000];

    if (argc > 1) { /* its own words, for whoever started it */
        return write(1, given(), 16) != 16;
    }
    is(raw(NR_getrandom, (long)a, sizeof(a), 0, 0), sizeof(a), "getrandom");
    is(raw(NR_getrandom, (long)b, sizeof(b), GRND_NONBLOCK, 0), sizeof(b),
       "without waiting");
    ok(looks_random(a, sizeof(a)) && looks_random(b, sizeof(b))
           && memcmp(a, b, sizeof(a)) != 0, "at random");
    ok(memcmp(a, a + 64, 64) != 0, "no block is repeated");
    is(raw(NR_getrandom, (long)a, 8, GRND_RANDOM, 0), 8, "GRND_RANDOM");
    is(raw(NR_getrandom, (long)a, 8, GRND_INSECURE, 0), 8, "GRND_INSECURE");
    is(raw(NR_getrandom, (long)a, 0, 0, 0), 0, "nothing");
    is(raw(NR_getrandom, (long)a, 8, GRND_RANDOM | GRND_INSECURE, 0), -EINVAL,
       "both");
    is(raw(NR_getrandom, (long)a, 8, 8, 0), -EINVAL, "an unknown flag");
    is(raw(NR_getrandom, 8, 8, 0, 0), -EFAULT, "a bad address");
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 4096, 4096);
    is(raw(NR_getrandom, (long)edge + 4000, 5000, 0, 0), 96,
       "as many as there is room for");
    device("/dev/random", 8);
    device("/dev/urandom", 9);

    unsigned char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    in_child(seed_of_child, shared);
    unsigned char *mine = given();
    ok(memcmp(mine, shared, 16) == 0, "fork keeps AT_RANDOM");
    int fds[2];
    unsigned char other[16] = {0};
    ok(pipe(fds) == 0, "a pipe");
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], 1);
        execl("/proc/self/exe", argv[0], "words", NULL);
        _exit(1);
    }
    ok(read(fds[0], other, 16) == 16 && memcmp(mine, other, 16) != 0,
       "exec has another");
    waitpid(pid, NULL, 0);
    return done();
}
