/*
 * threadspec_task.c: /proc/PID/task has a directory for each thread, and stat
 * in it is about that thread; a thread has a directory in /proc, which is not
 * listed there.
 */
#include "threads.h"

#include <dirent.h>
#include <sys/prctl.h>

static struct thread threads[3];
static int step, go;

static int
has_name(void *arg)
{
    raw(NR_prctl, PR_SET_NAME, P(arg), 0, 0);
    advance(&step);
    until(&go, 1);
    return 0;
}

/* How many numbers are in a directory; one of them is this? */
static int
numbers_in(const char *path, pid_t number, int *found)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int count = 0;

    *found = 0;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        count += entry->d_name[0] != '.' && atoi(entry->d_name) > 0;
        *found |= atoi(entry->d_name) == number;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return count;
}

/* A field of stat, counted as in proc(5); 2 is the name. */
static long
stat_field(const char *path, int field, char name[32])
{
    char text[512] = "";
    int fd = open(path, O_RDONLY);
    long n = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (begin == NULL || end == NULL) {
        return -1;
    }
    snprintf(name, 32, "%.*s", (int)(end - begin - 1), begin + 1);
    if (field == 1) {
        return atoi(text);
    }
    for (char *at = end; field > 2; field--) {
        end = at = strchr(at + 1, ' ');
        if (at == NULL) {
            return -1;
        }
    }
    return atol(end);
}

static void
test_list(void)
{
    static const char *const names[] = { "one", "two", "a (b) c" };
    char path[64], name[32] = "";
    int found, right = 0;

    is(numbers_in("/proc/self/task", getpid(), &found), 1, "one thread");
    is(found, 1, "whose number is the pid");
    for (int i = 0; i < 3; i++) {
        thread_start(&threads[i], has_name, (void *)names[i]);
    }
    until(&step, 3);
    is(numbers_in("/proc/self/task", threads[1].tid, &found), 4, "four");
    is(found, 1, "each with its number");
    snprintf(path, sizeof(path), "/proc/%d/task", threads[0].tid);
    is(numbers_in(path, getpid(), &found), 4, "the same by the thread's tid");
    numbers_in("/proc", threads[1].tid, &found);
    is(found, 0, "/proc does not list a thread");
    snprintf(path, sizeof(path), "/proc/%d/stat", threads[1].tid);
    is(access(path, F_OK), 0, "but has it");
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
            threads[i].tid);
        right += stat_field(path, 1, name) == threads[i].tid
                 && strcmp(name, names[i]) == 0
                 && stat_field(path, 4, name) == getppid()
                 && stat_field(path, 5, name) == getpgid(0);
    }
    is(right, 3, "stat has its tid and its name");
    is(stat_field("/proc/self/stat", 20, name), 4, "and how many there are");
}

/* comm: the name as a text, which all threads of the process may change. */
static void
test_names(void)
{
    char path[64], name[64] = "", other[32];

    snprintf(path, sizeof(path), "/proc/self/task/%d/comm", threads[1].tid);
    int fd = open(path, O_RDWR);
    is(read(fd, name, sizeof(name)), 4, "comm: a name, and a newline");
    is_str(name, "two\n", "that it gave itself");
    is(write(fd, "a name of much more than fifteen", 32), 32, "another name");
    close(fd);
    fd = open(path, O_RDONLY);
    memset(name, 0, sizeof(name));
    is(read(fd, name, sizeof(name)), 16, "it has 15 bytes");
    is_str(name, "a name of much \n", "of it");
    close(fd);
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", threads[1].tid);
    stat_field(path, 1, other);
    is_str(other, "a name of much ", "stat has it, too");
    fd = open("/proc/self/comm", O_RDWR);
    write(fd, "first", 5);
    raw(NR_prctl, PR_GET_NAME, P(other), 0, 0);
    is_str(other, "first", "the process has its first thread's");
    close(fd);
    fd = open("/proc/self/comm", O_WRONLY);
    is(write(fd, "", 0), 0, "nothing");
    fails(write(fd, (void *)16, 4), EFAULT, "no name");
    pid_t child = must_fork();
    if (child == 0) {
        _exit(write(fd, "mine", 4) == -1 && errno == EINVAL ? 0 : 1);
    }
    exited(status_of(child), 0, "a child may not change its parent's");
    close(fd);
}

static void
test_others(void)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d", getppid());
    fails(access(path, F_OK), ENOENT, "a process that is no thread of ours");
    fails(access("/proc/self/task/0", F_OK), ENOENT, "no number");
    fails(access("/proc/self/task/x", F_OK), ENOENT, "a name");
}

static void
test_end(void)
{
    char path[64], name[32];
    int found;

    advance(&go);
    for (int i = 0; i < 3; i++) {
        thread_join(&threads[i]);
        until_gone(&threads[i]);
    }
    is(numbers_in("/proc/self/task", getpid(), &found), 1, "one is left");
    is(stat_field("/proc/self/stat", 20, name), 1, "and counted");
    snprintf(path, sizeof(path), "/proc/self/task/%d", threads[0].tid);
    fails(access(path, F_OK), ENOENT, "one that has ended is not there");
}

int
main(void)
{
    test_list();
    test_names();
    test_others();
    test_end();
    return done();
}
