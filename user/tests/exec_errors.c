/*
 * exec_errors.c: the errors of execve; a failed one does not change the caller:
 * its memory, its descriptors, its signal actions.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/mman.h>

static char *const no_args[] = { "x", NULL };
static char *const no_env[] = { NULL };

static void
make(const char *name, const char *text, int mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
    write(fd, text, strlen(text));
    close(fd);
}

static void
test_path(const char *path, int error, const char *name)
{
    fails(execve(path, no_args, no_env), error, name);
}

static void
test_paths(void)
{
    static char longest[5000];
    char name[300] = "";

    test_path("missing", ENOENT, "a file that is not there");
    test_path("missing/x", ENOENT, "a directory that is not there");
    test_path("", ENOENT, "an empty path");
    test_path(".", EACCES, "a directory");
    test_path("/", EACCES, "the root directory");
    test_path("plain", EACCES, "a file without the x bit");
    test_path("plain/x", ENOTDIR, "a path through a file");
    test_path("text/", ENOTDIR, "a file with a slash behind it");
    test_path("empty", ENOEXEC, "an empty file");
    test_path("text", ENOEXEC, "a text file");
    test_path("short", ENOEXEC, "four bytes: 0x7f E L F");
    test_path("/dev/null", EACCES, "a device");
    memset(name, 'n', 256);
    test_path(name, ENAMETOOLONG, "a name of 256 bytes");
    memset(longest, '/', sizeof(longest) - 1);
    test_path(longest, ENAMETOOLONG, "a path of 4999 bytes");
}

static void
bad(const char *path, long argv, long envp, const char *name)
{
    long r = raw(NR_execve, P(path), argv, envp, 0);
    ok(r == -EFAULT, name);
    if (r != -EFAULT) {
        printf("# got %ld\n", r);
    }
}

static void
test_pointers(const char *self)
{
    long bad_arg[] = { P("x"), 16, 0 };
    long bad_env[] = { 16, 0 };
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long *last = (long *)(page + 4096) - 1;

    munmap(page + 4096, 4096);
    page[4095] = 'a';
    bad(NULL, P(no_args), P(no_env), "path NULL");
    bad(page + 4095, P(no_args), P(no_env), "path without an end");
    bad(self, 16, P(no_env), "argv nowhere");
    bad(self, P(no_args), 16, "envp nowhere");
    bad(self, P(bad_arg), P(no_env), "an argument nowhere");
    bad(self, P(no_args), P(bad_env), "a word of the environment nowhere");
    *last = P("x");
    bad(self, P(last), P(no_env), "argv without an end");
    bad(self, 1L << 63, P(no_env), "argv in no address at all");
    bad(self, P(no_args), -4096L * 4096, "envp in the kernel");
    munmap(page, 4096);
}

static int
return_5(void *unused)
{
    (void)unused;
    return 5;
}

/* After all those failures this is still the same program. */
static void
test_whole(int fd, const char *before)
{
    struct sigaction action;
    char after[512], *page;

    ok(fcntl(fd, F_GETFD) == FD_CLOEXEC, "close-on-exec files are open");
    sigaction(SIGUSR1, NULL, &action);
    ok(action.sa_handler == SIG_IGN, "signal actions are kept");
    ok(getcwd(after, sizeof(after)) && strcmp(before, after) == 0,
        "the directory is kept");
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    ok(page[0] == 1, "memory can be mapped and written");
    exited(in_child(return_5, NULL), 5, "children can be made");
}

int
main(int argc, char **argv)
{
    char before[512];
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)argc;
    signal(SIGUSR1, SIG_IGN);
    getcwd(before, sizeof(before));
    make("plain", "text", 0644);
    make("text", "just text\n", 0755);
    make("empty", "", 0755);
    make("short", "\177ELF", 0755);
    test_paths();
    test_pointers(argv[0]);
    test_whole(fd, before);
    return done();
}
