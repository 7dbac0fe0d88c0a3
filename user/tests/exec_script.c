/*
 * exec_script.c: files that begin with `#!`: how the line is read, what the
 * interpreter gets, scripts whose interpreter is a script, and the errors. The
 * interpreter is a copy of this program, which says what it got.
 * seconds: 20
 */
#include "userspec.h"

#include "abi/auxv.h"
#include "abi/prctl.h"

static char *const few[] = { "zero", "a", NULL };

/* Write [argument][argument], only the length of a long one; => 0 */
static int
show(int argc, char **argv)
{
    if (argc > 20) {
        printf("%d, last [%s]", argc, argv[argc - 1]);
        argc = 0;
    }
    for (int i = 0; i < argc; i++) {
        if (strlen(argv[i]) > 40) {
            printf("[%d bytes]", (int)strlen(argv[i]));
        } else {
            printf("[%s]", argv[i]);
        }
    }
    fflush(stdout);
    return 0;
}

/* Write the names by which the system knows this program. */
static int
tell_names(void)
{
    unsigned long *word = (unsigned long *)environ;
    const char *path = "(none)";
    char comm[16] = "";

    while (*word != 0) {
        word++;
    }
    for (const struct auxv *v = (void *)(word + 1); v->a_type != AT_NULL;
        v++) {
        path = v->a_type == AT_EXECFN ? (const char *)v->a_val : path;
    }
    const char *exe = strrchr(target_of("/proc/self/exe"), '/');
    raw(NR_prctl, PR_GET_NAME, P(comm), 0, 0);
    printf("%s %s %s", path, exe, comm);
    fflush(stdout);
    return 0;
}

/* What the program at path writes, or the error of its exec. */
static const char *
run_as(const struct user *user, const char *path, char *const argv[],
    const char *mode)
{
    static char text[4096];
    char *const envp[] = { (char *)mode, NULL };
    size_t have = 0;
    ssize_t n;
    int ends[2];

    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        become(user);
        execve(path, argv, envp);
        const char *name = errno_name(errno);
        write(1, name, strlen(name));
        _exit(1);
    }
    close(ends[1]);
    while ((n = read(ends[0], text + have, sizeof(text) - 1 - have)) > 0) {
        have += n;
    }
    text[have] = '\0';
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return text;
}

/* A script of these bytes. */
static void
script(const char *name, const char *bytes, size_t size)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    write(fd, bytes, size);
    close(fd);
    chmod(name, 0755);
}

static const char *
run(const char *line)
{
    script("script", line, strlen(line));
    return run_as(&root, "./script", few, "SHOW=1");
}

static void
test_line(void)
{
    const char *plain = "[./prog][./script][a]";
    const char *both = "[./prog][one two][./script][a]";

    is_str(run("#!./prog\n"), plain, "the interpreter, the script, the rest");
    is_str(run("#!./prog"), plain, "no newline");
    is_str(run("#!./prog\ncommands\n"), plain, "more lines");
    is_str(run("#! \t ./prog \t\n"), plain, "blanks around the name");
    is_str(run("#!./prog one two\n"), both, "an argument with a blank in it");
    is_str(run("#! ./prog\t \tone two\t \nx"), both, "and blanks around it");
    is_str(run("#!./prog one two"), both, "and no newline");
    is_str(run("#!prog\n"), "[prog][./script][a]",
        "a name without a slash is in the working directory");
    is_str(run("#!./prog\r\n"), "ENOENT", "a return is a part of the name");
    is_str(run("#!./prog one\r\n"), "[./prog][one\r][./script][a]",
        "or of the argument");
    script("script", "#!./prog\0 one\n", 14);
    is_str(run_as(&root, "./script", few, "SHOW=1"), plain,
        "a zero byte ends the line");
    script("script", "#!./prog one\0two\n", 17);
    is_str(run_as(&root, "./script", few, "SHOW=1"),
        "[./prog][one][./script][a]", "and the argument");
    script("script", "#!./prog \0two\n", 14);
    is_str(run_as(&root, "./script", few, "SHOW=1"),
        "[./prog][][./script][a]", "which is empty then");
}

/* A line whose interpreter's name has this many bytes, and then the rest. */
static const char *
run_long(int size, const char *rest)
{
    static char line[1024];

    strcpy(line, "#!");
    strcat(line, size % 2 != 0 ? ".//" : "./");
    while (strlen(line) < 2 + (size_t)size - 4) {
        strcat(line, "./");
    }
    strcat(line, "prog");
    strcat(line, rest);
    return run(line);
}

static void
test_length(void)
{
    static char rest[600] = " ";
    const char *longest = "[253 bytes][./script][a]";

    is_str(run_long(252, " \n"), "[252 bytes][./script][a]",
        "a name of 252 bytes");
    is_str(run_long(253, "\n"), longest, "of 253: the newline is byte 256");
    is_str(run_long(253, " one\n"), longest, "or a blank, the rest is cut");
    is_str(run_long(253, ""), longest, "or nothing");
    is_str(run_long(254, "\n"), "ENOEXEC", "a name that may go on");
    is_str(run_long(254, ""), "ENOEXEC", "or ends there, with the file");
    is_str(run_long(400, "\n"), "ENOEXEC", "or does go on");
    memset(rest + 1, 'x', 500);
    is_str(run_long(10, rest), "[./././prog][242 bytes][./script][a]",
        "an argument is cut");
    rest[240] = ' ';
    strcpy(rest + 243, "\n");
    is_str(run_long(10, rest), "[./././prog][242 bytes][./script][a]",
        "not if the line ends before");
    memset(rest, ' ', 300);
    is_str(run_long(10, rest), "[./././prog][./script][a]",
        "blanks are no argument");
    memset(rest, ' ', 300);
    memcpy(rest, "#!", 2);
    strcpy(rest + 300, "./prog\n");
    is_str(run(rest), "ENOEXEC", "256 bytes of blanks are no name");
}

static void
test_names(void)
{
    char *none[] = { NULL };
    static char *many[1001];

    script("script", "#!./prog one\n", 13);
    is_str(run_as(&root, "./script", none, "SHOW=1"),
        "[./prog][one][./script]", "without arguments");
    for (int i = 0; i < 1000; i++) {
        many[i] = "word";
    }
    many[999] = "end";
    is_str(run_as(&root, "./script", many, "SHOW=1"), "1002, last [end]",
        "with a thousand");
    is_str(run_as(&root, "./script", few, "NAMES=1"),
        "./script /prog script",
        "AT_EXECFN and the name are of the script, exe of the interpreter");
    symlink("script", "link");
    is_str(run_as(&root, "./link", few, "SHOW=1"),
        "[./prog][one][./link][a]", "a link keeps its name");
    unlink("link");
    chmod("script", 0111);
    is_str(run_as(&student, "./script", few, "SHOW=1"),
        "[./prog][one][./script][a]", "the system need not read the script");
}

static void
test_errors(void)
{
    is_str(run("#!./none\n"), "ENOENT", "no interpreter of that name");
    is_str(run("#!./prog/x\n"), "ENOTDIR", "a path through a file");
    is_str(run("#!.\n"), "EACCES", "a directory");
    put("plain", "text");
    is_str(run("#!./plain\n"), "EACCES", "no right to execute it");
    chmod("plain", 0755);
    is_str(run("#!./plain\n"), "ENOEXEC", "neither program nor script");
    unlink("plain");
    is_str(run("#!\n"), "ENOEXEC", "no name");
    is_str(run("#! \t \n./prog"), "ENOEXEC", "only blanks");
    is_str(run("#!"), "EACCES", "nothing at all: the working directory");
    is_str(run("#! "), "EACCES", "or a blank");
    is_str(run("#"), "ENOEXEC", "half a mark");
    is_str(run(" #!./prog\n"), "ENOEXEC", "a blank before it");
    script("script", "#!./prog\n", 9);
    chmod("script", 0644);
    is_str(run_as(&root, "./script", few, "SHOW=1"), "EACCES",
        "the script may not be executed");
    chmod("prog", 0700);
    chmod("script", 0755);
    is_str(run_as(&student, "./script", few, "SHOW=1"), "EACCES",
        "or the interpreter not by him");
    chmod("prog", 0755);
}

/* s1 is run by the program, s2 by s1, and so on up to s6. */
static void
test_rows(void)
{
    script("s1", "#!./prog 1\n", 11);
    script("s2", "#!./s1\n", 7);
    script("s3", "#!./s2 3 3\n", 11);
    script("s4", "#!./s3\n", 7);
    script("s5", "#!./s4 5\n", 9);
    script("s6", "#!./s5\n", 7);
    is_str(run_as(&root, "./s2", few, "SHOW=1"),
        "[./prog][1][./s1][./s2][a]", "a script's script");
    is_str(run_as(&root, "./s5", few, "SHOW=1"),
        "[./prog][1][./s1][./s2][3 3][./s3][./s4][5][./s5][a]",
        "five in a row");
    is_str(run_as(&root, "./s5", few, "NAMES=1"), "./s5 /prog s5",
        "the first one's name");
    is_str(run_as(&root, "./s6", few, "SHOW=1"), "ELOOP", "not six");
    is_str(run("#!./script\n"), "ELOOP", "nor a script that runs itself");
    script("s1", "text\n", 5);
    is_str(run_as(&root, "./s6", few, "SHOW=1"), "ENOEXEC",
        "the end of the row is looked at first");
    script("s1", "#!./none\n", 9);
    is_str(run_as(&root, "./s6", few, "SHOW=1"), "ENOENT",
        "also if it is missing");
    is_str(run_as(&root, "./s5", few, "SHOW=1"), "ENOENT", "in any row");
    for (char name[] = "s1"; name[1] <= '6'; name[1]++) {
        unlink(name);
    }
}

int
main(int argc, char **argv)
{
    static char bytes[65536];
    long n;

    if (getenv("SHOW") != NULL) {
        return show(argc, argv);
    }
    if (getenv("NAMES") != NULL) {
        return tell_names();
    }
    enter_work();
    int from = open("/proc/self/exe", O_RDONLY);
    int to = open("prog", O_WRONLY | O_CREAT, 0755);
    while ((n = read(from, bytes, sizeof(bytes))) > 0) {
        write(to, bytes, (size_t)n);
    }
    close(from);
    close(to);
    test_line();
    test_length();
    test_names();
    test_errors();
    test_rows();
    unlink("script");
    unlink("prog");
    leave_work();
    return done();
}
