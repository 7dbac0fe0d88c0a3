/*
 * storm.c: trees of processes on all processors. Each process begins children,
 * writes, executes, and sends SIGKILL, SIGSTOP and SIGCONT to its children at
 * random. Every status that is collected must be legal for what was done to
 * the child, and no process's memory may change except by its own
 * writes.
 *
 * seconds: 60
 */
#include "smp.h"

enum { RUNS = 40, DEPTH = 3, CHILDREN = 5, DEEDS = 50, PAGES = 16 };

/* Exit codes of those for whom something went wrong. */
enum { BAD_MEMORY = 200, BAD_STATUS, BAD_WAIT, BAD_EXEC, BAD_KILL };

struct child {
    pid_t pid;          /* 0: collected */
    int code;           /* with which it exits if nobody kills it */
    int sent_kill;
    int sent_stop;
    int sent_cont;
};

static const char *self;
static unsigned char page[PAGES][PAGE];
static unsigned char model[PAGES];  /* what each page is full of */

static int
code_for(unsigned long seed)
{
    return 1 + (int)(seed >> 40) % 100;
}

/* => whether each page is what it was made */
static int
intact(void)
{
    for (int i = 0; i < PAGES; i++) {
        for (int at = 0; at < PAGE; at += 512) {
            if (page[i][at] != model[i]) {
                return 0;
            }
        }
    }
    return 1;
}

static void
fill(int i, unsigned byte)
{
    memset(page[i], (int)byte, PAGE);
    model[i] = (unsigned char)byte;
}

/* The program that the child executes: this one. */
static int
leaf(const char *seed_text)
{
    unsigned long seed = strtoul(seed_text, NULL, 16), last = seed;
    for (int i = 0; i < PAGES; i++) {
        fill(i, pick(&last, 256));
    }
    return intact() ? code_for(seed) : BAD_MEMORY;
}

static _Noreturn void
become_leaf(unsigned long seed)
{
    char text[20];
    char *argv[] = { (char *)self, "leaf", text, NULL };
    char *envp[] = { NULL };

    snprintf(text, sizeof(text), "%lx", seed);
    execve(self, argv, envp);
    _exit(BAD_EXEC);
}

static int live(unsigned long seed, int depth);

static void
begin(struct child *child, unsigned long seed, int depth)
{
    unsigned long last = seed;

    *child = (struct child){ .code = code_for(seed) };
    child->pid = must_fork();
    if (child->pid > 0) {
        return;
    }
    if (pick(&last, 3) == 0) {
        become_leaf(seed);
    }
    _exit(intact() ? live(seed, depth - 1) : BAD_MEMORY);
}

/* => whether the child may have this status */
static int
legal(const struct child *child, int status)
{
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status) == child->code;
    }
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGKILL && child->sent_kill;
    }
    if (WIFSTOPPED(status)) {
        return WSTOPSIG(status) == SIGSTOP && child->sent_stop;
    }
    return WIFCONTINUED(status) && child->sent_cont;
}

/* One status; => 0, an exit code if it is bad, -1 if there is none */
static int
collect(struct child *children, int options)
{
    int status = 0;
    pid_t pid = waitpid(-1, &status, options | WUNTRACED | WCONTINUED);

    if (pid == 0 || (pid < 0 && errno == ECHILD)) {
        return -1;
    }
    for (int i = 0; i < CHILDREN; i++) {
        if (pid > 0 && children[i].pid == pid) {
            if (!legal(&children[i], status)) {
                return BAD_STATUS;
            }
            if (!WIFSTOPPED(status) && !WIFCONTINUED(status)) {
                children[i].pid = 0;
            }
            return 0;
        }
    }
    return BAD_WAIT;
}

/* => whether the signal could be sent, as to any child not yet collected */
static int
send(struct child *child, int sig)
{
    if (child->pid == 0) {
        return 1;
    }
    child->sent_kill |= sig == SIGKILL;
    child->sent_stop |= sig == SIGSTOP;
    child->sent_cont |= sig == SIGCONT;
    return kill(child->pid, sig) == 0;
}

/* Make one random step. => 0, or an exit code */
static int
deed(struct child *children, unsigned long *seed, int depth)
{
    unsigned what = pick(seed, 40), which = pick(seed, CHILDREN);
    struct child *child = &children[which];
    int found = 0;

    if (what < 16 && depth > 0 && child->pid == 0) {
        begin(child, *seed ^ 0x9e3779b97f4a7c15UL * (what + 1), depth);
    } else if (what < 26) {
        fill((int)pick(seed, PAGES), pick(seed, 256));
    } else if (what == 26) {
        found = send(child, SIGKILL) ? 0 : BAD_KILL;
    } else if (what < 29) {
        found = send(child, SIGSTOP) ? 0 : BAD_KILL;
    } else if (what < 33) {
        found = send(child, SIGCONT) ? 0 : BAD_KILL;
    } else if (what < 36) {
        spin(pick(seed, 5000));
    } else {
        found = collect(children, WNOHANG);
    }
    return found > 0 ? found : 0;
}

/* => the exit code for this seed, or what went wrong */
static int
live(unsigned long seed, int depth)
{
    struct child children[CHILDREN] = { { 0 } };
    unsigned long last = seed;
    int found = 0;

    for (int n = 0; n < DEEDS && found == 0; n++) {
        found = deed(children, &last, depth);
    }
    for (int i = 0; i < CHILDREN && found == 0; i++) {
        found = send(&children[i], SIGCONT) ? 0 : BAD_KILL;
    }
    while (found == 0) {
        found = collect(children, 0);
    }
    for (int i = 0; i < CHILDREN && found < 0; i++) {
        found = children[i].pid != 0 ? BAD_WAIT : found;
    }
    return found > 0 ? found : intact() ? code_for(seed) : BAD_MEMORY;
}

/* A tree in a process group of its own. No process kills its root; when the
 * root has ended, all its descendants must end. */
static void
test_run(unsigned long seed)
{
    struct family family;
    char name[80];

    family_begin(&family);
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(live(seed, DEPTH));
    }
    snprintf(name, sizeof(name), "run %lu: legal statuses, and memory as left",
        seed);
    is(code_of(pid), code_for(seed), name);
    kill(-pid, SIGKILL);
    snprintf(name, sizeof(name), "run %lu: nobody is left", seed);
    ok(family_end(&family) && no_child(), name);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 2 && strcmp(argv[1], "leaf") == 0) {
        return leaf(argv[2]);
    }
    for (int i = 0; i < PAGES; i++) {
        fill(i, 7U * (unsigned)i + 1);
    }
    for (unsigned long seed = 1; seed <= RUNS; seed++) {
        test_run(seed);
    }
    ok(intact(), "the first parent's memory is unchanged");
    return done();
}
