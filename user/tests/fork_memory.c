/*
 * fork_memory.c: parent, child and grandchild write the same page in each of
 * the six orders, for each kind of memory. A writer must find the value from
 * before the fork, and afterwards each must find only its own.
 */
#include "tap.h"

#include "raw.h"
#include <sys/mman.h>

#define PAGE 4096
#define SIZE (3 * PAGE)
#define TABLE (2L << 20) /* what one last-level table maps */

enum { PARENT, CHILD, GRANDCHILD, PEOPLE };

static char in_data[SIZE] = { 'd' };
static char in_bss[SIZE];

/* commands[i] is how others speak to process i; replies come in one pipe. */
static int commands[PEOPLE][2];
static int replies[2];

static const int orders[6][PEOPLE] = {
    { PARENT, CHILD, GRANDCHILD }, { PARENT, GRANDCHILD, CHILD },
    { CHILD, PARENT, GRANDCHILD }, { CHILD, GRANDCHILD, PARENT },
    { GRANDCHILD, PARENT, CHILD }, { GRANDCHILD, CHILD, PARENT },
};

/* All of the three pages hold this byte. */
static int
all(const volatile char *mem, char want)
{
    for (int i = 0; i < SIZE; i += 61) {
        if (mem[i] != want) {
            return 0;
        }
    }
    return mem[SIZE - 1] == want;
}

/* 'w': find the old value, write my own; 'c': find my own still. */
static char
obey(char command, volatile char *mem, char mine)
{
    if (command == 'w') {
        int good = all(mem, 'o');
        for (int i = 0; i < SIZE; i++) {
            mem[i] = mine;
        }
        return good && all(mem, mine) ? 'y' : 'n';
    }
    return all(mem, mine) ? 'y' : 'n';
}

static void
serve(int who, volatile char *mem)
{
    char c;
    while (read(commands[who][0], &c, 1) == 1 && c != 'q') {
        c = obey(c, mem, (char)('A' + who));
        write(replies[1], &c, 1);
    }
}

/* Send process `who` a command. => whether it found what it should */
static int
tell(int who, char command, volatile char *mem)
{
    char c = 0;
    if (who == PARENT) {
        return obey(command, mem, 'A') == 'y';
    }
    write(commands[who][1], &command, 1);
    read(replies[0], &c, 1);
    return c == 'y';
}

/* Each page of the first `touched` bytes is written before the fork. */
static int
play(const int *order, volatile char *mem, long touched)
{
    int good = 1;
    pid_t child;

    memset((char *)mem, 'o', SIZE);
    for (long i = 0; i < touched; i += PAGE) {
        mem[i] = 'o';
    }
    child = fork();
    if (child == 0) {
        pid_t grandchild = fork();
        serve(grandchild == 0 ? GRANDCHILD : CHILD, mem);
        if (grandchild != 0) {
            waitpid(grandchild, NULL, 0);
        }
        _exit(0);
    }
    for (int i = 0; i < PEOPLE; i++) {
        good &= tell(order[i], 'w', mem);
    }
    for (int who = 0; who < PEOPLE; who++) {
        good &= tell(who, 'c', mem);
    }
    write(commands[GRANDCHILD][1], "q", 1);
    write(commands[CHILD][1], "q", 1);
    waitpid(child, NULL, 0);
    return good && all(mem, 'A');
}

static void
test(const char *kind, char *mem, long touched)
{
    static const char *const people[] = { "parent", "child", "grandchild" };
    char name[96];

    for (int i = 0; i < 6; i++) {
        const int *o = orders[i];
        snprintf(name, sizeof(name), "%s: %s, then %s, then %s writes", kind,
            people[o[0]], people[o[1]], people[o[2]]);
        ok(play(o, mem, touched), name);
    }
}

/* The child writes a page, which may copy the table; the parent, whose table
 * the old one is now, writes the next. */
static int
write_neighbours(volatile char *mem)
{
    char first = mem[0], second = mem[PAGE], c = 0;
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        mem[0] = first + 1;
        write(replies[1], "y", 1);
        read(commands[CHILD][0], &c, 1);
        _exit(mem[0] == first + 1 && mem[PAGE] == second ? 3 : 4);
    }
    read(replies[0], &c, 1);
    mem[PAGE] = second + 1;
    write(commands[CHILD][1], "c", 1);
    waitpid(child, &status, 0);
    return status == 0x300 && mem[0] == first && mem[PAGE] == second + 1;
}

static char *
map(long size)
{
    return mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int
main(void)
{
    char on_stack[SIZE];
    long brk_start;

    for (int i = 0; i < PEOPLE; i++) {
        pipe(commands[i]);
    }
    pipe(replies);
    test("data", in_data, SIZE);
    test("bss", in_bss, SIZE);
    test("heap", malloc(SIZE), SIZE);
    test("stack", on_stack, SIZE);
    test("mmap", map(SIZE), SIZE);
    brk_start = raw(NR_brk, 0, 0, 0, 0);
    raw(NR_brk, brk_start + SIZE, 0, 0, 0);
    test("brk", (char *)brk_start, SIZE);
    long aligned = ((long)map(2 * TABLE) + TABLE - 1) & -TABLE;
    test("a full table", (char *)aligned, TABLE);
    memset((char *)aligned, 'o', TABLE);
    ok(write_neighbours((char *)aligned), "and its pages, one by one");
    ok(write_neighbours((char *)aligned), "when the parent owns a few already");
    return done();
}
