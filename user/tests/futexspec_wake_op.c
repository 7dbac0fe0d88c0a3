/*
 * futexspec_wake_op.c: WAKE_OP changes the second word, wakes on the first,
 * and on the second if what it was compares: every operation, every
 * comparison, signed operands of twelve bits.
 */
#include "futexspec.h"

#include <sys/mman.h>

static int first, second;

static long
encode(long op, long cmp, long oparg, long cmparg)
{
    return op << 28 | cmp << 24 | (oparg & 0xfff) << 12 | (cmparg & 0xfff);
}

static long
wake_op(long count, long count2, long what)
{
    return futex(&first, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, count,
        (void *)count2, &second, what);
}

static void
test_operations(void)
{
    static const struct {
        int op, before, arg, after;
        const char *name;
    } cases[] = {
        { FUTEX_OP_SET, 7, 5, 5, "SET" },
        { FUTEX_OP_SET, 7, 2047, 2047, "SET to the most" },
        { FUTEX_OP_SET, 7, -1, -1, "SET to -1" },
        { FUTEX_OP_SET, 7, -2048, -2048, "SET to the least" },
        { FUTEX_OP_ADD, 7, 5, 12, "ADD" },
        { FUTEX_OP_ADD, 7, -9, -2, "ADD of a negative number" },
        { FUTEX_OP_ADD, 0x7fffffff, 1, -0x7fffffff - 1, "ADD beyond the end" },
        { FUTEX_OP_OR, 0x100, 0x11, 0x111, "OR" },
        { FUTEX_OP_OR, 0x100, -16, -16 | 0x100, "OR of a negative number" },
        { FUTEX_OP_ANDN, 0x1ff, 0x11, 0x1ee, "ANDN" },
        { FUTEX_OP_ANDN, 0x1ff, -16, 0xf, "ANDN of a negative number" },
        { FUTEX_OP_XOR, 0x1ff, 0x211, 0x3ee, "XOR" },
        { FUTEX_OP_XOR, 5, -1, -6, "XOR of a negative number" },
        { FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 7, 0, 1, "SET to 1 << 0" },
        { FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT, 7, 10, 0x407,
          "OR of 1 << 10" },
        { FUTEX_OP_XOR | FUTEX_OP_OPARG_SHIFT, 7, 31, 7 | 1 << 31,
          "XOR of 1 << 31" },
        { FUTEX_OP_ADD | FUTEX_OP_OPARG_SHIFT, 7, 3, 15, "ADD of 1 << 3" },
        { FUTEX_OP_ANDN | FUTEX_OP_OPARG_SHIFT, 7, 1, 5, "ANDN of 1 << 1" },
    };

    for (int i = 0; i < COUNT_OF(cases); i++) {
        second = cases[i].before;
        long result = wake_op(1, 1,
            encode(cases[i].op, FUTEX_OP_CMP_EQ, cases[i].arg, 0));
        ok(result == 0 && second == cases[i].after, cases[i].name);
        if (second != cases[i].after) {
            printf("# got %d, want %d\n", second, cases[i].after);
        }
    }
}

/* Which of less, equal and greater a comparison means. */
static void
test_comparisons(void)
{
    static const struct {
        int cmp, less, equal, greater;
        const char *name;
    } cases[] = {
        { FUTEX_OP_CMP_EQ, 0, 1, 0, "EQ" }, { FUTEX_OP_CMP_NE, 1, 0, 1, "NE" },
        { FUTEX_OP_CMP_LT, 1, 0, 0, "LT" }, { FUTEX_OP_CMP_LE, 1, 1, 0, "LE" },
        { FUTEX_OP_CMP_GT, 0, 0, 1, "GT" }, { FUTEX_OP_CMP_GE, 0, 1, 1, "GE" },
    };

    back = 0;
    sleeper_start(&crowd[0], &second, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    for (int i = 0; i < COUNT_OF(cases); i++) {
        const int wants[3] = {
            cases[i].less, cases[i].equal, cases[i].greater
        };
        int right = 0;

        for (int j = 0; j < 3; j++) {
            int before = back;
            second = -100 + 2 * (j - 1);
            long woken = wake_op(1, 1,
                encode(FUTEX_OP_SET, cases[i].cmp, 9, -100));
            right += woken == wants[j] && second == 9;
            if (woken == 1) {
                thread_join(&crowd[0].thread);
                right -= back != before + 1;
                sleeper_start(&crowd[0], &second,
                    FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
            }
        }
        is(right, 3, cases[i].name);
    }
    futex(&second, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
    thread_join(&crowd[0].thread);
}

/* How many of each word it wakes. */
static void
test_counts(void)
{
    second = first = 0;
    for (int i = back = 0; i < CROWD; i++) {
        sleeper_start(&crowd[i], i < 3 ? &first : &second,
            FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    }
    is(wake_op(2, 1, encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 1, 0)), 3,
        "two of the first word and one of the second");
    until_back(3);
    ok(crowd[0].order && crowd[1].order && crowd[3].order,
        "those that came first");
    is(wake_op(9, 9, encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 1, 0)), 1,
        "if it does not compare, only of the first");
    until_back(4);
    is(crowd[2].order, 4, "who is the last there");
    is(wake_op(9, 9, encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 1, 2)), 2,
        "if it does, all of the second");
    is(crowd_end(), CROWD, "each wait returned 0");
    is(second, 3, "and each call changed the word");
}

/* Both words may be one. */
static void
test_same(void)
{
    first = 0;
    crowd_start(&first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
    is(futex(&first, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 2, (void *)3L, &first,
        encode(FUTEX_OP_SET, FUTEX_OP_CMP_EQ, 8, 0)), 5,
        "one word as both: two and three");
    is(first, 8, "and it is set");
    futex(&first, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 9, NULL, NULL, 0);
    is(crowd_end(), CROWD, "each wait returned 0");
}

/* No such comparison: the word is changed, and nobody woken. */
static void
test_refused(void)
{
    second = first = back = 0;
    sleeper_start(&crowd[0], &first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    returns(wake_op(1, 1, encode(FUTEX_OP_SET, 6, 5, 0)), -ENOSYS,
        "no such comparison");
    is(second, 5, "the word is changed all the same");
    returns(wake_op(1, 1, encode(5, FUTEX_OP_CMP_EQ, 7, 0)), -ENOSYS,
        "no such operation");
    is(second, 5, "then it is not");
    is(futex(&first, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 1,
        "nobody was woken");
    thread_join(&crowd[0].thread);
}

/* The word's page is shared with a child, or was given back. */
static void
test_pages(void)
{
    int *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int to_child[2];

    *page = 3;
    pipe(to_child);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(to_child[1]);
        read(to_child[0], &byte, 1);
        _exit(*page);
    }
    close(to_child[0]);
    is(futex(&first, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, (void *)1L, page,
        encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 1, 3)), 0,
        "a word in memory that a child shares");
    close(to_child[1]);
    is(WEXITSTATUS(status_of(child)), 3, "the child has the old value");
    is(*page, 4, "this process the new");
    madvise(page, 4096, MADV_DONTNEED);
    is(futex(&first, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, (void *)1L, page,
        encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 5, 0)), 0,
        "a word in memory that was given back");
    is(*page, 5, "it was 0");
    munmap(page, 4096);
    returns(futex(&first, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, (void *)1L,
        page, encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 5, 0)), -EFAULT,
        "a word in no memory");
}

/* The change is atomic: no addition of several threads is lost. */
enum { ADDITIONS = 1000 };

static int
adds(void *arg)
{
    (void)arg;
    for (int i = 0; i < ADDITIONS; i++) {
        wake_op(1, 1, encode(FUTEX_OP_ADD, FUTEX_OP_CMP_EQ, 1, 0));
    }
    return 0;
}

static void
test_atomic(void)
{
    second = 0;
    for (int i = 0; i < CROWD; i++) {
        thread_start(&crowd[i].thread, adds, NULL);
    }
    for (int i = 0; i < CROWD; i++) {
        thread_join(&crowd[i].thread);
    }
    is(second, CROWD * ADDITIONS, "six threads add to one word");
}

int
main(void)
{
    test_operations();
    test_comparisons();
    test_counts();
    test_same();
    test_refused();
    test_pages();
    test_atomic();
    return done();
}
