/*
 * memfd.c: memfd_create: a file without a name; what its seals forbid; and a
 * program that is run from one.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define SEALABLE (MFD_CLOEXEC | MFD_ALLOW_SEALING)

static char *
map(int fd, int rights, int flags)
{
    return mmap(NULL, PAGE, rights, flags, fd, 0);
}

static void
names(void)
{
    char name[300], path[64], text[300];
    struct stat at;
    int fd = memfd_create("some name", 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    long n = readlink(path, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    is_str(text, "/memfd:some name (deleted)", "its link in /proc");
    is(fcntl(fd, F_GETFD), 0, "it is not close-on-exec");
    is(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR, "it is open for both");
    ok(fstat(fd, &at) == 0 && S_ISREG(at.st_mode) && at.st_size == 0,
       "it is a file, and empty");
    is(at.st_mode & 07777, 0777, "with all rights");
    is(at.st_nlink, 0, "and no name");
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL, "that cannot be sealed");
    close(fd);
    fd = memfd_create("", MFD_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "MFD_CLOEXEC, without any name");
    close(fd);
    memset(name, 'n', sizeof(name));
    name[249] = '\0';
    fd = memfd_create(name, 0);
    ok(fd >= 0, "249 bytes of name");
    close(fd);
    name[249] = 'n';
    name[250] = '\0';
    fails(memfd_create(name, 0), EINVAL, "but not 250");
    fails(memfd_create("x", 0x8000), EINVAL, "an unknown flag");
    fails(memfd_create((char *)8, 0), EFAULT, "a bad address");
}

/* It gets none, either: no directory is of its file system. */
static void
no_name(void)
{
    char path[64];
    struct stat at;
    int fd = memfd_create("n", 0);

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    fails(linkat(fd, "", AT_FDCWD, "name", AT_EMPTY_PATH), EXDEV,
        "it gets no name");
    fails(linkat(AT_FDCWD, path, AT_FDCWD, "name", AT_SYMLINK_FOLLOW), EXDEV,
        "nor by /proc");
    fails(unlink("name"), ENOENT, "there is none");
    ok(fstat(fd, &at) == 0 && at.st_nlink == 0, "none is counted");
    ok(fsync(fd) == 0 && fdatasync(fd) == 0, "fsync is for it, too");
    close(fd);
}

static int
add_one(void *p)
{
    return ++*(char *)p != 'b';
}

static void
contents(void)
{
    char path[64], byte = 0;
    int fd = memfd_create("c", 0);
    ok(ftruncate(fd, 2 * PAGE) == 0 && write(fd, "a", 1) == 1, "two pages");
    char *p = map(fd, RW, MAP_SHARED);
    exited(in_child(add_one, p), 0, "a child changes what is mapped");
    ok(p[0] == 'b' && pread(fd, &byte, 1, 0) == 1 && byte == 'b',
       "both see it");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY);
    ok(read(again, &byte, 1) == 1 && byte == 'b',
       "opened again by /proc it is the same file, from the start");
    fails(write(again, "x", 1), EBADF, "as that open said");
    close(again);
    close(fd);
    is(p[0], 'b', "the mapping keeps it");
    munmap(p, PAGE);
}

static void
seals(void)
{
    int fd = memfd_create("s", SEALABLE);
    is(fcntl(fd, F_GET_SEALS), 0, "no seal at first");
    ok(ftruncate(fd, PAGE) == 0 && pwrite(fd, "data", 4, 0) == 4, "a page");

    is(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0, "SHRINK");
    fails(ftruncate(fd, 1), EPERM, "it cannot shrink");
    is(ftruncate(fd, PAGE), 0, "but keep its size");
    is(ftruncate(fd, 2 * PAGE), 0, "and grow");

    is(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0, "GROW");
    fails(ftruncate(fd, 3 * PAGE), EPERM, "it cannot grow");
    fails(pwrite(fd, "x", 1, 2 * PAGE), EPERM, "nor by a write");
    fails(fallocate(fd, 0, 0, 3 * PAGE), EPERM, "nor by fallocate");
    is(pwrite(fd, "end", 3, 2 * PAGE - 3), 3, "a write inside is allowed");
    is(fallocate(fd, 0, 0, 2 * PAGE), 0, "and fallocate");
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW, "two seals");

    char *p = map(fd, RW, MAP_SHARED);
    fails(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY,
          "WRITE while it is mapped for writing");
    is(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW, "adds no seal");
    munmap(p, PAGE);
    char *private = map(fd, RW, MAP_PRIVATE);
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "WRITE");
    fails(pwrite(fd, "x", 1, 0), EPERM, "it cannot be written");
    is(pwrite(fd, "x", 0, 0), 0, "but by no byte");
    fails(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE),
          EPERM, "nor get a hole");
    ok(map(fd, RW, MAP_SHARED) == MAP_FAILED && errno == EPERM,
       "nor be mapped for writing");
    private[0] = 'D';
    p = map(fd, RW, MAP_PRIVATE);
    ok(private[0] == 'D' && p[0] == 'd', "private copies may change");
    munmap(p, PAGE);
    munmap(private, PAGE);
    fails(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | 0x8000), EINVAL, "unknown");
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0, "SEAL");
    fails(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), EPERM, "now no more");
    fails(fcntl(fd, F_ADD_SEALS, 0), EPERM, "not even none");
    close(fd);
}

/* A child's mapping counts as its parent's does, as long as it lives. */
static void
in_others(void)
{
    int fd = memfd_create("o", SEALABLE), gate[2];
    char byte;
    ok(ftruncate(fd, PAGE) == 0 && pipe(gate) == 0, "a page, and a pipe");
    char *p = map(fd, RW, MAP_SHARED);
    pid_t pid = must_fork();
    if (pid == 0) {
        close(gate[1]);
        _exit(read(gate[0], &byte, 1) != 0);
    }
    munmap(p, PAGE);
    fails(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY,
          "a child still has it mapped");
    close(gate[1]);
    waitpid(pid, NULL, 0);
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "it has ended");
    close(gate[0]);
    close(fd);
}

static void
future(void)
{
    char path[64];
    int fd = memfd_create("f", SEALABLE);
    ok(ftruncate(fd, PAGE) == 0, "a page");
    char *p = map(fd, RW, MAP_SHARED);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int reader = open(path, O_RDONLY);
    fails(fcntl(reader, F_ADD_SEALS, F_SEAL_GROW), EPERM,
          "who may only read it cannot seal it");
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0, "FUTURE_WRITE");
    p[0] = 'f';
    is(p[0], 'f', "who had it mapped writes on");
    fails(pwrite(fd, "x", 1, 0), EPERM, "others cannot write");
    ok(map(fd, RW, MAP_SHARED) == MAP_FAILED && errno == EPERM,
       "nor map it so");
    char *q = map(reader, PROT_READ, MAP_SHARED);
    ok(q != MAP_FAILED && q[0] == 'f', "but read it");
    fails(mprotect(q, PAGE, RW), EACCES, "and no more");
    munmap(p, PAGE);
    munmap(q, PAGE);
    close(reader);
    close(fd);
    int file = open("plain", O_RDWR | O_CREAT, 0600), pair[2];
    ok(pipe(pair) == 0, "a pipe");
    fails(fcntl(pair[1], F_ADD_SEALS, F_SEAL_GROW), EINVAL,
          "a pipe has no seals");
    fails(fcntl(pair[0], F_GET_SEALS), EINVAL, "none to see");
    close(file);
    close(pair[0]);
    close(pair[1]);
}

/* Copy this program into one, seal it, and run it from there. */
static void
program(const char *self)
{
    static char block[65536];
    char path[64];
    long n;
    int status;
    int from = open(self, O_RDONLY);
    int fd = memfd_create("program", SEALABLE);
    while ((n = read(from, block, sizeof(block))) > 0) {
        n -= write(fd, block, (size_t)n);
    }
    is(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW), 0,
       "a program, sealed");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    pid_t pid = must_fork();
    if (pid == 0) {
        execl(path, "other", "inside", NULL);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    exited(status, 42, "it runs");
    close(from);
    close(fd);
}

static int
inside(void)
{
    char text[100];
    long n = readlink("/proc/self/exe", text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    return strcmp(text, "/memfd:program (deleted)") == 0 ? 42 : 1;
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "inside") == 0) {
        return inside();
    }
    names();
    no_name();
    contents();
    seals();
    in_others();
    future();
    program("/proc/self/exe");
    return done();
}
