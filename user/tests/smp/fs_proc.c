/*
 * fs_proc.c: /proc shows processes that begin, execute and end meanwhile. Its
 * text is complete, and is about the process that was asked for.
 *
 * seconds: 60
 */
#include "smp.h"
#include <fcntl.h>
#include <sys/stat.h>

enum { FLIPPERS = 3, READERS = 2, FLIPS = 60, LOOKS = 900 };

/* Names of the processes: two names of the same program, and its own. */
static const char *const names[] = { "aaaaaaaaaaaaaaa", "bbbbbbb", "fs_proc" };

/* A program of two names that calls itself by the other. */
static void
flip(const char *left)
{
    char text[16];
    int n = atoi(left);
    char *argv[] = { (char *)names[n % 2], "flip", text, NULL };

    if (n > 0 && n % 4 == 0) { /* births and ends, too */
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(0);
        }
        code_of(pid);
    }
    if (n > 0) {
        snprintf(text, sizeof(text), "%d", n - 1);
        execv(names[n % 2], argv);
    }
    _exit(n == 0);
}

static void
copy(const char *from, const char *to)
{
    static char buf[65536];
    int in = open(from, O_RDONLY);
    int out = open(to, O_CREAT | O_WRONLY, 0755);
    long n;

    while ((n = read(in, buf, sizeof(buf))) > 0) {
        write(out, buf, n);
    }
    close(in);
    close(out);
}

/* => whether the name in a stat line is one that our children ever have */
static int
good_name(const char *name, size_t size)
{
    for (int i = 0; i < 3; i++) {
        if (size == strlen(names[i]) && memcmp(name, names[i], size) == 0) {
            return 1;
        }
    }
    return 0;
}

/* => whether it is one whole line about this process, or there is none */
static int
look(pid_t pid, int ours)
{
    char path[32], line[1024] = "";

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return errno == ENOENT;
    }
    long n = read(fd, line, sizeof(line) - 1);
    close(fd);
    if (n < 0) {
        return errno == ESRCH;
    }
    char *open_at = strchr(line, '('), *close_at = strrchr(line, ')');
    return n == (long)strlen(line) && n > 0 && line[n - 1] == '\n'
           && strchr(line, '\n') == line + n - 1 && atoi(line) == pid
           && open_at != NULL && close_at != NULL
           && (!ours || good_name(open_at + 1, close_at - open_at - 1))
           && strchr("RSDZTtXIP", close_at[2]) != NULL;
}

/* => whether its mappings are whole lines in order; there may be none */
static int
look_at_maps(pid_t pid)
{
    static char text[32768];
    char path[32];
    unsigned long last = 0;
    long n, size = 0;

    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    int fd = open(path, O_RDONLY);
    while (fd >= 0
           && (n = read(fd, text + size, sizeof(text) - 1 - size)) > 0) {
        size += n;
    }
    close(fd);
    text[size] = '\0';
    for (char *at = text; *at != '\0';) {
        unsigned long start = strtoul(at, &at, 16);
        unsigned long end = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        at = strchr(at, '\n');
        if (start < last || end <= start || at == NULL) {
            return 0;
        }
        last = end;
        at++;
    }
    return 1;
}

/* Only on Tine: the trees of all of us. */
static void
look_at_pages(void)
{
    static char buf[32768];
    int fd = open("/proc/tine/pages", O_RDONLY);

    while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0) {
    }
    close(fd);
}

/* Read about our children, and about the processes after them. */
static int
look_around(const pid_t *pid)
{
    for (int n = 0; n < LOOKS; n++) {
        if (!look(pid[n % FLIPPERS], 1)
            || !look(pid[FLIPPERS - 1] + 1 + n % 8, 0)) {
            return 0;
        }
        if (n % 4 == 0 && !look_at_maps(pid[n / 4 % FLIPPERS])) {
            return 0;
        }
        if (n % 64 == 0) {
            look_at_pages();
        }
    }
    return 1;
}

static pid_t
start(int number, const pid_t *pids)
{
    static char flips[] = "60";
    char *argv[] = { (char *)names[0], "flip", flips, NULL };
    pid_t pid = must_fork();

    if (pid == 0) {
        on_cpu(number);
    }
    if (pid == 0 && number < FLIPPERS) {
        execv(names[0], argv);
        _exit(99);
    }
    if (pid == 0) {
        _exit(look_around(pids));
    }
    return pid;
}

int
main(int argc, char **argv)
{
    pid_t pid[FLIPPERS + READERS];
    int good = 0;

    if (argc == 3) {
        flip(argv[2]);
    }
    copy(argv[0], names[0]);
    copy(argv[0], names[1]);
    for (int i = 0; i < FLIPPERS + READERS; i++) {
        pid[i] = start(i, pid);
    }
    for (int i = 0; i < FLIPPERS; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, FLIPPERS, "programs that change into each other");
    good = 0;
    for (int i = 0; i < READERS; i++) {
        good += code_of(pid[FLIPPERS + i]) == 1;
    }
    is(good, READERS, "each line of /proc/PID/stat is whole, and of maps");
    unlink(names[0]);
    unlink(names[1]);
    return done();
}
