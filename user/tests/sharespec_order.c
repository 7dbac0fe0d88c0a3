/*
 * sharespec_order.c: who runs first on one CPU: the highest real-time
 * priority; of one priority who came first (FIFO) or each in turn (RR); what
 * a wake-up, a yield, and a change of priority do to that.
 *
 * Each process writes its letter into shared memory. Whoever sets up a case
 * has the highest priority, so that nothing begins before all is ready.
 *
 * seconds: 29
 */
#include "sharespec.h"

enum { TOP = 90, LETTERS = 16 };

/* What the processes of a case share. */
struct board {
    char text[LETTERS];
    volatile int length;
    volatile int flag[4];
};

static struct board *board;
static int gates[8][2];

/* Only one process at a time runs on this CPU, and those that write are never
 * interrupted by one another inside of this. */
static void
note(char letter)
{
    int place = __atomic_fetch_add(&board->length, 1, __ATOMIC_SEQ_CST);

    board->text[place % (LETTERS - 1)] = letter;
}

static void
clear_board(void)
{
    memset(board, 0, sizeof(*board));
}

/* A process of this policy that waits at its gate, and then runs. */
static pid_t
member(int gate, long policy, int priority, void (*body)(char letter))
{
    pid_t pid = must_fork();
    char byte;

    if (pid == 0) {
        set_policy(0, policy, priority);
        raw(NR_read, gates[gate][0], P(&byte), 1, 0);
        body((char)('A' + gate));
        _exit(0);
    }
    until_state(pid, 'S');
    return pid;
}

static void
open_gate(int gate)
{
    raw(NR_write, gates[gate][1], P("g"), 1, 0);
}

static void
all_end(int count)
{
    while (count-- > 0) {
        waitpid(-1, NULL, 0);
    }
}

static void
letter_once(char letter)
{
    note(letter);
}

static void
letter_thrice(char letter)
{
    for (int i = 0; i < 3; i++) {
        note(letter);
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
}

/* Long enough that others would come in between, if they could. */
static void
letter_twice(char letter)
{
    note(letter);
    spend(10 * MS);
    note(letter);
}

static void
test_priorities(void)
{
    static const int priority[] = { 10, 30, 20, 40, 1 };

    clear_board();
    for (int i = 0; i < 5; i++) {
        member(i, i % 2 == 0 ? FIFO : RR, priority[i], letter_once);
    }
    for (int i = 0; i < 5; i++) {
        open_gate(i);
    }
    is(board->length, 0, "woken, they do not run before a higher priority");
    all_end(5);
    is_str(board->text, "DBCAE", "then the highest runs first");
}

static void
test_same_priority(void)
{
    clear_board();
    for (int i = 0; i < 4; i++) {
        member(i, FIFO, 50, letter_twice);
    }
    open_gate(2);
    open_gate(0);
    open_gate(3);
    open_gate(1);
    all_end(4);
    is_str(board->text, "CCAADDBB",
        "of one priority each runs to its end, as they came");
}

static void
test_yield(void)
{
    clear_board();
    for (int i = 0; i < 3; i++) {
        member(i, FIFO, 50, letter_thrice);
    }
    member(3, FIFO, 40, letter_once);
    for (int i = 3; i >= 0; i--) {
        open_gate(i);
    }
    all_end(4);
    is_str(board->text, "CBACBACBAD",
        "who yields goes behind those of the priority, not below it");
}

/* Until another has run, which is only possible if it gets its turn. */
static void
wait_turn(char letter)
{
    int me = letter - 'A';

    board->flag[me] = 1;
    while (!board->flag[1 - me]) {
    }
    note('T');
}

static void
test_turns(void)
{
    clear_board();
    member(0, RR, 50, wait_turn);
    member(1, RR, 50, wait_turn);
    open_gate(0);
    open_gate(1);
    all_end(2);
    is_str(board->text, "TT", "RR: each has its turn, though none gives way");
    clear_board();
    member(0, RR, 50, wait_turn);
    member(1, RR, 50, wait_turn);
    member(2, FIFO, 49, letter_once);
    open_gate(2);
    open_gate(0);
    open_gate(1);
    all_end(3);
    is_str(board->text, "TTC", "but no turn for a lower priority");
}

/* It wakes those with a gate above its own, and goes on. */
static void
wake_next(char letter)
{
    note(letter);
    open_gate(letter - 'A' + 1);
    note(letter);
}

static void
test_wake(void)
{
    clear_board();
    member(0, FIFO, 10, wake_next);
    member(1, FIFO, 20, wake_next);
    member(2, FIFO, 30, letter_once);
    open_gate(0);
    all_end(3);
    is_str(board->text, "ABCBA",
        "who wakes a higher priority is interrupted by it");
    clear_board();
    member(0, FIFO, 30, wake_next);
    member(1, FIFO, 20, wake_next);
    member(2, FIFO, 20, letter_once);
    open_gate(0);
    all_end(3);
    is_str(board->text, "AABBC", "who wakes a lower or the same is not");
}

/* A child of fork has its parent's priority, and comes after it. */
static void
fork_once(char letter)
{
    pid_t pid = fork();

    note(pid == 0 ? 'c' : letter);
    if (pid == 0) {
        _exit(0);
    }
    note(letter);
    waitpid(pid, NULL, 0);
    note(letter);
}

static void
test_fork(void)
{
    clear_board();
    member(0, FIFO, 20, fork_once);
    open_gate(0);
    all_end(1);
    is_str(board->text, "AAcA", "a child runs when its parent waits");
}

static void
lower_oneself(char letter)
{
    note(letter);
    set_policy(0, FIFO, 5);
    note(letter);
}

static void
to_other(char letter)
{
    note(letter);
    set_policy(0, OTHER, 0);
    note(letter);
}

/* It raises a process that is ready, and it alone. */
static pid_t raised;

static void
raise_other(char letter)
{
    note(letter);
    set_policy(raised, FIFO, 60);
    note(letter);
}

static void
test_changes(void)
{
    clear_board();
    member(0, FIFO, 30, lower_oneself);
    member(1, FIFO, 20, letter_once);
    open_gate(0);
    open_gate(1);
    all_end(2);
    is_str(board->text, "ABA", "who lowers himself gives way at once");
    clear_board();
    member(0, FIFO, 30, to_other);
    member(1, FIFO, 1, letter_once);
    open_gate(0);
    open_gate(1);
    all_end(2);
    is_str(board->text, "ABA", "who leaves FIFO, too");
    clear_board();
    raised = member(1, FIFO, 10, letter_once);
    member(0, FIFO, 30, raise_other);
    open_gate(0);
    open_gate(1);
    all_end(2);
    is_str(board->text, "ABA", "who raises another gives way to him");
    clear_board();
    raised = member(1, OTHER, 0, letter_once);
    member(0, FIFO, 30, raise_other);
    open_gate(0);
    open_gate(1);
    all_end(2);
    is_str(board->text, "ABA", "even if he had the usual policy");
}

/* Usual processes come after real-time ones. (Linux keeps a twentieth of a
 * CPU for them, which may be due at any moment: most rounds must be so.) */
static void
test_usual(void)
{
    int good = 0;

    for (int round = 0; round < 20; round++) {
        clear_board();
        member(0, OTHER, 0, letter_once);
        member(1, FIFO, 1, letter_twice);
        open_gate(0);
        open_gate(1);
        all_end(2);
        good += strcmp(board->text, "BBA") == 0;
    }
    ok(good >= 10, "the lowest FIFO priority is above the usual policy");
}

int
main(void)
{
    is(stay_on_one(), 0, "all on one CPU");
    board = shared_memory(sizeof(*board));
    for (int i = 0; i < 8; i++) {
        pipe(gates[i]);
    }
    is(set_policy(0, FIFO, TOP), 0, "with the highest priority here");
    test_priorities();
    test_same_priority();
    test_yield();
    test_turns();
    test_wake();
    test_fork();
    test_changes();
    test_usual();
    return done();
}
