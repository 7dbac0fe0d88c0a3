/*
 * exec_storm.c: many processes execute at once, by fork and by vfork, with
 * arguments that each new program checks and answers with an exit code.
 *
 * seconds: 60
 * except: vfork=fork
 */
#include "smp.h"

enum { CROWD = 12, ROUNDS = 12, LONG = 6000, WORDS = 12 };

static char *self;
static int written = 1234;      /* data of the program: new after each exec */

static int
answer(int round, int who)
{
    return 1 + (round * 31 + who * 7) % 120;
}

static void
make_word(char *text, int round, int who, int n)
{
    int size = n == 0 ? LONG : (round * 13 + who * 5 + n * 17) % 90;

    for (int i = 0; i < size; i++) {
        text[i] = (char)('a' + (round + who * 3 + n + i) % 26);
    }
    text[size] = '\0';
}

/* In the new program: ARGV0 check ROUND WHO LEFT WORD... */
static int
check(int argc, char **argv)
{
    static char expected[LONG + 1];
    int round = atoi(argv[2]), who = atoi(argv[3]);

    if (argc != 5 + WORDS || written != 1234) {
        return 125;
    }
    for (int n = 0; n < WORDS; n++) {
        make_word(expected, round, who, n);
        if (strcmp(argv[5 + n], expected) != 0) {
            return 126;
        }
    }
    written = 4321;
    int left = atoi(argv[4]);
    if (left > 0) { /* the same again, some times over */
        argv[4][0]--;
        execv(self, argv);
        return 127;
    }
    return answer(round, who);
}

static _Noreturn void
execute(int round, int who)
{
    static char words[WORDS][LONG + 1];
    static char numbers[2][12];
    char *argv[5 + WORDS + 1] = { self, "check", numbers[0], numbers[1] };
    char left[2] = "3";

    snprintf(numbers[0], sizeof(numbers[0]), "%d", round);
    snprintf(numbers[1], sizeof(numbers[1]), "%d", who);
    argv[4] = left;
    for (int n = 0; n < WORDS; n++) {
        make_word(words[n], round, who, n);
        argv[5 + n] = words[n];
    }
    written = 99;
    execv(self, argv);
    _exit(124);
}

/* => whether this program's child, made by vfork, has answered well */
static int
by_vfork(int round, int who)
{
    pid_t pid = vfork();

    if (pid == 0) {
        execute(round, who);
    }
    return pid > 0 && code_of(pid) == answer(round, who) && written == 99;
}

static void
test(int vforks, const char *name)
{
    struct gate *gate = shared(sizeof(*gate));
    int good = 0;

    for (int round = 0; round < ROUNDS; round++) {
        pid_t pid[CROWD];
        for (int who = 0; who < CROWD; who++) {
            pid[who] = must_fork();
            if (pid[who] == 0) {
                on_cpu(who);
                meet(gate, CROWD);
                if (vforks) {
                    _exit(by_vfork(round, who));
                }
                execute(round, who);
            }
        }
        for (int who = 0; who < CROWD; who++) {
            good += code_of(pid[who]) == (vforks ? 1 : answer(round, who));
        }
    }
    is(good, ROUNDS * CROWD, name);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 4 && strcmp(argv[1], "check") == 0) {
        return check(argc, argv);
    }
    test(0, "twelve execute at once, four times over, arguments intact");
    test(1, "so do the vfork children of twelve");
    is(written, 1234, "the first parent's data is unchanged");
    return done();
}
