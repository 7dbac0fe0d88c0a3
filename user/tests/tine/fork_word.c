/*
 * fork_word.c: /proc/tine/fork is the word fork= of the boot, to be read and
 * changed while the system runs. A wrong word is refused and changes nothing.
 * Under each of the four ways to copy, what one writes the other does not see.
 *
 * expect:
 * ok 1 - it can be read
 * ok 2 - a bad word is EINVAL
 * ok 3 - an empty line
 * ok 4 - two words
 * ok 5 - a long word
 * ok 6 - a word with something behind it
 * ok 7 - no word at all
 * ok 8 - none of that changed it
 * ok 9 - eager: it can be set
 * ok 10 - eager: it can be read back
 * ok 11 - eager: child and grandchild write unseen
 * ok 12 - eager: the parent has its own
 * ok 13 - eager: all is well
 * ok 14 - page: it can be set
 * ok 15 - page: it can be read back
 * ok 16 - page: child and grandchild write unseen
 * ok 17 - page: the parent has its own
 * ok 18 - page: all is well
 * ok 19 - table: it can be set
 * ok 20 - table: it can be read back
 * ok 21 - table: child and grandchild write unseen
 * ok 22 - table: the parent has its own
 * ok 23 - table: all is well
 * ok 24 - tree: it can be set
 * ok 25 - tree: it can be read back
 * ok 26 - tree: child and grandchild write unseen
 * ok 27 - tree: the parent has its own
 * ok 28 - tree: all is well
 * ok 29 - changed between two generations: all keep their own
 * ok 30 - without a newline
 * ok 31 - set as it was
 * 1..31
 */
#include "counts.h"
#include "knob.h"

#include <sys/mman.h>

#define STEP (1L << 20)
#define PLACES 5

static const char *const words[] = { "eager", "page", "table", "tree" };

static volatile char *base;

static int
all(char c)
{
    for (int i = 0; i < PLACES; i++) {
        if (base[i * STEP] != c) {
            return 0;
        }
    }
    return 1;
}

static void
write_all(char c)
{
    for (int i = 0; i < PLACES; i++) {
        base[i * STEP] = c;
    }
}

static int
grandchild(void *unused)
{
    (void)unused;
    int good = all('C');
    write_all('G');
    return good && all('G') ? 3 : 4;
}

static int
child(void *unused)
{
    int good = all('P'), status;

    write_all('C');
    status = in_child(grandchild, unused);
    return good && status == 0x300 && all('C') ? 3 : 4;
}

static void
test_word(const char *word)
{
    char name[64];
    int status;

    snprintf(name, sizeof(name), "%s: it can be set", word);
    is(knob_set(FORK_KNOB, word), 0, name);
    snprintf(name, sizeof(name), "%s: it can be read back", word);
    is_str(knob_get(FORK_KNOB), word, name);
    write_all('P');
    status = in_child(child, NULL);
    snprintf(name, sizeof(name), "%s: child and grandchild write unseen",
        word);
    exited(status, 3, name);
    snprintf(name, sizeof(name), "%s: the parent has its own", word);
    ok(all('P'), name);
    snprintf(name, sizeof(name), "%s: all is well", word);
    ok(counts_well(), name);
}

/* Generation n is made by word n, and then goes through the others. */
static int
mixed(void *depth)
{
    int n = *(int *)depth - 1;
    char mine = (char)('a' + n);

    if (n < 0) {
        return 3;
    }
    knob_set(FORK_KNOB, words[n % 4]);
    write_all(mine);
    for (int i = 0; i < 2; i++) {
        if (in_child(mixed, &n) != 0x300 || !all(mine)) {
            return 4;
        }
    }
    return 3;
}

static void
test_bad(const char *before)
{
    fails(knob_set(FORK_KNOB, "trees\n"), EINVAL, "a bad word is EINVAL");
    fails(knob_set(FORK_KNOB, "\n"), EINVAL, "an empty line");
    fails(knob_set(FORK_KNOB, "tree page\n"), EINVAL, "two words");
    fails(knob_set(FORK_KNOB, "treetreetreetreetreetreetreetreetreetree"),
        EINVAL, "a long word");
    fails(knob_set(FORK_KNOB, "tree\n\n"), EINVAL,
        "a word with something behind it");
    fails(knob_set(FORK_KNOB, ""), EINVAL, "no word at all");
    is_str(knob_get(FORK_KNOB), before, "none of that changed it");
}

int
main(void)
{
    char before[64];
    int depth = 5, good;

    base = mmap(NULL, PLACES * STEP, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(before, knob_get(FORK_KNOB));
    ok(before[0] != '\0', "it can be read");
    test_bad(before);
    for (int i = 0; i < 4; i++) {
        test_word(words[i]);
    }
    write_all('P');
    good = in_child(mixed, &depth) == 0x300;
    ok(good && all('P'),
        "changed between two generations: all keep their own");
    is(knob_set(FORK_KNOB, "page"), 0, "without a newline");
    is(knob_set(FORK_KNOB, before), 0, "set as it was");
    return done();
}
