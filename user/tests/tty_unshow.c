/*
 * tty_unshow.c: ^C and its like discard what was typed, and also its echo, as
 * far as the same write typed it: Linux shows the echo of a write at its end.
 * Each part has a terminal of its own, so that on Linux the bytes of a write
 * are in one buffer.
 */
#include "terminal.h"

/* Type these keys on a new terminal, with modes set and cleared. */
static void
echoes(const char *keys, tcflag_t set, tcflag_t clear, const char *want,
    const char *name)
{
    open_terminal();
    change_local(set, clear);
    type(keys);
    shows(want, name);
    close_terminal();
}

static void
test_one_write(void)
{
    echoes("abc\3", 0, 0, "^C", "^C takes back the echo before it");
    echoes("abc\32", 0, 0, "^Z", "so does ^Z");
    echoes("abc\34", 0, 0, "^\\", "and ^\\");
    echoes("abc\ndef\3ghi", 0, 0, "^Cghi", "of whole lines, too");
    echoes("ab\3cd\3ef", 0, 0, "^Cef", "also of another ^C");
    echoes("ab\177\25c\3", 0, 0, "^C", "and of what was erased");
    echoes("abc\3", 0, ICANON, "^C", "without lines");
    echoes("abc\3", NOFLSH, 0, "abc^C", "not with NOFLSH");
    echoes("abc\3", 0, ISIG, "abc^C", "nor without signals");
    echoes("abc\26\3", 0, 0, "abc^\b^C", "nor if ^V makes it a byte");
}

static void
test_others(void)
{
    open_terminal();
    type("abc");
    shows("abc", "a write is echoed");
    type("d\3");
    shows("^C", "what another write typed stays");
    type("ef");
    shows("ef", "and what comes after");
    write(slave, "out", 3);
    shows("out", "output");
    write(slave, "more", 4);
    nap(20);
    type("gh\3");
    shows("more^C", "stays");
    close_terminal();
}

/* Tabs that become spaces show where the terminal believes to be. */
static void
test_column(void)
{
    struct termios modes;

    open_terminal();
    tcgetattr(slave, &modes);
    modes.c_oflag |= XTABS;
    tcsetattr(slave, TCSANOW, &modes);
    type("abcde\3");
    shows("^C", "its echo is taken back");
    write(slave, "\tx", 2);
    shows("      x", "so is its column");
    close_terminal();
}

int
main(void)
{
    test_one_write();
    test_others();
    test_column();
    return done();
}
