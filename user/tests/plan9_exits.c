/*
 * plan9_exits.c: exits and await: what a process says at its end reaches its
 * parent, also from a program that exec has started.
 */
#include "names.h"

#include <plan9.h>

static char text[400];

/* Wait. => the message of the child, between its quotes; NULL: no such line */
static const char *
message(int pid)
{
    long times[3];
    int n = await(text, sizeof(text) - 1);
    char *at, *end;

    text[n > 0 ? n : 0] = '\0';
    if (n <= 0 || strtol(text, &at, 10) != pid) {
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        times[i] = strtol(at, &at, 10);
        if (times[i] < 0 || times[i] > 60000) {
            return NULL;
        }
    }
    end = strrchr(at, '\'');
    if (at[0] != ' ' || at[1] != '\'' || end == at + 1 || end[1] != '\0') {
        return NULL;
    }
    *end = '\0';
    return at + 2;
}

/* Whether it is "name pid: words". */
static int
says(const char *got, const char *name, int pid, const char *words)
{
    char want[200];

    snprintf(want, sizeof(want), "%s %d: %s", name, pid, words);
    return got != NULL && strcmp(got, want) == 0;
}

static void
test_messages(void)
{
    char long_one[300];
    int status, pid = fork();

    if (pid == 0) {
        exits("no reason");
    }
    ok(says(message(pid), "plan9_exits", pid, "no reason"), "a message");
    pid = fork();
    if (pid == 0) {
        exits("it's \"quoted\"");
    }
    ok(says(message(pid), "plan9_exits", pid, "it''s \"quoted\""),
        "a quote in it is doubled");
    pid = fork();
    if (pid == 0) {
        exits("");
    }
    is_str(message(pid), "", "success has none");
    pid = fork();
    if (pid == 0) {
        exits(NULL);
    }
    is_str(message(pid), "", "nor NULL");
    memset(long_one, 'x', sizeof(long_one) - 1);
    long_one[sizeof(long_one) - 1] = '\0';
    pid = fork();
    if (pid == 0) {
        _exits(long_one);
    }
    const char *got = message(pid);
    is(got != NULL ? (long)strlen(got) : -1, ERRMAX - 1, "a long one is cut");
    pid = fork();
    if (pid == 0) {
        exits("words");
    }
    waitpid(pid, &status, 0);
    exited(status, 1, "to others it is exit status 1");
}

static void
test_others(void)
{
    char want[40];
    int pid = fork();

    if (pid == 0) {
        _exit(3);
    }
    snprintf(want, sizeof(want), "%d: status 3", pid);
    is(strcmp(message(pid), want), 0, "a program that ends by its status");
    pid = fork();
    if (pid == 0) {
        raise(SIGKILL);
    }
    snprintf(want, sizeof(want), "%d: signal 9", pid);
    is(strcmp(message(pid), want), 0, "one that a signal ends");
}

static void
test_order(void)
{
    int ends[2], first, second;
    char c;

    pipe(ends);
    first = rfork(RFPROC | RFFDG);
    if (first == 0) {
        close(ends[1]);
        read(ends[0], &c, 1);
        exits("first");
    }
    second = rfork(RFPROC | RFFDG);
    if (second == 0) {
        exits("second");
    }
    ok(says(message(second), "plan9_exits", second, "second"),
        "the second child ends first");
    close(ends[0]);
    close(ends[1]);
    ok(says(message(first), "plan9_exits", first, "first"), "then the first");
    fails(await(text, sizeof(text)), ECHILD, "there is no third");
    for (int i = 0; i < 30; i++) {
        if (fork() == 0) {
            exits("one of many");
        }
    }
    int heard = 0;
    while ((first = await(text, sizeof(text) - 1)) > 0) {
        text[first] = '\0';
        heard += strstr(text, ": one of many'") != NULL;
    }
    is(heard, 30, "many at once");
}

static void
test_short(void)
{
    int pid = fork();

    if (pid == 0) {
        exits("words");
    }
    memset(text, '#', sizeof(text));
    is(await(text, 3), 3, "a short buffer");
    ok(text[2] != '#' && text[3] == '#', "gets as much as it holds");
    fails(await(text, sizeof(text)), ECHILD, "the rest is lost");
}

/* A child of these flags that execs us; how: exec or execv. */
static int
exec_child(int flags, int (*how)(const char *, char *const *))
{
    static char *const argv[] = { "other", "say", NULL };
    int pid = rfork(RFPROC | flags);

    if (pid == 0) {
        how("/proc/self/exe", argv);
        _exit(99);
    }
    return pid;
}

static void
test_exec(void)
{
    int pid = exec_child(RFFDG, execv);

    ok(says(message(pid), "other", pid, "said after exec"),
        "a message after execv");
    pid = exec_child(RFCFDG, execv);
    ok(says(message(pid), "other", pid, "said after exec"),
        "with clean descriptors");
    pid = exec_child(RFFDG | RFMEM, execv);
    ok(says(message(pid), "other", pid, "said after exec"), "with RFMEM");
    pid = exec_child(0, exec);
    ok(says(message(pid), "other", pid, "said after exec"),
        "after exec, with descriptors in common");
    putenv("said", "in the group");
    pid = exec_child(RFFDG, exec);
    ok(says(message(pid), "other", pid, "in the group"),
        "exec hands on the environment of the group");
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "say") == 0) {
        char *said = getenv("said");
        exits(said != NULL ? said : "said after exec");
    }
    test_messages();
    test_others();
    test_order();
    test_short();
    test_exec();
    return done();
}
