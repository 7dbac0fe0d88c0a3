/* kill: the shell's builtin of sh/kill.c, as a program. */
#include "sh/shared.h"

int
main(int argc, char **argv)
{
    return kill_main(argc, argv);
}
