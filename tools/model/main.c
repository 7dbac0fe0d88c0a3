/*
 * The model test: model STEPS SEED.  Each round of steps is a process of its
 * own, with a seed derived from that of the round before.  So the seed of the
 * round and the number of the step reproduce a failure.
 */
#include "arch/percpu.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "debug/debug.h"
#include "model/host.h"
#include "model/libc.h"
#include "model/mmu.h"
#include "model/model.h"

#define ROUND   2500
#define NOTES   12

static u64 round_seed, state, steps_done;

static struct note {
    u64 step;
    const char *what;
    int space, cpu;
    u64 first, second;
} notes[NOTES];
static u64 notes_made;

/* xorshift64* (Vigna 2016). */
u64
random_below(u64 n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dUL >> 11) % n;
}

static u64
first_state(u64 seed)
{
    return seed * 0x9e3779b97f4a7c15UL | 1;
}

bool
one_in(u64 n)
{
    return random_below(n) == 0;
}

void
note(const char *what, int space, u64 first, u64 second)
{
    notes[notes_made++ % NOTES] = (struct note){
        steps_done, what, space, running_cpu, first, second,
    };
}

static void
say_notes(void)
{
    u64 from = notes_made > NOTES ? notes_made - NOTES : 0;

    printf("the last operations (step, cpu, space, what):\n");
    for (u64 i = from; i < notes_made; i++) {
        const struct note *n = &notes[i % NOTES];
        printf("  %lu  cpu %d  space %d  %s %#lx %#lx\n", n->step, n->cpu,
               n->space, n->what, n->first, n->second);
    }
}

static void
say_how(void)
{
    printf("model: failed in step %lu, seed %lu; see it again with\n"
           "    make model SEED=%lu STEPS=%lu\n", steps_done, round_seed,
           round_seed, steps_done);
    fflush(NULL);
}

void
fail(const char *fmt, ...)
{
    __builtin_va_list ap;

    say_notes();
    printf("model: ");
    __builtin_va_start(ap, fmt);
    vprintf(fmt, ap);
    __builtin_va_end(ap);
    printf("\n");
    say_how();
    exit(1);
}

/* Called when a sanitizer ends the program. */
static void
last_words(void)
{
    say_notes();
    say_how();
}

const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void
check_everything(void)
{
    for (int i = 0; i < SPACES; i++) {
        if (spaces[i].as != NULL) {
            model_check(&spaces[i]);
        }
    }
    mmu_check();
    for (int i = 0; i < segment_count; i++) {
        mmu_check_rights(segments[i].start);
    }
    layer_check();
}

/* Fail if a frame or heap memory is still in use. */
static void
check_end(void)
{
    static const enum frame_kind kinds[] = {
        FRAME_TABLE, FRAME_ANON, FRAME_CACHE, FRAME_SHARED,
    };

    check_everything();
    end_all();
    things_end();
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (frame_count(kinds[i]) != 0) {
            fail("at the end, %lu frames of kind %d", frame_count(kinds[i]),
                 (int)kinds[i]);
        }
    }
    if (heap_bytes() != 0) {
        fail("at the end, %lu bytes of heap", heap_bytes());
    }
    layer_check();
}

static void
run_round(u64 steps)
{
    state = first_state(round_seed);
    layer_init();
    model_init();
    things_init();
    ops_init();
    while (steps_done < steps) {
        steps_done++;
        (void)step();
        mmu_check();
        if (steps_done % 8 == 0) {
            check_everything();
        }
    }
    check_end();
}

/* Run a round in a process of its own.  => whether it passed */
static bool
spawn_round(u64 steps)
{
    int status = 1;

    fflush(NULL);
    int pid = fork();
    if (pid == 0) {
        run_round(steps);
        exit(0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int
main(int argc, char **argv)
{
    u64 steps = argc > 1 ? strtoul(argv[1], NULL, 0) : ROUND;
    u64 seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;

    __sanitizer_set_death_callback(last_words);
    round_seed = seed;
    for (u64 at = 0; at < steps; at += ROUND) {
        if (!spawn_round(MIN(ROUND, steps - at))) {
            printf("model: %lu steps before it went well\n", at);
            return 1;
        }
        state = first_state(round_seed);
        round_seed = random_below(1UL << 32);
    }
    printf("model: %lu steps from seed %lu, all as it must be\n", steps, seed);
    return 0;
}
