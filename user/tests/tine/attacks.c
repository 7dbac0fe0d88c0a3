/*
 * attacks.c: no user can take the machine from the others.  During each attack
 * (attack.h) a root shell on a pseudo-terminal answers echo and starts a
 * program; after the attackers are killed all is as it was before.
 *
 *   attacks [exact] all|NAME...   these attacks; by default a few.  exact: an
 *                          answer comes within 1 s, for a CPU whose clock
 *                          counts instructions, 1,000 a microsecond
 *   attacks soak SECONDS   all at once, and tests that call at random
 *   attacks start NAME [sh]  for a shell: one that goes on, in full swing
 *   attacks end            kills it
 *
 * seconds: 60
 * modes: tree table page
 * except: own=always check=1 check=16
 * expect:
 * ok 1 - calm
 * ok 2 - fork
 * ok 3 - pipes
 * 1..3
 */
#include "../terminal.h"

#include "attack_time.h"
#include "counts.h"

#include <dirent.h>
#include <poll.h>

#define EXACT_NS 1000000000L
#define LIMIT_NS 30000000000L
#define NOISE    256 /* frames that the kernel may keep for next time */
#define PLACE    "/tmp/attack"

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS 8
#define FREE  KINDS

static const struct attack calm = {"calm", swing, NULL};
static long bound = LIMIT_NS, limit = LIMIT_NS;
static bool warm; /* all of our own pages have been written */
static pid_t shell, leader; /* of the attackers' group */
static int gate;
static uid_t attacker = ATTACKER;

static long
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* => the attack of this number, of all; NULL: none */
static const struct attack *
numbered(size_t i)
{
    const size_t tasks = sizeof(attacks_by_tasks) / sizeof(calm);
    const size_t time = sizeof(attacks_on_time) / sizeof(calm);
    const size_t stores = sizeof(attacks_by_stores) / sizeof(calm);

    return i < tasks                   ? &attacks_by_tasks[i]
           : i < tasks + time          ? &attacks_on_time[i - tasks]
           : i < tasks + time + stores ? &attacks_by_stores[i - tasks - time]
                                       : NULL;
}

static const struct attack *
find(const char *name)
{
    size_t i = 0;

    while (numbered(i) != NULL && strcmp(numbered(i)->name, name) != 0) {
        i++;
    }
    return numbered(i) != NULL ? numbered(i) : &calm;
}

static void
look(long count[KINDS + 1])
{
    counts_read();
    for (int i = 0; i < KINDS; i++) {
        count[i] = counts_find(kinds[i]);
    }
    count[FREE] = counts_find("free");
}

static bool
is_same(const long before[], const long after[])
{
    return memcmp(before, after, KINDS * sizeof(long)) == 0
           && after[FREE] + NOISE >= before[FREE];
}

/* Ended processes free their stacks, and the heap its pages, a little later. */
static bool
is_back(const long before[])
{
    long after[KINDS + 1];
    bool well = !warm;

    for (int n = 0; n < 40 && !well; n++) {
        nap(n == 0 ? 1 : 20);
        look(after);
        well = is_same(before, after) && strncmp(counts_text, "ok\n", 3) == 0;
    }
    for (int i = 0; i <= KINDS && !well; i++) {
        printf("# %s %ld -> %ld\n", i == FREE ? "free" : kinds[i], before[i],
               after[i]);
    }
    return well;
}

/* A shell as init has: its parent is init, and it leads a session. */
static void
start_shell(void)
{
    int pipe_end[2];

    open_terminal();
    pipe(pipe_end);
    pid_t pid = must_fork();
    if (pid == 0) {
        pid = fork();
        if (pid != 0) {
            write(pipe_end[1], &pid, sizeof(pid));
            _exit(0);
        }
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        dup2(slave, 0);
        dup2(slave, 1);
        dup2(slave, 2);
        for (int fd = 3; fd < 16; fd++) {
            close(fd);
        }
        execl("/bin/sh", "sh", NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    read(pipe_end[0], &shell, sizeof(shell));
    close(pipe_end[0]);
    close(pipe_end[1]);
    close(slave);
}

static char text[4096]; /* that the shell shows */

/* Read what the shell shows until this is in it.  => whether it came */
static bool
await(const char *want, long until)
{
    size_t got = 0;

    do {
        struct pollfd source = {.fd = master, .events = POLLIN};
        long left = until - now();
        if (left <= 0 || poll(&source, 1, (int)(left / 1000000) + 1) <= 0) {
            return false;
        }
        if (got > sizeof(text) / 2) {
            memmove(text, text + got - 64, 64);
            got = 64;
        }
        long n = read(master, text + got, sizeof(text) - got - 1);
        if (n <= 0) {
            return false;
        }
        got += (size_t)n;
        text[got] = '\0';
    } while (strstr(text, want) == NULL);
    return true;
}

/* Type a line, and wait for what it prints. */
static bool
answers(const char *line, const char *want)
{
    long start = now();

    type(line);
    bool came = await(want, start + limit);
    long took = now() - start;
    if (!came || took > bound) {
        printf("# %s after %ld ms: %s: %s\n", came ? "answered" : "none",
               took / 1000000, want, text);
    }
    return came && took <= bound;
}

static bool
lives(void)
{
    bool echo = answers("echo e$((40+2))e\r", "e42e");

    return answers("/bin/true && echo t$((40+3))t\r", "t43t") && echo;
}

static void
end_shell(void)
{
    type("exit\r");
    for (int n = 0; n < 500 && kill(shell, 0) == 0; n++) {
        nap(2);
    }
    kill(shell, SIGKILL);
    close(master);
}

/* In a child: become the attack. */
static void
attack(const struct attack *attack, int said)
{
    int null = open("/dev/null", O_RDWR);

    signal(SIGPIPE, SIG_IGN); /* perhaps nobody waits at the gate */
    setpgid(0, 0);
    chdir(PLACE);
    dup2(said, GATE);
    for (int fd = 0; fd < FIRST_FD; fd++) {
        if (fd != GATE) {
            dup2(null, fd);
        }
    }
    for (int fd = FIRST_FD; fd < 16; fd++) {
        close(fd);
    }
    if (attack->root != NULL) {
        attack->root();
    }
    setgroups(0, NULL);
    setresgid(attacker, attacker, attacker);
    setresuid(attacker, attacker, attacker);
    attack->run();
    pauses();
}

/* Begin an attack; `gate` can be read when it is in full swing. */
static void
start(const struct attack *what)
{
    int ends[2];

    mkdir(PLACE, 0700);
    chmod(PLACE, 0777);
    pipe2(ends, O_CLOEXEC | O_NONBLOCK);
    leader = fork();
    if (leader == 0) {
        attack(what, ends[1]);
    }
    close(ends[1]);
    gate = ends[0];
}

/* => it is in full swing */
static bool
begin(const struct attack *what)
{
    start(what);
    struct pollfd source = {.fd = gate, .events = POLLIN};
    return leader > 0 && poll(&source, 1, (int)(LIMIT_NS / 1000000)) == 1
           && (source.revents & POLLIN);
}

/* => the user of one who is left; 0: none is */
static uid_t
any_attacker(void)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    struct stat st;
    char path[300];
    uid_t found = 0;

    while (found == 0 && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof(path), "/proc/%s", entry->d_name);
        if (stat(path, &st) == 0 && st.st_uid >= ATTACKER
            && st.st_uid < ATTACKER + ATTACKERS) {
            found = st.st_uid;
        }
    }
    closedir(dir);
    return found;
}

static int
kills(void *unused)
{
    uid_t found = any_attacker();

    (void)unused;
    if (found != 0 && setresuid(found, found, found) == 0) {
        kill(-1, SIGKILL);
    }
    return found != 0;
}

/* Kill all that is the attackers', until there is nothing, and no zombie. */
static void
kill_all(void)
{
    while (in_child(kills, NULL) != 0) {
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
}

static void
run(const char *program, const char *option, const char *name)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        execl(program, program, option, name, NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

/* => all was well, during it and afterwards */
static bool
withstands(const struct attack *what)
{
    long before[KINDS + 1];

    look(before);
    start_shell();
    bool well = await("# ", now() + LIMIT_NS);
    if (!begin(what)) {
        printf("# not in full swing\n");
        well = false;
    }
    well &= lives();
    kill_all();
    close(gate);
    end_shell();
    run("/bin/rm", "-rf", PLACE);
    return is_back(before) && well;
}

static void
judge(const struct attack *what)
{
    ok(withstands(what), what->name);
}

static void
judge_all(void)
{
    judge(&calm);
    for (size_t i = 0; numbered(i) != NULL; i++) {
        judge(numbered(i));
    }
}

/* Tests of bad calls, and storms, again and again. */
static void
run_tests(void)
{
    execl("/bin/sh", "sh", "-c", "while :; do for t in bad_in bad_out bad_path "
          "fork_random smp/storm smp/threads_storm smp/exec_storm mmap_split; "
          "do /tests/$t; done; done", NULL);
}

static const struct attack tests = {"tests", run_tests, NULL};

static void
soak(long seconds)
{
    long before[KINDS + 1], end, rounds = 0;
    bool well;

    attacker = ATTACKER; /* its page is ours before frames are counted */
    bound = limit = 2 * LIMIT_NS;
    look(before);
    start_shell();
    well = await("# ", now() + LIMIT_NS);
    end = now() + seconds * 1000000000L;
    for (size_t i = 0; numbered(i) != NULL; i++) {
        attacker = ATTACKER + i % (ATTACKERS - 1);
        start(numbered(i));
        close(gate);
    }
    attacker = ATTACKER + ATTACKERS - 1;
    start(&tests);
    close(gate);
    while (now() < end && well) {
        well = lives();
        rounds++;
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        nap(100);
    }
    kill_all();
    end_shell();
    run("/bin/rm", "-rf", PLACE);
    bool back = is_back(before); /* before a page is written to say so */
    ok(well && rounds > 0, "the shell answers");
    ok(back, "all of it is back");
}

int
main(int argc, char **argv)
{
    static char line[256];
    const char *word = argc > 1 ? argv[1] : "";

    if (strcmp(word, "start") == 0) {
        printf("%s: %s\n", argv[2],
               begin(find(argv[2])) ? "in full swing" : "fails");
        return argc > 3 ? execl("/bin/sh", argv[3], NULL) : 0;
    }
    if (strcmp(word, "end") == 0) {
        kill_all();
        run("/bin/rm", "-rf", PLACE);
        return 0;
    }
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    memset(line, 0, sizeof(line));
    setvbuf(stdout, line, _IOLBF, sizeof(line));
    memset(text, 0, sizeof(text));
    warm = withstands(&calm);
    if (strcmp(word, "exact") == 0) {
        bound = EXACT_NS;
        limit = 4 * EXACT_NS;
        argv++;
        argc--;
    }
    if (argc == 3 && strcmp(argv[1], "soak") == 0) {
        soak(atol(argv[2]));
    } else if (argc == 2 && strcmp(argv[1], "all") == 0) {
        judge_all();
    } else if (argc > 1) {
        for (int i = 1; i < argc; i++) {
            judge(find(argv[i]));
        }
    } else {
        judge(&calm);
        judge(find("fork"));
        judge(find("pipes"));
    }
    return done();
}
