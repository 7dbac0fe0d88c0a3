/* A program that executes itself, under the name of one of its functions. */
#include <reexec.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "c/internal.h"

#define FUNCTIONS_MAX 32

static struct {
    const char *name;
    void (*function)(void);
} registered[FUNCTIONS_MAX];

static int count;

static int
find(const char *name)
{
    int i = 0;

    while (i < count && strcmp(registered[i].name, name) != 0) {
        i++;
    }
    return i;
}

void
reexec_register(const char *name, void (*function)(void))
{
    if (*name == '\0' || strchr(name, '/') != NULL || count == FUNCTIONS_MAX
        || find(name) != count) {
        abort();
    }
    registered[count].name = name;
    registered[count++].function = function;
}

bool
reexec_init(void)
{
    int i = find(program_name());

    if (i == count) {
        return false;
    }
    registered[i].function();
    return true;
}

const char *
reexec_self(void)
{
    return "/proc/self/exe";
}

void
reexec_command(struct cmd *cmd, char *const argv[])
{
    static const struct sys_proc_attr dies_with_us = {.pdeathsig = SIGTERM};

    cmd_init(cmd, argv);
    cmd->path = reexec_self();
    cmd->error = 0;
    cmd->sys = &dies_with_us;
}
