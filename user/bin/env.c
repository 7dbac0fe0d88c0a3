/* env: print the environment. */
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        puts(*entry);
    }
    return fflush(stdout) < 0;
}
