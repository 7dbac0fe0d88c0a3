/*
 * long_calls.c: system calls with much to do let others run meanwhile.  A
 * real-time process sleeps 100 microseconds at a time, and notes how late it
 * wakes: that is how long the kernel worked without a look.  With an argument,
 * the latest may be 1 ms late: that is for a CPU whose clock counts
 * instructions, 1,000 a microsecond (runs.txt: long_calls).
 *
 * seconds: 60
 * except: check=1 check=16 own=always fork=none vfork=fork
 * expect:
 * ok 1 - readv of many segments
 * ok 2 - a write to a terminal
 * ok 3 - mprotect
 * ok 4 - mremap
 * ok 5 - fork that copies tables, and exit
 * ok 6 - fork that copies pages
 * ok 7 - madvise
 * ok 8 - munmap
 * ok 9 - munmap of many mappings
 * ok 10 - fallocate
 * ok 11 - ftruncate
 * ok 12 - munmap of memory that was shared
 * ok 13 - getdents
 * ok 14 - exec with many arguments
 * ok 15 - mincore
 * 1..15
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>

#include "../now.h"
#include "../tap.h"
#include "knob.h"

#define MIB   (1UL << 20)
#define SIZE  (192 * MIB)
#define NAP   100000L /* ns */
#define LATE  1000000L

static struct {
    volatile long turns, latest; /* of naps, in ns; noted by the other one */
} *seen;

static bool exact;
static char *memory; /* SIZE bytes, all present: the zero page */

static void
sleeper(void)
{
    struct sched_param param = {.sched_priority = 1};

    sched_setscheduler(0, SCHED_FIFO, &param);
    for (;;) {
        struct timespec nap = {0, NAP};
        long before = now_ns();
        nanosleep(&nap, NULL);
        long late = now_ns() - before - NAP;
        seen->latest = late > seen->latest ? late : seen->latest;
        seen->turns++;
    }
}

static void
begin(void)
{
    long turns = seen->turns;
    struct timespec nap = {0, NAP};

    while (seen->turns < turns + 2) {
        nanosleep(&nap, NULL);
    }
    seen->latest = 0;
}

static void
end(bool good, const char *what)
{
    long turns = seen->turns;
    struct timespec nap = {0, NAP};

    while (seen->turns < turns + 2) {
        nanosleep(&nap, NULL);
    }
    if (exact && seen->latest > LATE) {
        printf("# %ld ns late\n", seen->latest);
        good = false;
    }
    ok(good, what);
}

static void
reads(void)
{
    static struct iovec parts[16];
    int fd = open("sparse", O_RDWR | O_CREAT, 0600);

    for (int i = 0; i < 16; i++) {
        parts[i] = (struct iovec){memory, MIB};
    }
    ftruncate(fd, 16 * MIB);
    begin();
    end(readv(fd, parts, 16) == 16 * MIB, "readv of many segments");
    close(fd);
}

/* A carriage return in column 0 is not shown (ONOCR). */
static void
terminal(void)
{
    struct termios had, mode;
    int fd = open("/dev/console", O_RDWR | O_NOCTTY);

    signal(SIGTTOU, SIG_IGN); /* if it is in the background */
    memset(memory, '\r', MIB / 4);
    tcgetattr(fd, &had);
    mode = had;
    mode.c_oflag = OPOST | ONOCR;
    tcsetattr(fd, TCSANOW, &mode);
    begin();
    end(write(fd, memory, MIB / 4) == MIB / 4, "a write to a terminal");
    tcsetattr(fd, TCSANOW, &had);
    close(fd);
}

/* => the child has ended by itself */
static bool
forks(const char *mode)
{
    bool good = knob_set(FORK_KNOB, mode) == 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(3);
    }
    good = knob_set(FORK_KNOB, "tree") == 0 && good;
    int status;
    waitpid(pid, &status, 0);
    return good && WIFEXITED(status) && WEXITSTATUS(status) == 3;
}

static void
tables(void)
{
    begin();
    end(mprotect(memory, SIZE, PROT_READ) == 0, "mprotect");
    begin();
    memory = mremap(memory, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
                    (char *)0x100000000000);
    end(memory != MAP_FAILED, "mremap");
    begin();
    end(forks("page"), "fork that copies tables, and exit");
    begin();
    mprotect(memory, SIZE, PROT_READ | PROT_WRITE);
    memset(memory, 1, 8 * MIB);
    end(forks("eager"), "fork that copies pages");
    begin();
    end(madvise(memory, SIZE / 2, MADV_DONTNEED) == 0, "madvise");
    begin();
    end(munmap(memory, SIZE) == 0, "munmap");
    memory = mmap(memory, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (long i = 0; i < 6000; i++) { /* every other page cannot be executed */
        mprotect(memory + i * 8192, 4096, PROT_READ | PROT_EXEC);
    }
    begin();
    end(munmap(memory, 6000 * 8192) == 0, "munmap of many mappings");
}

static void
files(void)
{
    int fd = open("pages", O_RDWR | O_CREAT, 0600);

    begin();
    end(fallocate(fd, 0, 0, 48 * MIB) == 0, "fallocate");
    begin();
    end(ftruncate(fd, 0) == 0, "ftruncate");
    close(fd);
    char *shared = mmap(NULL, 48 * MIB, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < 48 * MIB; i += 4096) {
        shared[i] = 1;
    }
    begin();
    end(munmap(shared, 48 * MIB) == 0, "munmap of memory that was shared");
}

static void
names(void)
{
    static char records[512 * 1024];
    char name[32];

    mkdir("many", 0700);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "many/%d", i);
        close(open(name, O_WRONLY | O_CREAT, 0600));
    }
    int fd = open("many", O_RDONLY | O_DIRECTORY);
    begin();
    end(syscall(SYS_getdents64, fd, records, sizeof(records)) > 2000 * 24,
        "getdents");
    close(fd);
}

static void
arguments(char *self)
{
    enum { COUNT = 15 };
    static char *args[COUNT + 3];
    static char text[127 * 1024];

    memset(text, 'a', sizeof(text) - 1);
    args[0] = self;
    args[1] = "exit";
    for (int i = 0; i < COUNT; i++) {
        args[2 + i] = text;
    }
    int status = 0;
    begin();
    pid_t pid = vfork();
    if (pid == 0) {
        execv(self, args);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    end(WIFEXITED(status) && WEXITSTATUS(status) == 3,
        "exec with many arguments");
}

static void
residency(void)
{
    static unsigned char found[SIZE / 4096];

    memory = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    begin();
    end(mincore(memory, SIZE, found) == 0, "mincore");
}

int
main(int argc, char **argv)
{
    exact = argc > 1;
    if (exact && strcmp(argv[1], "exit") == 0) {
        return 3;
    }
    seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                -1, 0);
    pid_t other = must_fork();
    if (other == 0) {
        sleeper();
    }
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(memory, SIZE, PROT_READ);
    mlock(memory, SIZE);
    mprotect(memory, SIZE, PROT_READ | PROT_WRITE);
    reads();
    terminal();
    tables();
    files();
    names();
    arguments(argv[0]);
    residency();
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    done();
    return 0;
}
