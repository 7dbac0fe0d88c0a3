/*
 * spawn_vms.c: a process made as VMS does has nothing but what is listed: here
 * it looks at all that it could have inherited. Its end is in a mailbox. And
 * NT's way: handles that are listed, and a suspended process. The program runs
 * itself with the number of its report's descriptor.
 */
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <vms.h>

#define ME "/proc/self/exe"

static char here[1024], program[1100];

/* ---- What a new process sees ---- */

static int
count_files(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

/* Signals that are blocked, or whose action is not the default. */
static int
count_signals(void)
{
    struct sigaction action;
    sigset_t mask;
    int count = 0;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int sig = 1; sig < NSIG; sig++) {
        count += sigismember(&mask, sig);
        count += sigaction(sig, NULL, &action) == 0
            && action.sa_handler != SIG_DFL;
    }
    sigpending(&mask);
    return count + (mask != 0);
}

static int
count_variables(void)
{
    int count = 0;

    while (environ[count] != NULL) {
        count++;
    }
    return count;
}

/* Whether a lock of the maker's could be taken by others. */
static int
is_locked(const char *path)
{
    struct flock lock = { .l_type = F_WRLCK };
    int fd = open(path, O_RDWR);
    int result = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK
        && lock.l_pid != getpid();

    close(fd);
    return result;
}

static int
report(const char *locked)
{
    struct itimerval timer;
    char cwd[1024];
    int files = count_files();
    mode_t mask = umask(0);

    getitimer(ITIMER_REAL, &timer);
    printf("files %d, variables %d, signals %d, timer %d\n", files,
        count_variables(), count_signals(), timer.it_value.tv_sec != 0);
    printf("umask %03o, directory %s\n", mask,
        strcmp(getcwd(cwd, sizeof(cwd)), "/") == 0 ? "/" : "another");
    printf("the lock is %s\n", is_locked(locked) ? "not mine" : "mine");
    fflush(stdout);
    return 6;
}

/* ---- The maker ---- */

static void
handler(int sig)
{
    (void)sig;
}

/* Have one of everything. */
static void
surround(const char *locked)
{
    struct itimerval timer = { .it_value.tv_sec = 1000 };
    struct flock lock = { .l_type = F_WRLCK };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    signal(SIGUSR2, SIG_IGN);
    signal(SIGTERM, handler);
    setitimer(ITIMER_REAL, &timer, NULL);
    setenv("VARIABLE", "value", 1);
    umask(0);
    fcntl(open(locked, O_CREAT | O_RDWR, 0600), F_SETLK, &lock);
    open("/dev/null", O_RDONLY);
}

static const char *
text_of(const char *path)
{
    static char text[512];
    int fd = open(path, O_RDONLY);
    ssize_t size = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

/* A FIFO ends, too, when the writer of the last message closes it. */
static int
read_message(const char *path, struct vms_message *message)
{
    ssize_t size;

    do {
        int fd = open(path, O_RDONLY);
        size = read(fd, message, sizeof(*message));
        close(fd);
    } while (size == 0);
    return size == sizeof(*message);
}

static void
test_vms(char *locked, const char *mailbox)
{
    char *argv[] = { "report", locked, NULL }, *envp[] = { "ONE=1", NULL };
    char output[1100];
    struct vms_message message = { .pid = 0 };

    snprintf(output, sizeof(output), "%s/output", here);
    struct vms_process process = { .image = program, .argv = argv,
        .output = output, .umask = 027, .mailbox = mailbox };
    pid_t pid = vms_spawn(&process);
    ok(pid > 0, "a process is made");
    ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
        "which is no child of the maker");
    ok(read_message(mailbox, &message), "a message comes");
    ok(message.pid == pid, "from this process");
    exited(message.status, 6, "with its status");
    is_str(text_of(output), "files 1, variables 0, signals 0, timer 0\n"
                            "umask 027, directory /\n"
                            "the lock is not mine\n",
        "it had its output, and nothing of the maker");
    unlink(output);

    process.envp = envp;
    process.directory = here;
    process.output = "output";
    process.error = "output";
    process.input = "/dev/null";
    pid = vms_spawn(&process);
    ok(read_message(mailbox, &message) && message.pid == pid,
        "the mailbox serves again");
    is_str(text_of(output), "files 3, variables 1, signals 0, timer 0\n"
                            "umask 027, directory another\n"
                            "the lock is not mine\n",
        "what is listed is there");
}

/* Another process than the maker reads the mailbox. */
static void
test_other_reader(const char *mailbox)
{
    char *argv[] = { "die", NULL };
    struct vms_process process = { .image = program, .argv = argv,
        .mailbox = mailbox };
    struct vms_message message;
    int status;

    pid_t reader = must_fork();
    if (reader == 0) {
        int fine = read_message(mailbox, &message);
        _exit(fine && WIFSIGNALED(message.status)
                ? WTERMSIG(message.status) : 0);
    }
    ok(vms_spawn(&process) > 0, "a process that a signal ends");
    waitpid(reader, &status, 0);
    exited(status, SIGKILL, "any process may read how it ended");
}

static void
test_vms_errors(void)
{
    struct vms_process process = { .image = "/nothing" };

    fails(vms_spawn(&process), ENOENT, "no such image");
    process.image = here;
    fails(vms_spawn(&process), EACCES, "a directory");
    process.image = program;
    process.directory = "/nothing";
    fails(vms_spawn(&process), ENOENT, "no such directory");
    process.directory = NULL;
    process.input = "/nothing";
    fails(vms_spawn(&process), ENOENT, "no such input");
    ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
        "and no process is left");
}

static void
test_nt(void)
{
    char number[8], *argv[] = { "handles", number, NULL };
    int ends[2], more[2], status;
    char byte = 0;

    pipe(ends);
    pipe(more);
    snprintf(number, sizeof(number), "%d", ends[1]);
    struct nt_process process = { .image = program, .argv = argv,
        .handles = &ends[1], .count = 1, .flags = NT_SUSPENDED };
    pid_t pid = nt_create(&process);
    ok(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)
        && WSTOPSIG(status) == SIGSTOP, "NT: it is made suspended");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ok(read(ends[0], &byte, 1) == -1 && errno == EAGAIN,
        "it has done nothing yet");
    fcntl(ends[0], F_SETFL, 0);
    is(nt_resume(pid), 0, "it is resumed");
    ok(read(ends[0], &byte, 1) == 1 && byte == 1,
        "and has one handle, the listed one");
    waitpid(pid, &status, 0);
    exited(status, 1, "our directory and environment too");

    process.flags = 0;
    pid = nt_create(&process);
    waitpid(pid, &status, WUNTRACED);
    exited(status, 1, "not suspended");
    process.flags = NT_SUSPENDED;
    pid = nt_create(&process);
    nt_resume(pid);
    waitpid(pid, &status, 0);
    exited(status, 1, "resumed at once");
    pid = nt_create(&process);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "killed while it is suspended");

    int bad = 99;
    process.handles = &bad;
    fails(nt_create(&process), EBADF, "a handle that is not open");
    process.count = 0;
    process.image = "/nothing";
    fails(nt_create(&process), ENOENT, "no such image, suspended");
    ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
        "no process is left");
}

/* What the NT process does. */
static int
tell_handles(int fd)
{
    char byte = (char)count_files(), cwd[1024];

    write(fd, &byte, 1);
    return getenv("VARIABLE") != NULL && getcwd(cwd, sizeof(cwd)) != NULL
        && strcmp(cwd, "/") != 0;
}

int
main(int argc, char *argv[])
{
    char locked[1100], mailbox[1100];

    if (vms_init()) {
        return 0;
    }
    if (argc == 2 && strcmp(argv[0], "report") == 0) {
        return report(argv[1]);
    }
    if (argc == 2 && strcmp(argv[0], "handles") == 0) {
        return tell_handles(atoi(argv[1]));
    }
    if (strcmp(argv[0], "die") == 0) {
        kill(getpid(), SIGKILL);
    }
    getcwd(here, sizeof(here));
    program[readlink(ME, program, sizeof(program) - 1)] = '\0';
    snprintf(locked, sizeof(locked), "%s/locked", here);
    snprintf(mailbox, sizeof(mailbox), "%s/mailbox", here);
    mkfifo(mailbox, 0666);
    surround(locked);
    test_vms(locked, mailbox);
    test_other_reader(mailbox);
    test_vms_errors();
    test_nt();
    return done();
}
