/*
 * time_command.c: bin/time: its three lines, and the status of the command.
 *
 * expect:
 * ok 1 - three lines
 * ok 2 - the time that passed
 * ok 3 - user and system time are not more, but for rounding
 * ok 4 - the command's status
 * ok 5 - no such command: 127
 * 1..5
 */
#include "../tap.h"

/* Run it; => its exit code. */
static int
run(char **argv, char *text, size_t size)
{
    int ends[2], status;

    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        dup2(ends[1], 2);
        execv("/bin/time", argv);
        _exit(99);
    }
    close(ends[1]);
    size_t length = 0;
    for (long n = 1; n > 0; length += (size_t)n) {
        n = read(ends[0], text + length, size - 1 - length);
    }
    text[length] = '\0';
    close(ends[0]);
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

/* The hundredths of a second behind this name, or -1. */
static long
value(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    char *end;

    if (at == NULL) {
        return -1;
    }
    long seconds = strtol(at + strlen(name), &end, 10);
    return *end == '.' ? seconds * 100 + strtol(end + 1, NULL, 10) : -1;
}

int
main(void)
{
    char *naps[] = { "time", "-p", "sh", "-c", "sleep 0.1; exit 3", NULL };
    char *missing[] = { "time", "nosuch", NULL };
    char text[256];

    int status = run(naps, text, sizeof(text));
    long real = value(text, "real "), user = value(text, "user ");
    long system = value(text, "sys ");
    ok(real >= 0 && user >= 0 && system >= 0, "three lines");
    ok(real >= 10, "the time that passed");
    ok(user + system <= real + 1,
        "user and system time are not more, but for rounding");
    is(status, 3, "the command's status");
    is(run(missing, text, sizeof(text)), 127, "no such command: 127");
    return done();
}
