/*
 * rfork: Plan 9's flags choose what parent and child have in common.
 *
 * Each child adds 1 to a variable in data and one on the stack, closes a file,
 * and says at its end how far it has come. Data is shared with RFMEM alone, the
 * stack never; descriptors are shared unless RFFDG copies them.
 */
#include <fcntl.h>
#include <plan9.h>
#include <stdio.h>
#include <string.h>

static volatile int in_data;

static void
try(const char *name, int flags)
{
    volatile int on_stack = 0;
    char text[200];
    int file = open("/dev/null", O_RDONLY);

    in_data = 0;
    int pid = rfork(RFPROC | flags);
    if (pid == 0) {
        in_data++;
        on_stack++;
        close(file);
        _exits("added, and closed");
    }
    int n = await(text, sizeof(text) - 1); /* pid times 'name pid: message' */
    text[n > 0 ? n - 1 : 0] = '\0';
    char *said = strrchr(text, ':');
    printf("%-12s data %d, stack %d, file %s; it said%s\n", name, in_data,
           on_stack, fcntl(file, F_GETFD) < 0 ? "closed" : "open",
           said != NULL ? said : " nothing");
    close(file);
}

int
main(void)
{
    try("RFFDG", RFFDG);
    try("(none)", 0);
    try("RFFDG|RFMEM", RFFDG | RFMEM);
    try("RFMEM", RFMEM);
    if (rfork(RFMEM) < 0) {
        perror("RFMEM without RFPROC");
    }
    return 0;
}
