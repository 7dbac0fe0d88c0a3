/*
 * exec_args.c: argv and envp arrive in the new program exactly as given. The
 * program executes itself; as a child (argv[1] is "show" or "count") it
 * writes what it got into a pipe.
 */
#include "tap.h"

#include "raw.h"

#define LONGEST (128 * 1024 - 1)

static const char *self;
static char big[128 * 1024 + 8];

/* Write [argument][argument]{NAME=VALUE}. */
static int
show(char **argv, char **envp)
{
    for (int i = 0; argv[i]; i++) {
        printf("[%s]", argv[i]);
    }
    for (int i = 0; envp[i]; i++) {
        printf("{%s}", envp[i]);
    }
    fflush(stdout);
    return 0;
}

static int
count(int argc, char **argv)
{
    long bytes = 0;
    for (int i = 0; i < argc; i++) {
        bytes += strlen(argv[i]) + 1;
    }
    printf("%d %ld %d", argc, bytes, argv[argc] == NULL);
    fflush(stdout);
    return 0;
}

/* Run myself with these; => what it wrote, or the failure of exec. */
static const char *
run(char *const argv[], char *const envp[])
{
    static char text[4096];
    size_t have = 0;
    ssize_t n;
    int ends[2];

    pipe(ends);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execve(self, argv, envp);
        const char *name = errno_name(errno);
        write(1, name, strlen(name));
        _exit(1);
    }
    close(ends[1]);
    while ((n = read(ends[0], text + have, sizeof(text) - 1 - have)) > 0) {
        have += n;
    }
    text[have] = 0;
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return text;
}

static void
test_exact(void)
{
    char *none[] = { NULL };
    char *env[] = { "A=1", "EMPTY=", "odd", "=x", "A=2", NULL };
    char *plain[] = { "exec", "show", NULL };
    char *some[] = { "exec", "show", "a", "b c", "", "d\ne", "", NULL };
    char *bytes[] = { "exec", "show", "\x01\x7f\x80\xff", "h\xc3\xa9", NULL };
    char *no_name[] = { "", "show", NULL };
    char *path[] = { "/no/such/name", "show", "--", "-x", NULL };

    is_str(run(plain, none), "[exec][show]", "two arguments");
    is_str(run(some, none), "[exec][show][a][b c][][d\ne][]",
        "spaces, a newline and empty arguments");
    is_str(run(bytes, none), "[exec][show][\x01\x7f\x80\xff][h\xc3\xa9]",
        "any byte but zero");
    is_str(run(no_name, none), "[][show]", "an empty argv[0]");
    is_str(run(none, none), "argc 1, empty", "no argument at all gives one");
    is_str(run(NULL, none), "argc 1, empty", "so does no argv");
    is_str(run(path, none), "[/no/such/name][show][--][-x]",
        "argv[0] need not be the path");
    is_str(run(plain, env), "[exec][show]{A=1}{EMPTY=}{odd}{=x}{A=2}",
        "the environment in order, with doubles and odd words");
    is_str(run(plain, NULL), "[exec][show]", "no environment at all");
}

static void
test_many(void)
{
    static char *many[4001];
    char *none[] = { NULL };

    many[0] = "exec";
    many[1] = "count";
    for (int i = 2; i < 1000; i++) {
        many[i] = "word";
    }
    is_str(run(many, none), "1000 5001 1", "a thousand arguments");
    for (int i = 2; i < 4000; i++) {
        many[i] = "";
    }
    is_str(run(many, none), "4000 4009 1", "four thousand, most empty");
}

static void
test_long(void)
{
    char *one[] = { "exec", "count", big, NULL };
    char *eight[] = { "exec", "count", big, big, big, big, big, big, big, big,
        NULL };
    char *env[] = { big, NULL };
    char *plain[] = { "exec", "count", NULL };
    char *none[] = { NULL };
    static char *eighty[83];

    memset(big, 'x', sizeof(big) - 1);
    is_str(run(one, none), "E2BIG", "a string over 128 KiB is too long");
    is_str(run(plain, env), "E2BIG", "in the environment too");
    big[LONGEST + 1] = 0;
    is_str(run(one, none), "E2BIG", "by one byte");
    big[LONGEST] = 0;
    is_str(run(one, none), "3 131083 1", "one of 128 KiB with its zero fits");
    is_str(run(plain, env), "2 11 1", "in the environment too");
    big[100000] = 0;
    is_str(run(eight, none), "10 800019 1", "800 kB of arguments fit");
    eighty[0] = "exec";
    eighty[1] = "count";
    for (int i = 2; i < 82; i++) {
        eighty[i] = big;
    }
    is_str(run(eighty, none), "E2BIG", "8 MB of arguments do not");
}

/* The pointers count too: 2 MiB of both arrays together. */
static void
test_pointers(void)
{
    static char *many[300001];
    char *none[] = { NULL };

    for (int i = 0; i < 300000; i++) {
        many[i] = "";
    }
    is_str(run(many, none), "E2BIG", "300000 arguments are too many");
    many[200000] = NULL;
    is_str(run(many, many), "E2BIG", "so are 200000 and a large environment");
}

/* A chain of programs, each executing the next with one argument fewer. */
static int
chain(int argc, char **argv)
{
    char *next[12];
    if (argc == 2) {
        return 42;
    }
    for (int i = 0; i < argc - 1; i++) {
        next[i] = argv[i];
    }
    next[argc - 1] = NULL;
    execv(argv[0], next);
    return 1;
}

static void
test_chain(void)
{
    int status = 0;
    char *args[] = { (char *)self, "chain", "1", "2", "3", "4", "5", NULL };
    pid_t pid = fork();
    if (pid == 0) {
        execv(self, args);
        _exit(1);
    }
    is(waitpid(pid, &status, 0), pid, "six execs in a row keep the pid");
    exited(status, 42, "and come to the end");
}

int
main(int argc, char **argv, char **envp)
{
    if (argc == 0 || (argc == 1 && argv[0][0] == '\0')) {
        printf("argc %d, empty", argc);
        return 0;
    }
    self = argv[0];
    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        return show(argv, envp);
    }
    if (argc > 1 && strcmp(argv[1], "count") == 0) {
        return count(argc, argv);
    }
    if (argc > 1 && strcmp(argv[1], "chain") == 0) {
        return chain(argc, argv);
    }
    test_exact();
    test_many();
    test_long();
    test_pointers();
    test_chain();
    return done();
}
