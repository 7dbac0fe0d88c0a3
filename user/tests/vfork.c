/*
 * vfork.c: the child runs in the parent's memory, and the parent waits, until
 * the child's exec succeeds or the child ends. All but memory is its own.
 *
 * The program executes itself: with an argument it is one of the children.
 *
 * except: vfork=fork
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

static const char *self;
static volatile int shared[4];
static volatile int *volatile nowhere;
static char *const no_env[] = { NULL };

static void
become(const char *role)
{
    char *args[] = { (char *)"vfork", (char *)role, NULL };
    execve(self, args, no_env);
}

static void
test_exit(void)
{
    int status = 0;
    pid_t pid;

    shared[0] = 1;
    pid = vfork();
    if (pid == 0) {
        nap(50);
        shared[0] = 2;
        shared[1] = getpid();
        _exit(5);
    }
    is(shared[0], 2, "the child's write is seen, after its sleep");
    ok(shared[1] == pid && pid != getpid(), "it has a pid of its own");
    ok(waitpid(pid, &status, 0) == pid, "wait finds it");
    exited(status, 5, "and its exit code");
}

static void
test_exec(void)
{
    int status = 0;

    shared[0] = 3;
    pid_t pid = vfork();
    if (pid == 0) {
        shared[0] = 4;
        become("seven");
        _exit(127);
    }
    waitpid(pid, &status, 0);
    exited(status, 7, "a child of vfork executes a program");
    is(shared[0], 4, "what it wrote before stays");
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ok(p != MAP_FAILED && (p[0] = 'x') == 'x', "the parent's memory lives on");
    munmap(p, 4096);
    shared[1] = 0;
    pid = vfork();
    if (pid == 0) {
        execve("./missing", (char *[]){ (char *)"m", NULL }, no_env);
        shared[1] = errno;
        _exit(126);
    }
    waitpid(pid, &status, 0);
    exited(status, 126, "exec fails, the child goes on and exits");
    is(shared[1], ENOENT, "and its errno is in the shared memory");
}

/* The new program waits for a byte that only the resumed parent can send. */
static void
test_resumed_at_exec(void)
{
    int gate[2], lock[2], status = 0;
    char c;

    pipe(gate);
    pipe2(lock, O_CLOEXEC);
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(gate[0], 0);
        close(gate[1]);
        become("reader");
        _exit(127);
    }
    close(lock[1]);
    is(read(lock[0], &c, 1), 0, "its exec closed the close-on-exec pipe");
    is(waitpid(pid, &status, WNOHANG), 0, "the child runs after its exec");
    write(gate[1], "A", 1);
    waitpid(pid, &status, 0);
    exited(status, 'A', "and reads what the parent writes");
    close(gate[0]);
    close(gate[1]);
    close(lock[0]);
}

static void
test_killed(void)
{
    int status = 0;

    shared[0] = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        shared[0] = 1;
        kill(getpid(), SIGKILL);
        shared[0] = 2;
        _exit(1);
    }
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "a child of vfork is killed");
    is(shared[0], 1, "the parent goes on");
    pid = vfork();
    if (pid == 0) {
        *nowhere = 1;
        _exit(1);
    }
    waitpid(pid, &status, 0);
    killed(status, SIGSEGV, "a child of vfork touches null");
}

static void
test_nested(void)
{
    int status = 0;

    shared[0] = shared[1] = shared[2] = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        pid_t inner = vfork();
        if (inner == 0) {
            shared[0] = 1;
            become("seven");
            _exit(127);
        }
        shared[1] = shared[0] + 1;
        waitpid(inner, (int *)&shared[2], 0);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    exited(status, 9, "vfork in a child of vfork");
    ok(shared[0] == 1 && shared[1] == 2, "all three in the same memory");
    exited(shared[2], 7, "the inner child ran its program");
}

/* fork inside: the grandchild's memory is a copy. */
static void
test_fork_inside(void)
{
    int status = 0;

    shared[0] = 1;
    pid_t pid = vfork();
    if (pid == 0) {
        pid_t inner = must_fork();
        if (inner == 0) {
            shared[0] = 50;
            _exit(shared[0]);
        }
        waitpid(inner, (int *)&shared[1], 0);
        shared[0]++;
        _exit(0);
    }
    waitpid(pid, &status, 0);
    exited(status, 0, "fork in a child of vfork");
    exited(shared[1], 50, "the grandchild wrote its copy");
    is(shared[0], 2, "the child wrote the parent's memory");
}

static void
test_own_files(void)
{
    int fd = open("/dev/null", O_RDONLY);
    char before[512], after[512];

    getcwd(before, sizeof(before));
    pid_t pid = vfork();
    if (pid == 0) {
        close(fd);
        chdir("/");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    ok(fcntl(fd, F_GETFD) >= 0, "a close in the child is the child's");
    getcwd(after, sizeof(after));
    ok(strcmp(before, after) == 0, "and so is chdir");
    close(fd);
}

int
main(int argc, char **argv)
{
    char c = 0;

    self = argv[0];
    if (argc == 2 && strcmp(argv[1], "seven") == 0) {
        return 7;
    }
    if (argc == 2) {
        read(0, &c, 1);
        return c;
    }
    test_exit();
    test_exec();
    test_resumed_at_exec();
    test_killed();
    test_nested();
    test_fork_inside();
    test_own_files();
    for (int i = 0; i < 50; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            shared[3]++;
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    is(shared[3], 50, "fifty vforks, one counter");
    return done();
}
