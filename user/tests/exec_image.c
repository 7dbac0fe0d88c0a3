/*
 * exec_image.c: a program's pages are its file's until they are written; what
 * a process writes into its data, by itself or through the kernel, reaches
 * neither the file nor the next process that runs it.
 *
 * The program copies itself and executes the copy: "data" checks and overwrites
 * its data, "unlink" removes the copy before most of its pages are loaded.
 */
#include "tap.h"

#include <fcntl.h>

#define WORDS (16 * 1024)

static int data[WORDS] = { [0] = 7, [5000] = 8, [WORDS - 1] = 9 };
static const int table[WORDS] = { [0] = 1, [1024] = 2, [9000] = 3,
    [WORDS - 1] = 4 };
static int empty[WORDS];
static char *const no_env[] = { NULL };

static int
pristine(void)
{
    long sum = 0, zero = 0;
    for (int i = 0; i < WORDS; i++) {
        sum += data[i];
        zero |= empty[i];
    }
    return data[0] == 7 && data[5000] == 8 && data[WORDS - 1] == 9
        && sum == 24 && zero == 0;
}

static int
spoil(void)
{
    int good = pristine();
    int fd = open("/dev/zero", O_RDONLY);

    memset(empty, 1, sizeof(empty));
    memset(data, 1, sizeof(data) / 2);
    read(fd, data + WORDS / 2, sizeof(data) / 2);
    return good && !pristine() ? 3 : 4;
}

static int
without_file(const char *name)
{
    long sum = 0;

    if (unlink(name) != 0) {
        return 5;
    }
    for (volatile int i = 0; i < WORDS; i++) {
        sum += ((const volatile int *)table)[i];
    }
    return sum == 10 && pristine() ? 3 : 4;
}

/* Copy the file of that name to ./copy, which may be executed. */
static long
copy_file(const char *name)
{
    static char buf[16384];
    long total = 0, n;
    int from = open(name, O_RDONLY);
    int to = open("copy", O_WRONLY | O_CREAT | O_TRUNC, 0755);

    while ((n = read(from, buf, sizeof(buf))) > 0) {
        total += write(to, buf, n);
    }
    close(from);
    close(to);
    return total;
}

/* The copy is still the same, byte for byte. */
static int
same(const char *name)
{
    static char a[16384], b[16384];
    long n, good = 1;
    int one = open(name, O_RDONLY), two = open("copy", O_RDONLY);

    while ((n = read(one, a, sizeof(a))) > 0) {
        good &= read(two, b, sizeof(b)) == n && memcmp(a, b, n) == 0;
    }
    good &= read(two, b, 1) == 0;
    close(one);
    close(two);
    return (int)good;
}

static pid_t
start(const char *role)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *args[] = { "copy", (char *)role, NULL };
        execve("./copy", args, no_env);
        _exit(126);
    }
    return pid;
}

static int
finish(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
}

int
main(int argc, char **argv)
{
    pid_t pids[3];

    if (argc == 2) {
        return strcmp(argv[1], "data") == 0 ? spoil() : without_file("copy");
    }
    ok(pristine(), "the data are as they were linked");
    ok(copy_file(argv[0]) > WORDS * 8, "copy the program");
    ok(same(argv[0]), "the copy is the same");
    exited(finish(start("data")), 3, "run it: it spoils its data");
    ok(same(argv[0]), "the file has not changed");
    exited(finish(start("data")), 3, "run it again: they are fresh");
    for (int i = 0; i < 3; i++) {
        pids[i] = start("data");
    }
    for (int i = 0; i < 3; i++) {
        exited(finish(pids[i]), 3, "three at a time");
    }
    ok(same(argv[0]), "the file has not changed");
    exited(finish(start("unlink")), 3, "it removes its own file and goes on");
    exited(finish(start("data")), 126, "then there is none to run");
    ok(copy_file(argv[0]) > 0, "copy it again");
    exited(finish(start("data")), 3, "and run");
    unlink("copy");
    return done();
}
