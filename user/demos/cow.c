/*
 * cow: parent and child write to "the same" page.
 *
 * After fork both see one page; whoever writes first gets a copy, unseen by
 * the other. Pipes make the two take turns, so the output has one order:
 * each step prints what both of them read at the same address.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char page[4096] __attribute__((aligned(4096))) = "before fork";

static int to_child[2];
static int to_parent[2];

/* Let the other one go on; wait until it lets us. */
static void
pass_turn(int out, int in)
{
    char token = 't';

    fflush(stdout);
    if (write(out, &token, 1) != 1 || read(in, &token, 1) != 1) {
        perror("cow");
        _exit(1);
    }
}

static void
show(const char *who)
{
    printf("  %s reads \"%s\"\n", who, page);
}

static int
child(void)
{
    char token;

    if (read(to_child[0], &token, 1) != 1) {
        return 1;
    }
    show("child ");
    printf("the child writes\n");
    strcpy(page, "written by the child");
    show("child ");
    pass_turn(to_parent[1], to_child[0]);
    show("child ");
    return 0;
}

int
main(void)
{
    if (pipe(to_child) < 0 || pipe(to_parent) < 0) {
        perror("pipe");
        return 1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        return child();
    }
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    printf("after fork\n");
    show("parent");
    pass_turn(to_child[1], to_parent[0]);
    show("parent");
    printf("the parent writes\n");
    strcpy(page, "written by the parent");
    show("parent");
    fflush(stdout);
    if (write(to_child[1], "t", 1) != 1 || waitpid(pid, NULL, 0) != pid) {
        perror("cow");
        return 1;
    }
    printf("the child is gone\n");
    show("parent");
    return 0;
}
