/*
 * exec_busy.c: a program that runs is not written to, and what is open for
 * writing does not run.
 */
#include "self.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static int input; /* of what runs: when it is closed, that ends */

/* Tell that it runs, and wait for the end of the input. */
static int
run(void)
{
    char byte;

    write(1, "r", 1);
    while (read(0, &byte, 1) > 0) {
    }
    return 0;
}

/* Return when it runs. */
static void
start(const char *path, const char *mode)
{
    int in[2], out[2];
    char byte;

    pipe2(in, O_CLOEXEC);
    pipe2(out, O_CLOEXEC);
    if (fork() == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execl(path, path, mode, NULL);
        _exit(errno);
    }
    close(in[0]);
    close(out[1]);
    read(out[0], &byte, 1);
    close(out[0]);
    input = in[1];
}

static void
stop(void)
{
    close(input);
    while (wait(NULL) > 0) {
    }
}

/* => the exit code of an exec that fails: its errno */
static int
try_exec(const char *path)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        execl(path, path, "done", NULL);
        _exit(errno);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void
test_running(void)
{
    start("./prog", "run");

    fails(open("prog", O_WRONLY), ETXTBSY, "it is not opened for writing");
    fails(open("prog", O_RDWR), ETXTBSY, "or for both");
    fails(open("prog", O_RDONLY | O_TRUNC), ETXTBSY, "or cut");
    fails(truncate("prog", 0), ETXTBSY, "or truncated");
    int fd = open("prog", O_RDONLY);
    ok(fd >= 0, "it can be read");
    close(fd);
    ok(chmod("prog", 0700) == 0, "its mode can be changed");
    link("prog", "other");
    fails(open("other", O_WRONLY), ETXTBSY, "another name is the same");
    ok(try_exec("./prog") == 0, "and it can run twice");
    unlink("prog");
    rename("prog", "moved");
    copy_self("prog");
    fd = open("prog", O_WRONLY);
    ok(fd >= 0, "a new file in its place is another");
    close(fd);
    rename("moved", "prog");
    stop();
    fd = open("prog", O_WRONLY);
    ok(fd >= 0, "at its end it may be written");
    is(try_exec("./prog"), ETXTBSY, "then it does not run");
    int more = dup(fd);
    close(fd);
    is(try_exec("./prog"), ETXTBSY, "as long as it is open");
    close(more);
    is(try_exec("./prog"), 0, "and no longer");
}

/* A child of the program runs it, too. */
static void
test_forked(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    start("./prog", "fork");
    fails(open("prog", O_WRONLY), ETXTBSY, "its child still runs it");
    stop();
    int fd = open("prog", O_WRONLY);
    ok(fd >= 0, "and no longer");
    close(fd);
}

static void
test_script(void)
{
    int fd = open("script", O_WRONLY | O_CREAT, 0755);

    write(fd, "#!./prog run\n", 13);
    is(try_exec("./script"), ETXTBSY, "a script that is open for writing");
    close(fd);
    start("./script", "");
    fd = open("script", O_WRONLY);
    ok(fd >= 0, "one that runs may be written to");
    close(fd);
    fails(open("prog", O_WRONLY), ETXTBSY, "its interpreter may not");
    stop();
    fd = open("prog", O_WRONLY);
    is(try_exec("./script"), ETXTBSY, "or be open for it at first");
    close(fd);
    unlink("script");
}

/* A mapping keeps open what it was made of. */
static void
test_mapped(void)
{
    is(try_exec("./prog"), 0, "the program runs");
    int fd = open("prog", O_RDWR);
    char *header = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    is(try_exec("./prog"), ETXTBSY, "not while a mapping may become writable");
    mprotect(header, 4096, PROT_READ | PROT_WRITE);
    header[0]++;
    if (fork() == 0) {
        _exit(try_exec("./prog") != ETXTBSY);
    }
    int status;
    char path[32];
    wait(&status);
    is(status, 0, "nor when a child has it");
    int nameless = open("prog", O_RDONLY);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", nameless);
    unlink("prog");
    is(try_exec(path), ETXTBSY, "nor when it has no name");
    munmap(header, 4096);
    is(try_exec(path), ENOEXEC, "then it runs as it was written");
    close(nameless);
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "run") == 0) {
        return run();
    }
    if (argc > 1 && strcmp(argv[1], "fork") == 0) {
        int ends[2];
        char byte;
        pipe(ends);
        if (fork() == 0) {
            close(ends[1]);
            read(ends[0], &byte, 1); /* until the first process has ended */
            return run();
        }
        return 0;
    }
    if (argc > 1) {
        return 0;
    }
    copy_self("prog");
    test_running();
    test_forked();
    test_script();
    test_mapped();
    return done();
}
