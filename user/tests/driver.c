/*
 * driver.c: runs many tests in one boot, and tells the host about each.
 *
 * tools/test starts it as the first command. /run/tests has one test a line,
 * `NAME SECONDS [args...]`, for the program /tests/NAME. Each runs in its own
 * process group and its own empty directory, with its output on
 * /dev/run/stdout. What happens goes out as lines on /dev/run/report:
 *
 *     begin NAME
 *     check NAME before LINE      (for each line of /proc/tine/check)
 *     check NAME after LINE
 *     end NAME exit N | signal N | timeout
 *
 * If there is a /run/nonce, its one word follows at the end of each `end` line:
 * who reads the report knows that this program wrote it.
 *
 * Tests are started by vfork, which works also where fork is still to be
 * written.
 *
 * The essential fact: at `before` and at `after` the same processes and files
 * exist, so a count that differs is a leak of the test. A warm-up, which is not
 * reported, first touches all memory that the driver itself needs.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ARGS 16
#define POLL_MS 10
#define REAP_MS 2000
#define STEPS_MAX 100000 /* when a directory is emptied */

static char list[32768];
static char before[4096];
static char after[4096];
static char nonce[64];
static int report_fd = -1;

struct test {
    char name[128];
    char dir[160];
    char program[160];
    long seconds;
    char *argv[MAX_ARGS + 2];
};

static void
nap(long ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&ts, NULL);
}

/* One line to the host. It goes out whole: one write is one record. */
static void
report(const char *what, const char *name, const char *rest, size_t length)
{
    char line[512];
    snprintf(line, sizeof(line), "%s %s%s%.*s", what, name,
        length ? " " : "", (int)length, rest);
    if (report_fd >= 0) {
        write(report_fd, line, strlen(line));
    }
}

/* Read a whole file into buf, as a string; "" if there is none. */
static void
slurp(const char *path, char *buf, size_t size)
{
    size_t used = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    memset(buf, 0, size);
    while (fd >= 0 && used < size - 1
           && (n = read(fd, buf + used, size - 1 - used)) > 0) {
        used += n;
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void
report_check(const char *name, const char *when, const char *text)
{
    while (*text) {
        char rest[256];
        size_t length = strcspn(text, "\n");
        snprintf(rest, sizeof(rest), "%s %.*s", when, (int)length, text);
        report("check", name, rest, strlen(rest));
        text += length + (text[length] == '\n');
    }
}

/* Remove the files of this directory. => whether it has a directory, and the
 * name of the first */
static bool
directory_left(char name[NAME_MAX + 1])
{
    struct dirent *entry;
    DIR *dir = opendir(".");
    bool found = false;

    while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
        found = strcmp(entry->d_name, ".") != 0
                && strcmp(entry->d_name, "..") != 0
                && unlink(entry->d_name) < 0;
        if (found) {
            strcpy(name, entry->d_name);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return found;
}

/* Remove all that is in a directory. It goes there, since a path may become
 * longer than a path may be; and at any depth it takes the same memory, since
 * the driver's own is counted with the test's. */
static void
empty(const char *name)
{
    char child[NAME_MAX + 1];
    int depth = chdir(name) == 0;

    for (int steps = 0; depth > 0 && steps < STEPS_MAX; steps++) {
        if (!directory_left(child)) {
            chdir("..");
            depth--;
        } else if (rmdir(child) < 0 && chdir(child) == 0) {
            depth++;
        }
    }
}

/* Remove System V's objects, which stay when a process ends. */
static void
remove_objects(void)
{
    struct shm_info shm;
    struct seminfo sem;

    for (int i = shmctl(0, SHM_INFO, (struct shmid_ds *)&shm); i >= 0; i--) {
        struct shmid_ds there;
        int id = shmctl(i, SHM_STAT, &there);
        if (id >= 0) {
            shmctl(id, IPC_RMID, NULL);
        }
    }
    for (int i = semctl(0, 0, SEM_INFO, &sem); i >= 0; i--) {
        struct semid_ds there;
        int id = semctl(i, 0, SEM_STAT, &there);
        if (id >= 0) {
            semctl(id, 0, IPC_RMID);
        }
    }
}

/* Print, in the test's output, that a call of the driver failed.
 * => a wait status */
static int
broken(const char *call)
{
    dprintf(2, "driver: %s: %s\n", call, strerror(errno));
    return 125 << 8;
}

/* In the child, in our memory: become the test. */
static void
become(struct test *test)
{
    static char *env[] = { "PATH=/bin", NULL };

    setpgid(0, 0);
    umask(022);
    int in = open("/dev/null", O_RDONLY);
    int out = open("/dev/run/stdout", O_WRONLY);
    if (chdir(test->dir) < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0
        || dup2(out, 2) < 0) {
        _exit(125);
    }
    for (int fd = 3; fd <= in || fd <= out; fd++) {
        close(fd);
    }
    execve(test->program, test->argv, env);
    dprintf(2, "driver: %s: %s\n", test->program, strerror(errno));
    _exit(127);
}

/* Never sleeps in wait: that may be what is still to be written.
 * => whether it has ended in time, with a wait status */
static bool
ends_within(pid_t pid, long ms, int *status)
{
    for (; ms > 0; ms -= POLL_MS) {
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended == pid) {
            return true;
        }
        if (ended < 0) {
            *status = broken("waitpid");
            return true;
        }
        nap(POLL_MS);
    }
    return false;
}

/* => 0 and a wait status, or -1 when the time was up and it was killed. */
static int
wait_for(pid_t pid, long seconds, int *status)
{
    if (ends_within(pid, seconds * 1000, status)) {
        return 0;
    }
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    ends_within(pid, REAP_MS, status);
    return -1;
}

/* Kill the processes that the test has left, in whatever group, and wait until
 * init has reaped them. There are no others. */
static void
clear_away(void)
{
    for (int ms = 0; ms < REAP_MS && kill(-1, SIGKILL) == 0; ms += POLL_MS) {
        nap(POLL_MS);
    }
}

static void
run(struct test *test)
{
    char end[32 + sizeof(nonce)];
    int status = 0;

    slurp("/proc/tine/check", before, sizeof(before));
    mkdir(test->dir, 0755);
    pid_t pid = vfork();
    if (pid == 0) {
        become(test);
    }
    if (pid < 0) {
        status = broken("vfork");
    }
    if (pid > 0 && wait_for(pid, test->seconds, &status) < 0) {
        snprintf(end, sizeof(end), "timeout");
    } else if (WIFSIGNALED(status)) {
        snprintf(end, sizeof(end), "signal %d", WTERMSIG(status));
    } else {
        snprintf(end, sizeof(end), "exit %d", WEXITSTATUS(status));
    }
    clear_away();
    remove_objects();
    empty("/tmp"); /* without memory a test may have missed its directory */
    slurp("/proc/tine/check", after, sizeof(after));

    report_check(test->name, "before", before);
    report_check(test->name, "after", after);
    if (nonce[0] != '\0') {
        snprintf(end + strlen(end), sizeof(end) - strlen(end), " %s", nonce);
    }
    report("end", test->name, end, strlen(end));
}

/* `NAME SECONDS [args...]` in place; => 0, or -1 if it is not that. */
static int
parse(char *line, struct test *test)
{
    int argc = 0;
    char *word = line;

    memset(test, 0, sizeof(*test));
    while (*word && argc <= MAX_ARGS) {
        size_t length = strcspn(word, " ");
        char *next = word + length + (word[length] == ' ');
        word[length] = '\0';
        if (length > 0) {
            test->argv[argc++] = word;
        }
        word = next;
    }
    if (argc < 2 || strlen(line) >= sizeof(test->name)) {
        return -1;
    }
    strcpy(test->name, test->argv[0]);
    test->seconds = strtol(test->argv[1], NULL, 10);
    snprintf(test->program, sizeof(test->program), "/tests/%s", test->name);
    snprintf(test->dir, sizeof(test->dir), "/tmp/%s", test->name);
    for (char *p = test->dir + 5; (p = strchr(p, '/')) != NULL;) {
        *p = '-';
    }
    test->argv[0] = test->program;
    memmove(&test->argv[1], &test->argv[2], (argc - 1) * sizeof(test->argv[0]));
    return 0;
}

/* Run a test that is not reported, so that later runs touch no new page. */
static void
warm_up(void)
{
    struct test test;
    char line[] = "warm-up 5 left left/behind"; /* to be cleaned up */
    void *space[4];

    /* what opendir allocates, each whole: a directory may have many names */
    for (int i = 0; i < 4; i++) {
        space[i] = malloc(8000);
        memset(space[i], 0, 8000);
    }
    for (int i = 4; i-- > 0;) {
        free(space[i]);
    }
    parse(line, &test);
    strcpy(test.program, "/bin/mkdir");
    run(&test);
    run(&test);
}

int
main(void)
{
    static struct test test;

    slurp("/run/tests", list, sizeof(list));
    slurp("/run/nonce", nonce, sizeof(nonce));
    warm_up();
    report_fd = open("/dev/run/report", O_WRONLY | O_CLOEXEC);
    for (char *line = list; *line;) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] == '\n');
        line[length] = '\0';
        if (parse(line, &test) == 0) {
            report("begin", test.name, "", 0);
            run(&test);
        } else if (length > 0) {
            dprintf(2, "driver: cannot run: %s\n", line);
        }
        line = next;
    }
    return 0;
}
