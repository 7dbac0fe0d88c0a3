/*
 * Arithmetic, of long, with C's operators: one function for those with two
 * operands, which climbs the table of precedences.
 *
 * Essential fact: `skip` counts the operands that are read but must have no
 * effect, such as what stands behind 0 &&.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

struct arith {
    const char *at;
    int skip;
    int depth;
    bool failed;
};

enum level { OR_LEVEL = 1, AND_LEVEL = 2 };

/* Longer ones first where two begin alike. */
static const struct {
    const char *text;
    int level; /* operators of a higher level bind closer */
} operators[] = {
    {"||", OR_LEVEL}, {"&&", AND_LEVEL}, {"<<", 8}, {">>", 8}, {"<=", 7},
    {">=", 7}, {"==", 6}, {"!=", 6}, {"|", 3}, {"^", 4}, {"&", 5}, {"<", 7},
    {">", 7}, {"+", 9}, {"-", 9}, {"*", 10}, {"/", 10}, {"%", 10},
};

#define UNARY_LEVEL 11
#define OPERATORS   (sizeof(operators) / sizeof(*operators))
#define DEPTH_MAX   200

static long assignment(struct arith *a);
static long binary(struct arith *a, int level);

static long
fail(struct arith *a, const char *problem)
{
    if (!a->failed) {
        complain("arithmetic: %s at \"%s\"", problem, a->at);
    }
    a->failed = true;
    return 0;
}

static char
peek(struct arith *a)
{
    while (isspace(*a->at)) {
        a->at++;
    }
    return *a->at;
}

static bool
accept(struct arith *a, const char *text)
{
    peek(a);
    bool there = strncmp(a->at, text, strlen(text)) == 0;
    a->at += there ? strlen(text) : 0;
    return there;
}

static long
value_of(struct arith *a, const char *name)
{
    const char *text = var_get(name);
    char *end;

    if (text == NULL && shell.opt['u'] && a->skip == 0) {
        complain("%s: not set", name);
        a->failed = true;
    }
    if (text == NULL || *text == '\0' || a->skip > 0) {
        return 0;
    }
    long value = strtol(text, &end, 0);
    end += strspn(end, " \t\n");
    return *end == '\0' ? value : fail(a, "not a number in a variable");
}

static long
store(struct arith *a, const char *name, long value)
{
    char text[24];

    snprintf(text, sizeof(text), "%ld", value);
    if (a->skip == 0 && !a->failed && !var_set(name, text)) {
        a->failed = true;
    }
    return value;
}

static long
apply(struct arith *a, const char *op, size_t length, long x, long y)
{
    unsigned long ux = (unsigned long)x;
    unsigned long uy = (unsigned long)y;
    bool twice = length == 2;

    switch (*op) {
    case '+': return (long)(ux + uy);
    case '-': return (long)(ux - uy);
    case '*': return (long)(ux * uy);
    case '/':
    case '%':
        if (y == 0) {
            return a->skip > 0 ? 0 : fail(a, "division by zero");
        }
        if (y == -1) { /* the processor traps at LONG_MIN / -1 */
            return *op == '/' ? (long)-ux : 0;
        }
        return *op == '/' ? x / y : x % y;
    case '<':
        return twice ? op[1] == '<' ? (long)(ux << (y & 63)) : x <= y : x < y;
    case '>':
        return twice ? op[1] == '>' ? x >> (y & 63) : x >= y : x > y;
    case '=': return x == y;
    case '!': return x != y;
    case '&': return twice ? x && y : x & y;
    case '|': return twice ? x || y : x | y;
    default: return x ^ y;
    }
}

static long
number(struct arith *a)
{
    char *end;
    long value = strtol(a->at, &end, 0);

    if (!isdigit(*a->at) || isalnum(*end) || *end == '_') {
        return fail(a, *a->at == '\0' ? "an operand is missing"
                                      : "not a number");
    }
    a->at = end;
    return value;
}

static char *
take_name(struct arith *a)
{
    const char *name = a->at;

    a->at += var_name_length(name);
    return temp_copy(name, (size_t)(a->at - name));
}

/* The index of the operator we are at, or OPERATORS. */
static size_t
find_operator(struct arith *a)
{
    size_t i = 0;

    peek(a);
    while (i < OPERATORS && strncmp(a->at, operators[i].text,
                                    strlen(operators[i].text)) != 0) {
        i++;
    }
    return i;
}

/* x, x = ..., x += ..., x++ */
static long
variable(struct arith *a)
{
    char *name = take_name(a);
    size_t i = find_operator(a);
    const char *op = i < OPERATORS ? operators[i].text : "";
    size_t length = strlen(op);
    bool compares = length > 0 && (operators[i].level == 6 ||
                                   operators[i].level == 7);

    if (a->at[0] == '=' && length == 0) {
        a->at++;
        return store(a, name, assignment(a));
    }
    if ((*op == '+' || *op == '-') && a->at[1] == *op) {
        a->at += 2;
        long value = value_of(a, name);
        store(a, name, value + (*op == '+' ? 1 : -1));
        return value;
    }
    if (length == 0 || compares || a->at[length] != '=') {
        return value_of(a, name);
    }
    a->at += length + 1;
    long right = assignment(a);
    return store(a, name, apply(a, op, length, value_of(a, name), right));
}

static long
unary(struct arith *a)
{
    char c = peek(a);
    long value;

    if ((c == '+' || c == '-') && a->at[1] == c &&
        var_name_length(a->at + 2) > 0) {
        a->at += 2;
        char *name = take_name(a);
        return store(a, name, value_of(a, name) + (c == '+' ? 1 : -1));
    }
    if (a->depth == DEPTH_MAX) {
        return fail(a, "too deep");
    }
    a->depth++;
    if (c != '\0' && strchr("+-~!", c) != NULL) {
        a->at++;
        value = unary(a);
        value = c == '-'   ? (long)-(unsigned long)value
                : c == '~' ? ~value
                : c == '!' ? !value
                           : value;
    } else if (accept(a, "(")) {
        value = assignment(a);
        if (!accept(a, ")")) {
            fail(a, "a parenthesis is missing");
        }
    } else {
        value = var_name_length(a->at) > 0 ? variable(a) : number(a);
    }
    a->depth--;
    return value;
}

/* Operands joined by operators of this level or higher. */
static long
binary(struct arith *a, int level)
{
    long left = unary(a);

    for (;;) {
        size_t i = find_operator(a);
        if (a->failed || i == OPERATORS || operators[i].level < level) {
            return left;
        }
        const char *op = operators[i].text;
        int found = operators[i].level;
        bool decided = (found == OR_LEVEL && left != 0) ||
                       (found == AND_LEVEL && left == 0);
        a->at += strlen(op);
        a->skip += decided;
        long right = found + 1 < UNARY_LEVEL ? binary(a, found + 1) : unary(a);
        a->skip -= decided;
        left = apply(a, op, strlen(op), left, right);
    }
}

/* The lowest of all: cond ? a : b; an assignment begins with a variable. */
static long
assignment(struct arith *a)
{
    long value = binary(a, OR_LEVEL);

    if (a->failed || !accept(a, "?")) {
        return value;
    }
    a->skip += value == 0;
    long yes = assignment(a);
    a->skip -= value == 0;
    if (!accept(a, ":")) {
        return fail(a, "a colon is missing");
    }
    a->skip += value != 0;
    long no = assignment(a);
    a->skip -= value != 0;
    return value != 0 ? yes : no;
}

/* => false after a complaint */
bool
arith_eval(const char *text, long *result)
{
    struct arith a = {.at = text};

    *result = peek(&a) == '\0' ? 0 : assignment(&a);
    if (!a.failed && peek(&a) != '\0') {
        fail(&a, "something unexpected");
    }
    return !a.failed;
}
