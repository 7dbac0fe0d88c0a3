/*
 * sigspec_subreaper.c: prctl: who becomes the parent of an orphan
 * (PR_SET_CHILD_SUBREAPER), which signal tells a child that its parent has
 * ended (PR_SET_PDEATHSIG), and a process's name (PR_SET_NAME).
 */
#include "sigspec.h"

#include <sys/mman.h>

enum {
    SET_PDEATHSIG = 1, GET_PDEATHSIG = 2, SET_NAME = 15, GET_NAME = 16,
    SET_SUBREAPER = 36, GET_SUBREAPER = 37,
};

static const char *self;
static int report[2], gate[2];

static long
control(long what, long arg)
{
    return raw(NR_prctl, what, arg, 0, 0);
}

static int
number(long what)
{
    int value = -1;

    return control(what, P(&value)) == 0 ? value : -1;
}

static void
tell(int value)
{
    write(report[1], &value, sizeof(value));
}

/* The next number that a descendant tells. */
static int
told(void)
{
    int value = -1;

    read(report[0], &value, sizeof(value));
    return value;
}

static void
let_go(void)
{
    write(gate[1], "g", 1);
}

static void
wait_gate(void)
{
    char byte;

    read(gate[0], &byte, 1);
}

/* The last of a chain: wait until the parent has ended; tell who is it now. */
static void
orphan(pid_t parent)
{
    while (getppid() == parent) {
        nap(1);
    }
    tell(getppid());
    wait_gate();
    _exit(9);
}

static int
asks(void *unused)
{
    (void)unused;
    return number(GET_SUBREAPER);
}

static int
executes(void *what)
{
    char *args[] = { (char *)self, what, NULL };

    execv(self, args);
    return 99;
}

static void
test_flag(void)
{
    is(number(GET_SUBREAPER), 0, "no process is a subreaper at first");
    returns(control(SET_SUBREAPER, 1), 0, "it can become one");
    is(number(GET_SUBREAPER), 1, "it is one");
    exited(in_child(asks, NULL), 0, "its children are not");
    exited(in_child(executes, "asks"), 0, "nor what they execute");
    returns(control(SET_SUBREAPER, 0), 0, "it can end that");
    is(number(GET_SUBREAPER), 0, "it has");
    returns(control(SET_SUBREAPER, 77), 0, "any number but 0 will do");
    is(number(GET_SUBREAPER), 1, "and is 1");
    returns(control(GET_SUBREAPER, 1), -EFAULT, "a bad place for the answer");
}

/* A child that forks and ends: its child is ours. */
static void
test_orphan(void)
{
    int status = 0;
    pid_t middle = must_fork();

    if (middle == 0) {
        pid_t me = getpid();
        if (must_fork() == 0) {
            orphan(me);
        }
        _exit(3);
    }
    is(waitpid(middle, &status, 0), middle, "a child ends");
    is(told(), getpid(), "its child becomes its grandparent's");
    is(waitpid(-1, &status, WNOHANG), 0, "which can wait for it");
    let_go();
    ok(waitpid(-1, &status, 0) > 0, "and does");
    exited(status, 9, "its exit code is known");
    fails(wait(&status), ECHILD, "there is no more");
}

/* Of a chain of subreapers the nearest one that lives is the new parent. */
static void
test_nearest(void)
{
    int status = 0;
    pid_t near = must_fork();

    if (near == 0) {
        control(SET_SUBREAPER, 1);
        pid_t middle = must_fork();
        if (middle == 0) {
            pid_t last = must_fork();
            if (last == 0) {
                pid_t parent = getppid(), next;
                tell(getpid());
                while ((next = getppid()) == parent) {
                    nap(1);
                }
                tell(next);
                orphan(next);
            }
            wait_gate();
            _exit(3);
        }
        waitpid(middle, NULL, 0);
        wait_gate();
        _exit(4);
    }
    pid_t last = told();
    let_go();
    is(told(), near, "an orphan goes to the nearest subreaper");
    fails(waitpid(last, &status, WNOHANG), ECHILD, "not to one farther up");
    let_go();
    is(told(), getpid(), "when that one ends, to the next one");
    is(waitpid(near, &status, 0), near, "which it has as a child, too");
    exited(status, 4, "and which ended by itself");
    let_go();
    is(waitpid(last, &status, 0), last, "the orphan is waited for");
    exited(status, 9, "by the last one");
}

/* A zombie's parent ends: the subreaper gets the zombie, and SIGCHLD. */
static void
test_zombie(void)
{
    int status = 0, sum = 0;

    mask(SIG_BLOCK, BIT(SIGCHLD));
    act(SIGCHLD, TO_DEFAULT, 0, 0);
    pid_t middle = must_fork();
    if (middle == 0) {
        for (int i = 1; i <= 5; i++) {
            pid_t pid = must_fork();
            if (pid == 0) {
                _exit(i);
            }
            until_state(pid, 'Z');
        }
        _exit(10);
    }
    waitpid(middle, &status, 0);
    while (wait(&status) > 0) {
        sum += WEXITSTATUS(status);
    }
    is(sum, 15, "five zombies are waited for by their new parent");
    is(take(BIT(SIGCHLD), NULL), SIGCHLD, "SIGCHLD came");
    mask(SIG_UNBLOCK, BIT(SIGCHLD));
}

/* One that stopped being a subreaper gets none. */
static void
test_no_longer(void)
{
    int status = 0;
    pid_t near = must_fork();

    if (near == 0) {
        control(SET_SUBREAPER, 1);
        control(SET_SUBREAPER, 0);
        pid_t middle = must_fork();
        if (middle == 0) {
            pid_t me = getpid();
            if (must_fork() == 0) {
                orphan(me);
            }
            _exit(3);
        }
        waitpid(middle, NULL, 0);
        _exit(waitpid(-1, NULL, WNOHANG) == -1 ? 7 : 8);
    }
    is(told(), getpid(), "who is no subreaper any more is passed over");
    let_go();
    waitpid(near, &status, 0);
    exited(status, 7, "and has no child");
    ok(wait(&status) > 0, "the other one has");
    control(SET_SUBREAPER, 0);
}

static volatile int got_signal;

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)context;
    got_signal = sig * 1000 + info->si_code;
}

static int
death_signal(void *unused)
{
    (void)unused;
    return number(GET_PDEATHSIG);
}

/* A parent ends; its child, which asked for a signal, says which it got. */
static int
after_death(int executes_between)
{
    pid_t middle = must_fork();

    if (middle == 0) {
        if (must_fork() == 0) {
            control(SET_PDEATHSIG, SIGUSR1);
            act(SIGUSR1, note, SA_SIGINFO, 0);
            mask(SIG_BLOCK, BIT(SIGUSR1));
            if (executes_between) {
                _exit(executes("waits"));
            }
            let_go();
            unsigned long none = 0;
            raw(NR_rt_sigsuspend, P(&none), SET_SIZE, 0, 0);
            tell(got_signal);
            _exit(0);
        }
        wait_gate();
        _exit(3);
    }
    waitpid(middle, NULL, 0);
    return told();
}

/* What is executed there: it has no handler any more, but the signal. */
static int
waits_for_death(void)
{
    char byte = 'g';
    unsigned long set = BIT(SIGUSR1);
    siginfo_t info;

    write(10, &byte, 1);
    raw(NR_rt_sigtimedwait, P(&set), P(&info), 0, SET_SIZE);
    int value = info.si_signo * 1000 + info.si_code;
    write(11, &value, sizeof(value));
    return 0;
}

static void
test_death(void)
{
    is(number(GET_PDEATHSIG), 0, "no signal tells of a parent's end at first");
    returns(control(SET_PDEATHSIG, SIGTERM), 0, "one is asked for");
    is(number(GET_PDEATHSIG), SIGTERM, "it is known");
    exited(in_child(death_signal, NULL), 0, "not to children");
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(death_signal(NULL));
    }
    int status = -1;
    waitpid(pid, &status, 0);
    exited(status, 0, "nor to those of vfork");
    returns(control(SET_PDEATHSIG, 65), -EINVAL, "there is no signal 65");
    returns(control(SET_PDEATHSIG, -1), -EINVAL, "nor -1");
    returns(control(GET_PDEATHSIG, 1), -EFAULT, "a bad place for the answer");
    is(number(GET_PDEATHSIG), SIGTERM, "it is still the same");
    returns(control(SET_PDEATHSIG, 64), 0, "64 is one");
    returns(control(SET_PDEATHSIG, 0), 0, "0 is none");
    is(number(GET_PDEATHSIG), 0, "none is");
    is(after_death(0), SIGUSR1 * 1000 + SI_USER, "a parent's end sends it");
    is(after_death(1), SIGUSR1 * 1000 + SI_USER, "even after exec");
}

static void
name_is(const char *want, const char *name)
{
    char text[32];

    memset(text, 'x', sizeof(text));
    control(GET_NAME, P(text));
    text[31] = '\0';
    is_str(text, want, name);
}

static int
same_name(void *unused)
{
    char text[16] = "";
    (void)unused;
    control(GET_NAME, P(text));
    return strcmp(text, "a name") == 0 ? 7 : 8;
}

static void
test_name(void)
{
    char text[32];

    name_is("sigspec_subreap", "a name is the program's, up to 15 letters");
    returns(control(SET_NAME, P("a name")), 0, "another one");
    name_is("a name", "is known");
    memset(text, 'x', sizeof(text));
    control(GET_NAME, P(text));
    ok(memcmp(text, "a name\0\0\0\0\0\0\0\0\0\0x", 17) == 0,
        "16 bytes are written, the rest of them zero");
    exited(in_child(same_name, NULL), 7, "a child has it");
    exited(in_child(executes, "name"), 8, "what it executes has its own");
    returns(control(SET_NAME, P("0123456789abcdefgh")), 0, "a long one");
    name_is("0123456789abcde", "is cut");
    char *page = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    memcpy(page + 4096 - 15, "fifteen letters", 15);
    returns(control(SET_NAME, P(page + 4096 - 15)), 0,
        "15 letters before a hole, without an end");
    name_is("fifteen letters", "are all that is read");
    returns(control(SET_NAME, P(page + 4096 - 14)), -EFAULT, "14 are not");
    name_is("fifteen letters", "and change nothing");
    munmap(page, 4096);
    returns(control(SET_NAME, P("")), 0, "an empty one");
    name_is("", "is empty");
    returns(control(SET_NAME, 1), -EFAULT, "a bad one");
    returns(control(GET_NAME, 1), -EFAULT, "a bad place for one");
    name_is("", "it is still the same");
    returns(control(9999, 0), -EINVAL, "what prctl does not know");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return strcmp(argv[1], "asks") == 0    ? asks(NULL)
               : strcmp(argv[1], "waits") == 0 ? waits_for_death()
                                               : same_name(NULL);
    }
    pipe(report);
    pipe(gate);
    dup2(gate[1], 10);
    dup2(report[1], 11);
    test_name();
    test_flag();
    test_orphan();
    test_nearest();
    test_zombie();
    test_no_longer();
    test_death();
    return done();
}
