/*
 * sproc: IRIX's share group: three processes in one address space sum the parts
 * of an array. Each has its own stack, which the others can see, and its own
 * PRDA; PR_BLOCK makes the first process wait until the child lets it go on.
 */
#include <irix.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARTS 3
#define PART 1000

static int numbers[PARTS * PART];
static volatile long sums[PARTS];
static int *volatile on_its_stack;
static volatile int stop;

static void
add(void *arg)
{
    long part = (long)arg;

    PRDA->usr_prda[0] = (char)('a' + part); /* nobody else's */
    for (int i = 0; i < PART; i++) {
        sums[part] += numbers[part * PART + i];
    }
    printf("process %c has added\n", PRDA->usr_prda[0]);
    fflush(stdout);
    int local = 7;
    on_its_stack = &local;
    unblockproc(getppid());
    while (!stop) {
        usleep(1000);
    }
}

int
main(void)
{
    long sum = 0;

    for (int i = 0; i < PARTS * PART; i++) {
        numbers[i] = i;
    }
    for (long part = 0; part < PARTS; part++) {
        if (sproc(add, PR_SALL | PR_BLOCK, (void *)part) < 0) {
            perror("sproc");
        }
        sum += sums[part];
    }
    printf("the sum is %ld; on the last one's stack is %d\n", sum,
           *on_its_stack);
    stop = 1;
    while (wait(NULL) > 0) {
    }
    return 0;
}
