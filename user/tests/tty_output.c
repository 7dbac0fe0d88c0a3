/*
 * tty_output.c: what is shown of what the slave writes, for each output mode.
 */
#include "terminal.h"

static const struct {
    const char *name;
    tcflag_t set, clear;
    const char *written, *shown;
} cases[] = {
    { "ONLCR", 0, 0, "a\nb\r\n", "a\r\nb\r\r\n" },
    { "without ONLCR", 0, ONLCR, "a\nb", "a\nb" },
    { "without OPOST", OLCUC | OCRNL, OPOST, "a\nb\r", "a\nb\r" },
    { "OLCUC", OLCUC, 0, "aZ{`\n", "AZ{`\r\n" },
    { "OCRNL", OCRNL, 0, "a\rb", "a\nb" },
    { "ONOCR", ONOCR, 0, "\ra\r\rb", "a\rb" },
    { "ONOCR after a newline", ONOCR, 0, "a\n\rb", "a\r\nb" },
    { "ONOCR without ONLCR", ONOCR, ONLCR, "a\n\rb", "a\n\rb" },
    { "ONOCR and ONLRET", ONOCR | ONLRET, ONLCR, "a\n\rb", "a\nb" },
    { "ONOCR after BS", ONOCR, 0, "a\b\rb", "a\bb" },
    { "ONOCR after a control", ONOCR, 0, "\1\33\rb", "\1\33b" },
    { "OCRNL and ONLRET", OCRNL | ONLRET | ONOCR, 0, "a\r\rb", "a\nb" },
    { "a tab", 0, 0, "a\tb", "a\tb" },
    { "XTABS", XTABS, 0, "a\tb\t\tc", "a       b               c" },
    { "XTABS after a newline", XTABS, 0, "abc\n\td", "abc\r\n        d" },
    { "XTABS after CR and BS", XTABS, 0, "abc\r\td\be\tf",
        "abc\r        d\be       f" },
    { "XTABS after UTF-8", XTABS, 0, "\xc3\xa9\tb", "\xc3\xa9       b" },
};

static void
test_long(void)
{
    static char line[2000], want[4001];

    for (int i = 0; i < 2000; i++) {
        line[i] = i % 2 ? '\n' : 'x';
        memcpy(want + i / 2 * 3, "x\r\n", 3);
    }
    want[3000] = '\0';
    open_terminal();
    is(write(slave, line, 2000), 2000, "a long write");
    shows(want, "is shown whole");
    close_terminal();
}

int
main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct termios modes;
        open_terminal();
        tcgetattr(slave, &modes);
        modes.c_iflag |= IUTF8;
        modes.c_oflag = (modes.c_oflag & ~cases[i].clear) | cases[i].set;
        tcsetattr(slave, TCSANOW, &modes);
        write(slave, cases[i].written, strlen(cases[i].written));
        shows(cases[i].shown, cases[i].name);
        close_terminal();
    }
    test_long();
    return done();
}
