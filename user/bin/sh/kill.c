/*
 * kill, a builtin of the shell and the program /bin/kill.
 *
 * kill [-SIGNAL] PID...: send a signal (TERM if none is named). SIGNAL is a
 * number or a name such as INT or SIGINT; -PID is a process group; kill -l
 * lists the names, kill -l STATUS names the one that a status tells. After --
 * nothing is taken for a signal.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/signals.h"

#include "shared.h"

/* All, or the one that a number or the status of a command means. */
static int
list_names(const char *only)
{
    int chosen = only == NULL ? 0 : atoi(only) & 127;

    for (int sig = 1; sig < NSIG; sig++) {
        const char *name = signal_name(sig);
        if (only == NULL && name != NULL) {
            printf("%2d %s\n", sig, name);
        } else if (sig == chosen && name != NULL) {
            puts(name);
            return 0;
        }
    }
    return only == NULL ? 0 : 1;
}

int
signal_number(const char *s)
{
    if (isdigit(*s)) {
        char *end;
        long sig = strtol(s, &end, 10);
        return *end == '\0' && sig < NSIG ? (int)sig : -1;
    }
    if (strncmp(s, "SIG", 3) == 0) {
        s += 3;
    }
    for (int sig = 1; sig < NSIG; sig++) {
        const char *name = signal_name(sig);
        if (name != NULL && strcmp(name, s) == 0) {
            return sig;
        }
    }
    return -1;
}

/* => false after a message */
static bool
send(const char *text, int sig)
{
    char *end;
    long pid = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || pid != (pid_t)pid) {
        fprintf(stderr, "kill: %s: not a process id\n", text);
        return false;
    }
    if (kill((pid_t)pid, sig) < 0) {
        fprintf(stderr, "kill: %s: %s\n", text, strerror(errno));
        return false;
    }
    return true;
}

int
kill_main(int argc, char **argv)
{
    int sig = SIGTERM;
    int i = 1;
    bool ok = true;

    if (argc >= 2 && strcmp(argv[1], "-l") == 0) {
        return list_names(argv[2]);
    }
    if (i + 1 < argc && strcmp(argv[i], "-s") == 0) {
        sig = signal_number(argv[i + 1]);
        i += 2;
    } else if (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0) {
        sig = signal_number(argv[i] + 1);
        i++;
    }
    if (i < argc && strcmp(argv[i], "--") == 0) {
        i++;
    }
    if (sig < 0 || i >= argc) {
        fprintf(stderr, "usage: kill [-SIGNAL] PID... | kill -l\n");
        return 2;
    }
    for (; i < argc; i++) {
        ok = send(argv[i], sig) && ok;
    }
    return ok ? 0 : 1;
}
