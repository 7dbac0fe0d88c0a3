/*
 * libc_thread_safe.c: malloc, streams, atexit, exit and fork of lib/c with
 * threads.
 */
#include "tap.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 4
#define TIMES 200

static pthread_t threads[THREADS];

static long
run_all(void *(*body)(void *))
{
    long sum = 0;
    void *result;

    for (long i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, body, (void *)i) != 0) {
            ok(0, "a thread");
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    return sum;
}

/* => how many bytes of its blocks another thread has changed */
static void *
use_heap(void *arg)
{
    char *blocks[8] = { NULL };
    long wrong = 0;

    for (int i = 0; i < TIMES; i++) {
        char **block = &blocks[i % 8];
        size_t size = 20u << i % 4;
        for (size_t at = 0; *block != NULL && at < 20; at++) {
            wrong += (*block)[at] != 'a' + (char)(long)arg;
        }
        free(*block);
        *block = malloc(size);
        memset(*block, 'a' + (char)(long)arg, size);
        if (i % 50 == 0) {
            sched_yield();
        }
    }
    for (int i = 0; i < 8; i++) {
        free(blocks[i]);
    }
    return (void *)wrong;
}

static FILE *file;

static void *
write_lines(void *arg)
{
    for (int i = 0; i < TIMES; i++) {
        fprintf(file, "%ld: %s %d\n", (long)arg, "a line of a thread", i);
        if (i % 50 == 0) {
            sched_yield();
        }
    }
    return NULL;
}

static void *
read_lines(void *arg)
{
    char *line = NULL, expected[64];
    size_t room = 0;
    long who, number, good = 0;

    (void)arg;
    while (getline(&line, &room, file) > 0) {
        char *at;
        who = strtol(line, &at, 10);
        number = strtol(strrchr(line, ' '), &at, 10);
        snprintf(expected, sizeof(expected), "%ld: a line of a thread %ld\n",
            who, number);
        good += strcmp(line, expected) == 0;
    }
    free(line);
    return (void *)good;
}

static void
test_streams(void)
{
    file = fopen("lines", "w");
    run_all(write_lines);
    fclose(file);
    file = fopen("lines", "r");
    is(run_all(read_lines), THREADS * TIMES,
        "no line of a stream is torn, written or read");
    fclose(file);
    unlink("lines");
}

static int input[2], output[2];

static void *
block_in_read(void *arg)
{
    (void)arg;
    write(output[1], "r", 1);
    return (void *)(long)fgetc(file);
}

static int
status_of(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return status;
}

static void
say_end(void)
{
    printf("# an atexit function\n");
}

static void *
call_exit(void *arg)
{
    (void)arg;
    exit(7);
}

/* A thread that reads does not keep the others from ending the process. */
static void
test_exit(void)
{
    char c;

    pid_t pid = must_fork();
    if (pid == 0) {
        atexit(say_end);
        pthread_t reader, ender;
        file = fdopen(input[0], "r");
        pthread_create(&reader, NULL, block_in_read, NULL);
        read(output[0], &c, 1);
        pthread_create(&ender, NULL, call_exit, NULL);
        pthread_join(ender, NULL);
    }
    exited(status_of(pid), 7, "exit of one thread ends all");
    pid = must_fork();
    if (pid == 0) {
        atexit(say_end);
        run_all(call_exit);
    }
    exited(status_of(pid), 7, "if several call it, each function runs once");
}

static int stop;

/* Holds the library's locks most of the time. */
static void *
keep_busy(void *arg)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        free(malloc(100));
        fprintf(file, "%ld", (long)arg);
    }
    return NULL;
}

/* In a child of a process with threads, the library works. */
static void
test_fork(void)
{
    pthread_t busy;
    int bad = 0;

    file = fopen("/dev/null", "w");
    pthread_create(&busy, NULL, keep_busy, NULL);
    for (int i = 0; i < 4; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            pthread_t thread;
            void *memory = malloc(100);
            fprintf(file, "child");
            FILE *mine = fopen("/dev/null", "w");
            fclose(mine);
            pthread_create(&thread, NULL, use_heap, NULL);
            pthread_join(thread, &memory);
            exit(memory == NULL ? 3 : 4);
        }
        bad += status_of(pid) != 3 << 8;
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    pthread_join(busy, NULL);
    is(bad, 0, "children use heap, streams and threads");
    fclose(file);
}

static char order[16];

static void
note(char c)
{
    order[strlen(order)] = c;
}

static void before1(void) { note('1'); }
static void before2(void) { note('2'); }
static void parent1(void) { note('p'); }
static void parent2(void) { note('P'); }
static void child1(void) { note('c'); }
static void child2(void) { note('C'); }

static void
test_atfork(void)
{
    is(pthread_atfork(before1, parent1, child1), 0, "functions around fork");
    pthread_atfork(before2, parent2, child2);
    pthread_atfork(NULL, NULL, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        is_str(order, "21cC", "in the child");
        _exit(0);
    }
    status_of(pid);
    tap_lines++; /* the child's */
    is_str(order, "21pP", "in the parent");
}

int
main(void)
{
    pipe(input);
    pipe(output);
    is(run_all(use_heap), 0, "no block of the heap has two owners");
    test_streams();
    test_exit();
    test_fork();
    test_atfork();
    return done();
}
