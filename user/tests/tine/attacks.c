/*
 * attacks.c: no user can take the machine from the others.  During each attack
 * (attack.h) a root shell on a pseudo-terminal answers echo and starts a
 * program; after the attackers are killed all is as it was before.
 *
 *   attacks [exact] all|NAME...   these attacks; by default a few.  exact: an
 *                          answer comes within 1 s, for a CPU whose clock
 *                          counts instructions, 1,000 a microsecond
 *   attacks soak SECONDS   all at once, and tests that call at random; what
 *                          ends, as for want of memory, begins anew
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
#include "attack_time.h"
#include "counts.h"

#include "attack_shell.h"

#include <dirent.h>

#define EXACT_NS 1000000000L
#define NOISE    256 /* frames that the kernel may keep for next time */
#define PLACE    "/tmp/attack"

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS 8
#define FREE  KINDS

static const struct attack calm = {"calm", swing, NULL};
static bool warm; /* all of our own pages have been written */
static pid_t leader; /* of the attackers' group */
static int gate;
static uid_t attacker = ATTACKER;

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
    bool well = await("# ", now_ns() + LIMIT_NS);
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

static pid_t leaders[64]; /* of each attack; the last one's: of the tests */

/* Begin an attack of the soak.  => false: there is none of this number */
static bool
start_numbered(size_t i)
{
    const struct attack *what = numbered(i);
    bool last = i > 0 && what == NULL && numbered(i - 1) != NULL;

    if (what == NULL && !last) {
        return false;
    }
    attacker = ATTACKER + (last ? ATTACKERS - 1 : i % (ATTACKERS - 1));
    start(last ? &tests : what);
    close(gate);
    leaders[i] = leader;
    return true;
}

/* Those that have ended, and those for which there was no room. */
static void
start_anew(void)
{
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        for (size_t i = 0; leaders[i] != 0; i++) {
            leaders[i] = leaders[i] == pid ? -1 : leaders[i];
        }
    }
    for (size_t i = 0; leaders[i] != 0; i++) {
        if (leaders[i] < 0) {
            start_numbered(i);
        }
    }
}

static void
soak(long seconds)
{
    long before[KINDS + 1], end, rounds = 0;
    bool well;

    attacker = ATTACKER; /* its page is ours before frames are counted */
    leaders[0] = 0;
    answer_bound = answer_limit = 2 * LIMIT_NS;
    look(before);
    start_shell();
    well = await("# ", now_ns() + LIMIT_NS);
    end = now_ns() + seconds * 1000000000L;
    for (size_t i = 0; start_numbered(i); i++) {
    }
    while (now_ns() < end && well) {
        well = lives();
        rounds++;
        start_anew();
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
    memset(shown, 0, sizeof(shown));
    warm = withstands(&calm);
    if (strcmp(word, "exact") == 0) {
        answer_bound = EXACT_NS;
        answer_limit = 4 * EXACT_NS;
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
