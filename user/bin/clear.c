/* clear: empty the screen. */
#include "lib/tool.h"

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "clear");
    fputs("\033[H\033[2J", stdout);
    return finish(true);
}
