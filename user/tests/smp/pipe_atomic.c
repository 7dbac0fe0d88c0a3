/*
 * pipe_atomic.c: several writers on one pipe: what one write of at most
 * PIPE_BUF bytes puts in comes out in one piece, and each writer's records
 * in their order. With several readers too: each record comes to one of
 * them, once.
 *
 * seconds: 60
 */
#include "smp.h"

enum { WRITERS = 4, READERS = 3, RECORDS = 400, LARGEST = 4096, SMALL = 64 };

struct record {
    int size;
    int writer;
    int number;
    unsigned char body[LARGEST - 12];
};

static struct record record;

static unsigned char
filling(int writer, int number)
{
    return (unsigned char)(writer * 64 + number % 61);
}

static int
write_records(int fd, int writer, int fixed)
{
    unsigned long seed = (unsigned long)writer;

    for (int number = 0; number < RECORDS; number++) {
        int most = number % 5 ? 600 : LARGEST - 12;
        record.size = fixed ? SMALL : 13 + (int)pick(&seed, (unsigned)most);
        record.writer = writer;
        record.number = number;
        memset(record.body, filling(writer, number), record.size - 12);
        if (write(fd, &record, record.size) != record.size) {
            return 0;
        }
    }
    return 1;
}

/* Read so many bytes, in as many pieces as it takes. => how many came */
static long
read_all(int fd, void *to, long size)
{
    long have = 0, n;

    while (have < size && (n = read(fd, (char *)to + have, size - have)) > 0) {
        have += n;
    }
    return have;
}

/* => whether the record that was read is whole */
static int
whole(void)
{
    for (int i = 0; i < record.size - 12; i++) {
        if (record.body[i] != filling(record.writer, record.number)) {
            return 0;
        }
    }
    return 1;
}

static void
start_writers(int fds[2], pid_t pid[WRITERS], int fixed)
{
    pipe(fds);
    for (int i = 0; i < WRITERS; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            close(fds[0]);
            on_cpu(i);
            _exit(write_records(fds[1], i, fixed));
        }
    }
    close(fds[1]);
}

static void
test_one_reader(void)
{
    int fds[2], next[WRITERS] = { 0 }, torn = 0, good = 0;
    pid_t pid[WRITERS];

    start_writers(fds, pid, 0);
    while (!torn && read_all(fds[0], &record, 12) == 12) {
        torn = record.size < 13 || record.size > LARGEST
               || record.writer < 0 || record.writer >= WRITERS
               || record.number != next[record.writer]
               || read_all(fds[0], record.body, record.size - 12)
                      != record.size - 12
               || !whole();
        next[torn ? 0 : record.writer] += !torn;
    }
    close(fds[0]);
    ok(!torn, "records of up to PIPE_BUF come whole and in order");
    for (int i = 0; i < WRITERS; i++) {
        good += next[i] == RECORDS && code_of(pid[i]) == 1;
    }
    is(good, WRITERS, "all of every writer");
}

/* Records of one size that divides the pipe's: one read takes one. */
static int
read_some(int fd, int *seen)
{
    int last[WRITERS] = { -1, -1, -1, -1 };
    long n;

    while ((n = read(fd, &record, SMALL)) == SMALL) {
        if (record.writer < 0 || record.writer >= WRITERS
            || record.number < 0 || record.number >= RECORDS
            || record.number <= last[record.writer] || !whole()) {
            return 0;
        }
        last[record.writer] = record.number;
        add(&seen[record.writer * RECORDS + record.number], 1);
    }
    return n == 0;
}

static void
test_readers(void)
{
    int *seen = shared(WRITERS * RECORDS * sizeof(int));
    int fds[2], once = 0, good = 0;
    pid_t writer[WRITERS], reader[READERS];

    start_writers(fds, writer, 1);
    for (int i = 0; i < READERS; i++) {
        reader[i] = must_fork();
        if (reader[i] == 0) {
            on_cpu(WRITERS - 1 - i);
            _exit(read_some(fds[0], seen));
        }
    }
    close(fds[0]);
    for (int i = 0; i < WRITERS; i++) {
        good += code_of(writer[i]) == 1;
    }
    for (int i = 0; i < READERS; i++) {
        good += code_of(reader[i]) == 1;
    }
    for (int i = 0; i < WRITERS * RECORDS; i++) {
        once += seen[i] == 1;
    }
    is(good, WRITERS + READERS, "several readers: whole records, in order");
    is(once, WRITERS * RECORDS, "each read once");
}

int
main(void)
{
    on_cpu(0);
    test_one_reader();
    test_readers();
    return done();
}
