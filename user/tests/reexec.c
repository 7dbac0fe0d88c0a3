/*
 * reexec.c: functions in new processes by executing ourselves, the five lines
 * of Go's example, and what ForkExec, StartProcess and Cmd promise: lists of
 * descriptors, errors of a child that never was, texts through both pipes.
 */
#include "reexec_children.h"

#include <fcntl.h>
#include <forkexec.h>
#include <reexec.h>

#define SIZE 200000 /* more than two pipes hold */

static struct cmd cmd;
static struct cmd_buffer text, more;

__attribute__((constructor)) static void
init(void)
{
    static const struct {
        const char *name;
        void (*function)(void);
    } functions[] = {
        { "say-child", say_child }, { "arguments", tell_arguments },
        { "copy", copy_input }, { "files", tell_files },
        { "loud", fail_loudly }, { "group", tell_group },
        { "surroundings", tell_surroundings }, { "die", die },
        { "leaver", leave_child }, { "sleeper", sleep_long },
    };

    for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        reexec_register(functions[i].name, functions[i].function);
    }
    if (strcmp(program_invocation_name, "five-lines") == 0
        || strcmp(program_invocation_name, "say-child") == 0) {
        printf("init start\n");
        fflush(stdout);
    }
    if (reexec_init()) {
        exit(0);
    }
}

static int
five_lines(void)
{
    char *argv[] = { "say-child", NULL };

    printf("main start\n");
    fflush(stdout);
    reexec_command(&cmd, argv);
    cmd.fd[1] = 1;
    cmd_run(&cmd);
    printf("main exit\n");
    return 0;
}

/* ---- The tests ---- */

static void
clear(void)
{
    cmd_buffer_free(&text);
    cmd_buffer_free(&more);
}

static void
run_named(char *name, const char *want, const char *what)
{
    char *argv[] = { name, NULL };

    reexec_command(&cmd, argv);
    is(cmd_output(&cmd, &text), 0, what);
    is_str(text.data != NULL ? text.data : "", want, "and gives its output");
    clear();
}

static void
test_reexec(void)
{
    char program[1024], *argv[] = { "program", NULL };
    int status;

    is_str(reexec_self(), "/proc/self/exe", "how we find ourselves");
    run_named("x/arguments", "argv[0] is whole, signal 15",
        "the last part of argv[0] chooses");
    pid_t pid = must_fork();
    if (pid == 0) {
        reexec_register("files", tell_files);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    killed(status, SIGABRT, "a name is registered once");
    pid = must_fork();
    if (pid == 0) {
        reexec_register("a/b", tell_files);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    killed(status, SIGABRT, "and has no slash");
    ok(!reexec_init(), "our own name is none of them");

    /* A copy of ourselves, whose file is gone. */
    int from = open(reexec_self(), O_RDONLY);
    int to = open("program", O_CREAT | O_WRONLY, 0755);
    ssize_t size;
    while ((size = read(from, program, sizeof(program))) > 0) {
        write(to, program, (size_t)size);
    }
    close(from);
    close(to);
    argv[0] = "unlinker";
    cmd_init(&cmd, argv);
    cmd.path = "./program";
    cmd.error = 0;
    is(cmd_output(&cmd, &text), 0, "a program that removes its file");
    is_str(text.data != NULL ? text.data : "", "child\n",
        "still finds itself");
    clear();
}

/* That program. */
static int
unlink_and_reexec(void)
{
    char *argv[] = { "say-child", NULL };
    struct cmd again;

    unlink("program");
    reexec_command(&again, argv);
    if (cmd_output(&again, &text) != 0) {
        return 1;
    }
    /* Its first line is `init start`. */
    write(1, text.data + 11, text.size - 11);
    return 0;
}

static void
test_five_lines(void)
{
    char *argv[] = { "five-lines", NULL };

    reexec_command(&cmd, argv);
    is(cmd_output(&cmd, &text), 0, "a program in five lines");
    is_str(text.data != NULL ? text.data : "",
        "init start\nmain start\ninit start\nchild\nmain exit\n",
        "in their order");
    clear();
}

static int
no_child(void)
{
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

static int
make_file(const char *path, size_t size)
{
    static char zeros[16];
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

    write(fd, zeros, size);
    return fd;
}

/* Files of 5, 6 and 7 bytes at numbers that must change places. */
static void
test_descriptors(void)
{
    char *argv[] = { "files", NULL };
    int five = make_file("5", 5), six = make_file("6", 6);
    int seven = make_file("7", 7), ends[2];
    char got[32] = "";

    pipe2(ends, O_CLOEXEC);
    dup3(five, 21, O_CLOEXEC);
    dup3(five, 3, O_CLOEXEC);
    dup3(six, 2 + 2, O_CLOEXEC);
    dup3(seven, 22, O_CLOEXEC);
    int files[] = { 21, ends[1], 22, 4, 3, -1, 22 };
    struct proc_attr attr = { .files = files, .count = 7 };
    pid_t pid = fork_exec(reexec_self(), argv, &attr);
    close(ends[1]);
    waitpid(pid, NULL, 0);
    read(ends[0], got, sizeof(got) - 1);
    is_str(got, "5765-7-", "each descriptor has its file");
    close(ends[0]);

    int bad[] = { 0, 1, 2, 99 };
    attr.files = bad;
    attr.count = 4;
    fails(fork_exec(reexec_self(), argv, &attr), EBADF, "one that is not open");
    ok(no_child(), "then there is no child");
}

static void
test_errors(void)
{
    char *argv[] = { "files", NULL };
    struct sys_proc_attr sys = { .setctty = true, .foreground = true };
    struct proc_attr attr = { .sys = &sys };

    fails(fork_exec("/nothing", argv, &(struct proc_attr){ .dir = "/" }),
        ENOENT, "a failed exec is the caller's error");
    ok(no_child(), "its child was waited for");
    fails(fork_exec(reexec_self(), argv, &attr), EINVAL,
        "a terminal for session and foreground");
    sys = (struct sys_proc_attr){ .setctty = true, .ctty = 3 };
    fails(fork_exec(reexec_self(), argv, &attr), EINVAL,
        "or one that the child has not");
    sys = (struct sys_proc_attr){ .foreground = true, .ctty = 99 };
    fails(fork_exec(reexec_self(), argv, &attr), EBADF, "no such terminal");
    sys = (struct sys_proc_attr){ .setpgid = true, .pgid = 0x7ffffff };
    fails(fork_exec(reexec_self(), argv, &attr), EPERM,
        "a group that there is not");
    sys = (struct sys_proc_attr){ .pdeathsig = 99 };
    fails(fork_exec(reexec_self(), argv, &attr), EINVAL, "no such signal");
    attr = (struct proc_attr){ .dir = "/nothing" };
    fails(start_process(reexec_self(), argv, &attr), ENOENT,
        "no such directory");
    ok(no_child(), "never a child");
}

static void
test_groups(void)
{
    char *argv[] = { "group", NULL };
    struct sys_proc_attr sys = { .setpgid = true };

    run_named("group", "follows", "a child is in our group");
    reexec_command(&cmd, argv);
    cmd.sys = &sys;
    cmd_output(&cmd, &text);
    is_str(text.data, "leads a group", "setpgid");
    clear();
    sys = (struct sys_proc_attr){ .setsid = true };
    reexec_command(&cmd, argv);
    cmd.sys = &sys;
    cmd_output(&cmd, &text);
    is_str(text.data, "leads a group and a session", "setsid");
    clear();
}

static void
test_surroundings(void)
{
    char *argv[] = { "surroundings", NULL };
    char *env[] = { "TWICE=first", "A=b", "TWICE=last", NULL };

    mkdir("sub", 0755);
    reexec_command(&cmd, argv);
    cmd.env = env;
    cmd.dir = "sub";
    cmd_output(&cmd, &text);
    is_str(text.data, "last, in sub",
        "directory, and of two variables the last");
    clear();
    setenv("TWICE", "ours", 1);
    run_named("surroundings", "ours, elsewhere", "ours, if none is given");
}

static void
test_texts(void)
{
    char *argv[] = { "copy", NULL };
    char *big = malloc(SIZE);

    for (int i = 0; i < SIZE; i++) {
        big[i] = (char)('a' + i % 23);
    }
    reexec_command(&cmd, argv);
    cmd.input = big;
    cmd.input_size = SIZE;
    cmd.output = &text;
    cmd.errors = &more;
    is(cmd_run(&cmd), 0, "a text in, two out, larger than the pipes");
    ok(text.size == SIZE && memcmp(text.data, big, SIZE) == 0,
        "output is whole");
    ok(more.size == SIZE && memcmp(more.data, big, SIZE) == 0, "errors too");
    clear();

    reexec_command(&cmd, argv);
    cmd.input = "ab";
    cmd.input_size = 2;
    is(cmd_combined_output(&cmd, &text), 0, "both in one");
    is_str(text.data, "abab", "in their order");
    clear();

    reexec_command(&cmd, argv);
    int in = cmd_stdin_pipe(&cmd), out = cmd_stdout_pipe(&cmd);
    char byte = 0;
    is(cmd_start(&cmd), 0, "pipes of our own");
    write(in, "z", 1);
    ok(read(out, &byte, 1) == 1 && byte == 'z', "what goes in comes out");
    cmd_close_stdin(&cmd);
    ok(read(out, &byte, 1) == 0, "until we close the input");
    is(cmd_wait(&cmd), 0, "it has ended");
    fails(cmd_wait(&cmd), EINVAL, "and is waited for once only");
    fails(cmd_start(&cmd), EINVAL, "nor started again");

    argv[0] = "group";
    reexec_command(&cmd, argv);
    cmd.input = big;
    cmd.input_size = SIZE;
    is(cmd_run(&cmd), 0, "a child that does not read its input");
    free(big);
}

static void
test_states(void)
{
    char *argv[] = { "loud", NULL };

    reexec_command(&cmd, argv);
    is(cmd_output(&cmd, &text), 1, "a command that fails");
    is(process_exit_code(&cmd.state), 9, "its code");
    ok(strncmp(cmd.error_text.data, "line 0000\n", 10) == 0
        && strstr(cmd.error_text.data, "\n... omitting 34464 bytes ...\n")
        && strcmp(cmd.error_text.data + cmd.error_text.size - 10,
            "line 9999\n") == 0, "beginning and end of its errors");
    cmd_buffer_free(&cmd.error_text);
    clear();
    argv[0] = "die";
    reexec_command(&cmd, argv);
    is(cmd_run(&cmd), 1, "one that a signal ends");
    is(process_exit_code(&cmd.state), -1, "has no code");
    ok(cmd.state.pid == cmd.pid && WTERMSIG(cmd.state.status) == SIGKILL,
        "but a signal");
    argv[0] = "no-such-program";
    cmd_init(&cmd, argv);
    fails(cmd_run(&cmd), ENOENT, "a name that PATH does not have");
    cmd_init(&cmd, argv);
    fails(cmd_wait(&cmd), EINVAL, "waiting for what was not started");
}

/* The sleeper holds the pipe open until its parent's end ends it. */
static void
test_death_signal(void)
{
    char *argv[] = { "leaver", NULL };
    int ends[2];
    char byte;

    pipe2(ends, O_CLOEXEC);
    reexec_command(&cmd, argv);
    cmd.extra[0] = ends[1];
    cmd.extra_count = 1;
    is(cmd_run(&cmd), 0, "a parent ends before its child");
    close(ends[1]);
    is(read(ends[0], &byte, 1), 0, "which its end has ended");
    close(ends[0]);
}

int
main(int argc, char *argv[])
{
    (void)argc;
    if (strcmp(argv[0], "five-lines") == 0) {
        return five_lines();
    }
    if (strcmp(argv[0], "unlinker") == 0) {
        return unlink_and_reexec();
    }
    test_reexec();
    test_five_lines();
    test_descriptors();
    test_errors();
    test_groups();
    test_surroundings();
    test_texts();
    test_states();
    test_death_signal();
    return done();
}
