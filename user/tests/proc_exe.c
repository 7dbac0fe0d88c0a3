/*
 * proc_exe.c: /proc/self/exe is the program that runs, by any name and by
 * none. The program copies itself and executes the copy as "copy" and "gone".
 */
#include "names.h"

static char buf[4096], other[4096];

/* => whether two files have the same bytes, and how many */
static long
same_bytes(const char *one, const char *two)
{
    int a = open(one, O_RDONLY), b = open(two, O_RDONLY);
    long n, size = 0;

    while ((n = read(a, buf, sizeof(buf))) > 0) {
        if (read(b, other, n) != n || memcmp(buf, other, n) != 0) {
            size = -1;
            break;
        }
        size += n;
    }
    n = read(b, other, 1);
    close(a);
    close(b);
    return n == 0 ? size : -1;
}

static void
copy(const char *from, const char *to)
{
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
    long n;

    while ((n = read(in, buf, sizeof(buf))) > 0) {
        write(out, buf, n);
    }
    close(in);
    close(out);
}

static const char *
last(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* In the copy: its first argument says what to check. */
static int
in_copy(const char *what)
{
    struct stat st;
    int good;

    if (strcmp(what, "copy") == 0) {
        good = strcmp(last(target_of("/proc/self/exe")), "copy") == 0
            && stat("/proc/self/exe", &st) == 0
            && st.st_ino == stat_of("copy").st_ino;
        rename("copy", "moved");
        good = good
            && strcmp(last(target_of("/proc/self/exe")), "moved") == 0;
        unlink("moved");
        good = good
            && strcmp(last(target_of("/proc/self/exe")), "moved (deleted)")
                == 0;
        good = good && stat("/proc/self/exe", &st) == 0 && st.st_nlink == 0;
        if (!good) {
            return 4;
        }
    }
    /* there is no name any more, but the program can be executed again */
    char *args[] = { "gone", NULL };
    execv("/proc/self/exe", args);
    return 5;
}

int
main(int argc, char **argv)
{
    struct stat st;
    char *args[] = { "copy", NULL };
    int status;

    (void)argc;
    if (strcmp(argv[0], "gone") == 0) {
        return strcmp(last(target_of("/proc/self/exe")), "moved (deleted)")
                == 0 ? 3 : 6;
    }
    if (strcmp(argv[0], "copy") == 0) {
        return in_copy(argv[0]);
    }
    is_str(last(target_of("/proc/self/exe")), last(argv[0]),
        "the program's name");
    stat("/proc/self/exe", &st);
    ok(S_ISREG(st.st_mode) && st.st_ino == stat_of(argv[0]).st_ino,
        "and the program itself");
    ok(same_bytes("/proc/self/exe", argv[0]) > 1000, "with its bytes");
    fails(open("/proc/self/exe", O_RDONLY | O_NOFOLLOW), ELOOP,
        "it is a link");
    symlink(argv[0], "link");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(strcmp(target_of("/proc/self/exe"), "(no link)") != 0
                && same_bytes("/proc/self/exe", "link") > 1000 ? 3 : 4);
    }
    waitpid(pid, &status, 0);
    exited(status, 3, "a child runs the same");
    unlink("link");
    copy(argv[0], "copy");
    pid = must_fork();
    if (pid == 0) {
        execv("copy", args);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    exited(status, 3, "a copy runs itself, renamed, and removed");
    ok(!exists("copy") && !exists("moved"), "which it was");
    return done();
}
