/*
 * tty_input.c: what is typed, for each mode of input and of echo: which reads
 * the slave gets, and what is shown.
 */
#include "terminal.h"

#define NO (-1)

static const struct {
    const char *name;
    tcflag_t input, not_input, local, not_local;
    int key, value; /* a control character that is set */
    const char *typed;
    const char *reads; /* each in brackets */
    const char *shown;
} cases[] = {
    { "a line", 0, 0, 0, 0, NO, 0, "ab\n", "[ab\n]", "ab\r\n" },
    { "two lines, two reads", 0, 0, 0, 0, NO, 0, "a\nb\n", "[a\n][b\n]",
        "a\r\nb\r\n" },
    { "^D ends a read", 0, 0, 0, 0, NO, 0, "ab\4", "[ab]", "ab" },
    { "^D at the start ends a file", 0, 0, 0, 0, NO, 0, "\4x\n", "[][x\n]",
        "x\r\n" },
    { "another VEOF", 0, 0, 0, 0, VEOF, 'e', "abe", "[ab]", "ab" },
    { "ICRNL", 0, 0, 0, 0, NO, 0, "a\r", "[a\n]", "a\r\n" },
    { "without ICRNL", 0, ICRNL, 0, 0, NO, 0, "a\rb\n", "[a\rb\n]",
        "a^Mb\r\n" },
    { "IGNCR", IGNCR, 0, 0, 0, NO, 0, "a\rb\n", "[ab\n]", "ab\r\n" },
    { "INLCR", INLCR, ICRNL, 0, 0, NO, 0, "a\nb\4", "[a\rb]", "a^Mb" },
    { "INLCR and ICRNL", INLCR, 0, 0, 0, NO, 0, "a\nb\r", "[a\rb\n]",
        "a^Mb\r\n" },
    { "ISTRIP", ISTRIP, 0, 0, 0, NO, 0, "\xe1\xe2\n", "[ab\n]", "ab\r\n" },
    { "IUCLC", IUCLC, 0, 0, 0, NO, 0, "AbZ@\n", "[abz@\n]", "abz@\r\n" },
    { "IUCLC without IEXTEN", IUCLC, 0, 0, IEXTEN, NO, 0, "Ab\n", "[Ab\n]",
        "Ab\r\n" },
    { "PARMRK", PARMRK, 0, 0, 0, NO, 0, "a\xff\n", "[a\xff\xff\n]",
        "a\xff\r\n" },
    { "VEOL", 0, 0, 0, 0, VEOL, ';', "a;b\n", "[a;][b\n]", "a;b\r\n" },
    { "VEOL2", 0, 0, 0, 0, VEOL2, ';', "a;b\n", "[a;][b\n]", "a;b\r\n" },
    { "VEOL2 without IEXTEN", 0, 0, 0, IEXTEN, VEOL2, ';', "a;b\n", "[a;b\n]",
        "a;b\r\n" },
    { "VERASE", 0, 0, 0, 0, NO, 0, "abc\177\177d\n", "[ad\n]",
        "abc\b \b\b \bd\r\n" },
    { "VERASE at the start", 0, 0, 0, 0, NO, 0, "\177a\n", "[a\n]", "a\r\n" },
    { "another VERASE", 0, 0, 0, 0, VERASE, '#', "ab#\177\n", "[a\177\n]",
        "ab\b \b^?\r\n" },
    { "of ^A", 0, 0, 0, 0, NO, 0, "\1\177a\n", "[a\n]",
        "^A\b \b\b \ba\r\n" },
    { "of ^A without ECHOCTL", 0, 0, 0, ECHOCTL, NO, 0, "\1\177a\n", "[a\n]",
        "\1a\r\n" },
    { "of a tab", 0, 0, 0, 0, NO, 0, "ab\t\177c\n", "[abc\n]",
        "ab\t\b\b\b\b\b\bc\r\n" },
    { "of a tab after a tab", 0, 0, 0, 0, NO, 0, "\ta\1\t\177c\n",
        "[\ta\1c\n]", "\ta^A\t\b\b\b\b\bc\r\n" },
    { "without ECHOE", 0, 0, 0, ECHOE, NO, 0, "ab\177c\n", "[ac\n]",
        "ab^?c\r\n" },
    { "ECHOPRT", 0, 0, ECHOPRT, 0, NO, 0, "abc\177\177d\n", "[ad\n]",
        "abc\\cb/d\r\n" },
    { "ECHOPRT to the start", 0, 0, ECHOPRT, 0, NO, 0, "ab\177\177d\n",
        "[d\n]", "ab\\ba/d\r\n" },
    { "of UTF-8", IUTF8, 0, 0, 0, NO, 0, "a\xc3\xa9\177b\n", "[ab\n]",
        "a\xc3\xa9\b \bb\r\n" },
    { "of UTF-8, byte by byte", 0, IUTF8, 0, 0, NO, 0, "a\xc3\xa9\177b\n",
        "[a\xc3""b\n]", "a\xc3\xa9\b \bb\r\n" },
    { "a tab after UTF-8", IUTF8, 0, 0, 0, NO, 0, "\xc3\xa9\t\177b\n",
        "[\xc3\xa9""b\n]", "\xc3\xa9\t\b\b\b\b\b\b\bb\r\n" },
    { "VKILL", 0, 0, 0, 0, NO, 0, "ab\25c\n", "[c\n]",
        "ab\b \b\b \bc\r\n" },
    { "without ECHOKE", 0, 0, 0, ECHOKE, NO, 0, "ab\25c\n", "[c\n]",
        "ab^U\r\nc\r\n" },
    { "without ECHOKE and ECHOK", 0, 0, 0, ECHOKE | ECHOK, NO, 0, "ab\25c\n",
        "[c\n]", "ab^Uc\r\n" },
    { "VWERASE", 0, 0, 0, 0, NO, 0, "a b.c; \27d\n", "[a b.d\n]",
        "a b.c; \b \b\b \b\b \bd\r\n" },
    { "VWERASE without IEXTEN", 0, 0, 0, IEXTEN, NO, 0, "a\27\n", "[a\27\n]",
        "a^W\r\n" },
    { "VLNEXT", 0, 0, 0, 0, NO, 0, "a\26\3\26\4\26\177\n", "[a\3\4\177\n]",
        "a^\b^C^\b^D^\b^?\r\n" },
    { "VLNEXT of a newline", 0, 0, 0, 0, NO, 0, "a\26\nb\n", "[a\nb\n]",
        "a^\b^Jb\r\n" },
    { "VLNEXT without IEXTEN", 0, 0, 0, IEXTEN, NO, 0, "a\26b\n", "[a\26b\n]",
        "a^Vb\r\n" },
    { "VREPRINT", 0, 0, 0, 0, NO, 0, "a\1b\22c\n", "[a\1bc\n]",
        "a^Ab^R\r\na^Abc\r\n" },
    { "without ECHO", 0, 0, 0, ECHO, NO, 0, "ab\177\25c\26\4\n", "[c\4\n]",
        "" },
    { "ECHONL", 0, 0, ECHONL, ECHO, NO, 0, "ab\n", "[ab\n]", "\r\n" },
    { "without ECHOCTL", 0, 0, 0, ECHOCTL, NO, 0, "\1\33\n", "[\1\33\n]",
        "\1\33\r\n" },
    { "a tab and a BS", 0, 0, 0, 0, NO, 0, "\t\b\n", "[\t\b\n]",
        "\t^H\r\n" },
    { "without ICANON", 0, 0, 0, ICANON, NO, 0, "a\4\177\25", "[a\4\177\25]",
        "a^D^?^U" },
    { "and without ICRNL", 0, ICRNL, 0, ICANON, NO, 0, "a\r\n", "[a\r\n]",
        "a^M^J" },
    { "a CR without ICANON", 0, 0, 0, ICANON, NO, 0, "a\rb", "[a\nb]",
        "a\r\nb" },
    { "^S and ^Q are no input", 0, 0, 0, 0, NO, 0, "a\23\21b\n", "[ab\n]",
        "ab\r\n" },
    { "without IXON", 0, IXON, 0, 0, NO, 0, "a\23\21b\n", "[a\23\21b\n]",
        "a^S^Qb\r\n" },
    { "a key that is off", 0, 0, 0, 0, VERASE, 0, "a\177\n", "[a\177\n]",
        "a^?\r\n" },
    { "without ISIG", 0, 0, 0, ISIG, NO, 0, "\3\34\32\n", "[\3\34\32\n]",
        "^C^\\^Z\r\n" },
};

static void
set_modes(size_t i)
{
    struct termios modes;

    tcgetattr(slave, &modes);
    modes.c_iflag = (modes.c_iflag & ~cases[i].not_input) | cases[i].input;
    modes.c_lflag = (modes.c_lflag & ~cases[i].not_local) | cases[i].local;
    if (cases[i].key != NO) {
        modes.c_cc[cases[i].key] = (cc_t)cases[i].value;
    }
    tcsetattr(slave, TCSANOW, &modes);
}

/* Without ICANON, wait until there are `count` bytes: then it is one read. */
static void
gather_reads(char *text, size_t size, size_t count)
{
    size_t got = 0;

    for (int naps = 0; got < size && naps < 400; naps++) {
        int there = 0;
        if (count > 0 && ioctl(slave, FIONREAD, &there) == 0
            && (size_t)there < count) {
            nap(5);
            continue;
        }
        long n = read(slave, text + got + 1, 100);
        if (n >= 0) {
            text[got] = '[';
            text[got + 1 + (size_t)n] = ']';
            got += 2 + (size_t)n;
        } else {
            nap(5);
        }
    }
    text[got] = '\0';
}

int
main(void)
{
    char name[80], text[400];
    int left = -1;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t size = strlen(cases[i].reads);
        open_terminal();
        set_modes(i);
        set_nonblocking(slave, 1);
        type(cases[i].typed);
        gather_reads(text, size,
            cases[i].not_local & ICANON ? size - 2 : 0);
        is_str(text, cases[i].reads, cases[i].name);
        snprintf(name, sizeof(name), "%s: shown", cases[i].name);
        shows(cases[i].shown, name);
        ioctl(slave, FIONREAD, &left);
        if (left != 0) {
            ok(0, "nothing is left");
        }
        close_terminal();
    }
    return done();
}
