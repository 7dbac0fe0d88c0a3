/* test: the shell's builtin of sh/test.c, as a program. */
#include "sh/shared.h"

int
main(int argc, char **argv)
{
    return test_main(argc, argv);
}
