/*
 * Patterns to programs, by recursive descent: alternatives of branches, a
 * branch of atoms, each perhaps repeated. Essential fact: a piece of program
 * is made before one knows what stands behind it, as in a*; then a step is put
 * in front of it, or the piece is copied.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/class.h"
#include "lib/tool.h"
#include "match.h"
#include "program.h"

struct step *steps;
static int step_count;
static unsigned flags;

/* Parsing: `at` is what comes next, `error` what was wrong first. */
static const char *at;
static const char *branch_start;
static int groups; /* how many are open: a further ) is a character */
static const char *error;

static void parse_alternatives(void);

static struct step *
emit(enum code code, int to)
{
    if ((step_count & (step_count - 1)) == 0) {
        size_t room = step_count == 0 ? 1 : 2 * (size_t)step_count;
        steps = grow(steps, room * sizeof(*steps));
    }
    if (step_count >= STEPS_MAX) {
        error = "the pattern is too long";
        step_count--;
    }
    struct step *step = &steps[step_count++];
    *step = (struct step){.code = code, .to = to};
    return step;
}

/* Put a step in front of all that was made since step number `start`. */
static void
insert(int start, enum code code, int to)
{
    emit(code, to);
    struct step last = steps[step_count - 1];
    memmove(&steps[start + 1], &steps[start],
            (size_t)(step_count - 1 - start) * sizeof(*steps));
    steps[start] = last;
}

static void
add(struct step *step, int c)
{
    step->set[c >> 5] |= 1u << (c & 31);
    if ((flags & PATTERN_FOLD) != 0) {
        int other = islower(c) ? toupper(c) : tolower(c);
        step->set[other >> 5] |= 1u << (other & 31);
    }
}

static void
invert(struct step *step)
{
    for (int i = 0; i < 8; i++) {
        step->set[i] = ~step->set[i];
    }
}

bool
is_word(int c)
{
    return isalnum(c) || c == '_';
}

/* Behind "[:" of a set. */
static void
parse_class(struct step *step)
{
    const char *end = strstr(at, ":]");
    int (*has)(int c) = end == NULL ? NULL : class_find(at, (size_t)(end - at));

    if (has == NULL) {
        error = "Invalid character class name";
        return;
    }
    for (int c = 0; c < 256; c++) {
        if (has(c)) {
            add(step, c);
        }
    }
    at = end + 2;
}

/* Behind [: a first ] is a member. */
static void
parse_set(struct step *step)
{
    bool inverted = *at == '^';
    const char *first = at += inverted;

    while ((*at != ']' || at == first) && error == NULL) {
        int low = (unsigned char)*at;
        if (low == '\0' || low == '\n') {
            error = "Unmatched [";
            return;
        }
        at++;
        if (low == '[' && *at == ':') {
            at++;
            parse_class(step);
            continue;
        }
        int high = low;
        if (at[0] == '-' && at[1] != ']' && at[1] != '\0') {
            high = (unsigned char)at[1];
            at += 2;
        }
        if (high < low) {
            error = "Invalid range end";
        }
        for (int c = low; c <= high; c++) {
            add(step, c);
        }
    }
    at++;
    if (inverted) {
        invert(step);
    }
}

/* Is this operator of extended patterns here, as X or as \X? => its length */
static int
operator(char letter)
{
    bool extended = (flags & PATTERN_EXTENDED) != 0;

    if ((flags & PATTERN_FIXED) != 0) {
        return 0;
    }
    return extended ? *at == letter
                    : at[0] == '\\' && at[1] == letter ? 2 : 0;
}

static bool
at_branch_end(void)
{
    return *at == '\0' || *at == '\n' || operator('|') != 0 ||
           operator(')') == 2 || (operator(')') == 1 && groups > 0);
}

/* A backslash and a letter that is no operator. */
static void
parse_escape(void)
{
    static const char edges[] = "<>bB";
    char letter = *at;
    const char *edge = letter == '\0' ? NULL : strchr(edges, letter);

    if (letter == '\0' || letter == '\n') {
        error = "Trailing backslash";
        return;
    }
    at++;
    if (letter >= '1' && letter <= '9') {
        error = "back-references are not supported";
    } else if (edge != NULL) {
        emit(WORD_START + (enum code)(edge - edges), 0);
    } else if (strchr("wWsS", letter) != NULL) {
        struct step *step = emit(TAKE, 0);
        for (int c = 0; c < 256; c++) {
            if (tolower(letter) == 'w' ? is_word(c) : isspace(c)) {
                add(step, c);
            }
        }
        if (isupper(letter)) {
            invert(step);
        }
    } else {
        add(emit(TAKE, 0), (unsigned char)letter);
    }
}

static void
parse_group(void)
{
    groups++;
    parse_alternatives();
    groups--;
    if (operator(')') == 0) {
        error = error != NULL ? error : "Unmatched ( or \\(";
        return;
    }
    at += operator(')');
}

static bool
is_anchor(void)
{
    bool extended = (flags & PATTERN_EXTENDED) != 0;

    if (*at == '^') {
        return extended || at == branch_start;
    }
    at++;
    bool end = extended || at_branch_end();
    at--;
    return *at == '$' && end;
}

static void
parse_atom(void)
{
    if ((flags & PATTERN_FIXED) != 0) {
        add(emit(TAKE, 0), (unsigned char)*at++);
    } else if (operator('(') != 0) {
        at += operator('(');
        parse_group();
    } else if (is_anchor()) {
        emit(*at++ == '^' ? LINE_START : LINE_END, 0);
    } else if (*at == '.') {
        invert(emit(TAKE, 0));
        at++;
    } else if (*at == '[') {
        at++;
        parse_set(emit(TAKE, 0));
    } else if (*at == '\\') {
        at++;
        parse_escape();
    } else {
        add(emit(TAKE, 0), (unsigned char)*at++);
    }
}

/*
 * Read {m}, {m,}, {,n} or {m,n}; most is -1 if there is no end.
 * => false if this is none, which is an error in a basic pattern
 */
static bool
parse_interval(int *least, int *most)
{
    bool extended = (flags & PATTERN_EXTENDED) != 0;
    const char *end = extended ? "}" : "\\}";
    const char *start = at + operator('{');
    char *brace = (char *)start;

    *least = isdigit(*brace) ? (int)strtol(brace, &brace, 10) : 0;
    *most = *least;
    if (*brace == ',') {
        brace++;
        *most = isdigit(*brace) ? (int)strtol(brace, &brace, 10) : -1;
    }
    if (brace == start || strncmp(brace, end, strlen(end)) != 0) {
        error = extended ? NULL : "Invalid content of \\{\\}";
        return false;
    }
    if (*least > 32767 || *most > 32767 || (*most >= 0 && *most < *least)) {
        error = "Invalid content of \\{\\}";
    }
    at = brace + strlen(end);
    return true;
}

/* Emit a copy of a piece of program. */
static void
emit_copy(const struct step *piece, int length)
{
    for (int i = 0; i < length; i++) {
        *emit(TAKE, 0) = piece[i];
    }
}

/* Repeat what was made since `start`; most is -1 if there is no end. */
static void
repeat(int start, int least, int most)
{
    int length = step_count - start;
    struct step *piece = grow(NULL, ((size_t)length + 1) * sizeof(*piece));
    int wanted = most < 0 ? least : most;

    for (int i = 0; i < length; i++) {
        piece[i] = steps[start + i];
    }
    step_count = start;
    for (int i = 0; i < wanted && error == NULL; i++) {
        if (i >= least) {
            emit(EITHER, length + 1);
        }
        emit_copy(piece, length);
    }
    if (most < 0 && least > 0) {
        emit(EITHER, -length);
    } else if (most < 0) {
        emit(EITHER, length + 2);
        emit_copy(piece, length);
        emit(JUMP, -length - 1);
    }
    free(piece);
}

static void
parse_repeats(int start)
{
    int least;
    int most;

    while ((flags & PATTERN_FIXED) == 0 && error == NULL) {
        least = operator('+') != 0;
        most = operator('?') != 0 ? 1 : -1;
        if (*at == '*' || least == 1 || most == 1) {
            at += *at == '*' ? 1 : operator('+') + operator('?');
        } else if (operator('{') == 0 || !parse_interval(&least, &most)) {
            return;
        }
        repeat(start, least, most);
    }
}

/*
 * An operator with nothing in front of it repeats nothing in an extended
 * pattern; in a basic one such a star is a character, also behind ^.
 */
static void
parse_branch(void)
{
    bool extended = (flags & PATTERN_EXTENDED) != 0;

    branch_start = at;
    if (extended) {
        parse_repeats(step_count);
    }
    while (!at_branch_end() && error == NULL) {
        int start = step_count;
        bool anchor = *at == '^' && at == branch_start && !extended;
        parse_atom();
        if (!anchor) {
            parse_repeats(start);
        }
    }
}

static void
parse_alternatives(void)
{
    int start = step_count;

    parse_branch();
    if (error != NULL || (*at != '\n' && operator('|') == 0)) {
        return;
    }
    at += *at == '\n' ? 1 : operator('|');
    int length = step_count - start;
    insert(start, EITHER, length + 2);
    emit(JUMP, 0);
    int jump = step_count - 1;
    parse_alternatives();
    steps[jump].to = step_count - jump;
}

const char *
pattern_compile(const char *text, unsigned pattern_flags)
{
    at = text;
    flags = pattern_flags;
    if ((flags & PATTERN_WHOLE_LINE) != 0) {
        emit(LINE_START, 0);
    }
    if ((flags & PATTERN_WHOLE_WORD) != 0) {
        emit(NO_WORD_BEFORE, 0);
    }
    parse_alternatives();
    if (error == NULL && *at != '\0') {
        error = "Unmatched ) or \\)";
    }
    if ((flags & PATTERN_WHOLE_WORD) != 0) {
        emit(NO_WORD_AFTER, 0);
    }
    if ((flags & PATTERN_WHOLE_LINE) != 0) {
        emit(LINE_END, 0);
    }
    emit(MATCHED, 0);
    return error;
}
