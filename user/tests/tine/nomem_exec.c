/*
 * nomem_exec.c: each allocation of execve and of the new program's start fails
 * once; nomem.h says how, and what must hold. Before the point of no return
 * execve fails, and the caller has not changed; after it the new program is
 * killed.
 *
 * seconds: 40
 * modes: eager page table tree
 * expect:
 * ok 1 - exec
 * ok 2 - exec in shared memory
 * ok 3 - exec in a child
 * ok 4 - exec after vfork
 * ok 5 - exec after vfork in shared memory
 * ok 6 - exec with much to pass
 * ok 7 - exec with much to pass after vfork
 * ok 8 - exec that closes descriptors
 * ok 9 - exec of a missing file with a long path
 * ok 10 - exec of what is no program
 * ok 11 - exec of a script
 * ok 12 - exec by a descriptor
 * ok 13 - spawn
 * ok 14 - spawn in shared memory
 * 1..14
 */
#include "nomem.h"

#include "abi/spawn.h"

#define MANY 400

static char *self;
static char *args[MANY + 3];
static char *environment[MANY + 1];
static char long_word[3 * PAGE];
static char zeros[20 * PAGE]; /* so that this program has a large bss */

static void
exec_args(char *const argv[], char *const envp[])
{
    zeros[0]++;
    CALL(SYS_execve, P(self), P(argv), P(envp));
}

static void
do_exec(void)
{
    static char *few[] = { NULL, (char *)"landed", NULL };

    few[0] = self;
    exec_args(few, NULL);
}

/* Strings and pointers of several pages each. */
static void
exec_much(void)
{
    static char word[100];

    memset(word, 'w', sizeof(word) - 1);
    memset(long_word, 'l', sizeof(long_word) - 1);
    args[0] = self;
    args[1] = (char *)"landed";
    args[2] = long_word;
    for (int i = 0; i < MANY; i++) {
        args[i + 2] = i ? word : long_word;
        environment[i] = word;
    }
    exec_args(args, environment);
}

/* Descriptors that are to be closed, in a table that is shared. */
static void
exec_closes(void)
{
    fcntl(dup(0), F_SETFD, FD_CLOEXEC);
    fcntl(dup(0), F_DUPFD_CLOEXEC, 18);
    signal(SIGTERM, SIG_IGN);
    do_exec();
}

static void
exec_missing(void)
{
    static char path[256]; /* so long that it needs memory */

    memset(path, '/', 200);
    strcpy(path + 200, "missing");
    do_exec();
    attempt.arg[0] = P(path);
}

static void
exec_text(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0755);

    write(fd, "text", 4);
    close(fd);
    do_exec();
    attempt.arg[0] = P("file");
}

static void
exec_script(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0755);

    dprintf(fd, "#!%s landed\n", self);
    close(fd);
    do_exec();
    attempt.arg[0] = P("file");
}

static void
exec_open(void)
{
    static char *few[] = { NULL, (char *)"landed", NULL };

    few[0] = self;
    CALL(SYS_execveat, open(self, O_RDONLY), P(""), P(few), 0, AT_EMPTY_PATH);
}

/* A child with a list of actions, which ends at once. */
static void
spawn_child(void)
{
    static char *argv[] = { "child", "spawned", NULL }, *envp[] = { NULL };
    static struct spawn_action list[] = {
        { .kind = SPAWN_GIVE, .fd = 1, .value = 1 },
        { .kind = SPAWN_OPEN, .fd = 30, .flags = O_RDONLY },
        { .kind = SPAWN_SETSID },
        { .kind = SPAWN_DEFAULT, .value = 1 },
    };
    static struct spawn_args spawn;

    list[1].value = P("/dev/null");
    spawn = (struct spawn_args){ .path = P(self), .argv = P(argv),
        .envp = P(envp), .actions = P(list), .count = 4 };
    signal(SIGUSR1, SIG_IGN); /* what it does not inherit */
    CALL(SYS_spawn, P(&spawn), sizeof(spawn));
}

static const struct op ops[] = {
    OP("exec", do_exec, 0, LEAVES | FAULTS),
    OP("exec in shared memory", do_exec, COPIES, LEAVES | FAULTS | SHARER),
    OP("exec in a child", do_exec, TREE, LEAVES | FAULTS | IN_CHILD),
    OP("exec after vfork", do_exec, 0, LEAVES | FAULTS | IN_VFORK),
    OP("exec after vfork in shared memory", do_exec, TREE,
        LEAVES | FAULTS | IN_VFORK | SHARER),
    OP("exec with much to pass", exec_much, 0, LEAVES | FAULTS),
    OP("exec with much to pass after vfork", exec_much, 0,
        LEAVES | FAULTS | IN_VFORK),
    OP("exec that closes descriptors", exec_closes, 0,
        LEAVES | FAULTS | SHARER),
    OP("exec of a missing file with a long path", exec_missing, 0, 0,
        .always = ENOENT),
    OP("exec of what is no program", exec_text, 0, FILES, .always = ENOEXEC),
    OP("exec of a script", exec_script, 0, LEAVES | FAULTS | FILES),
    OP("exec by a descriptor", exec_open, 0, LEAVES | FAULTS),
    OP("spawn", spawn_child, 0, FORKS),
    OP("spawn in shared memory", spawn_child, COPIES, FORKS | SHARER),
};

int
main(int argc, char *argv[])
{
    self = argv[0];
    if (argc > 1 && strcmp(argv[1], "spawned") == 0) {
        return 0;
    }
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}
