/* getopts: the options of a script, one a call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* getopts is at $OPTIND, and there behind this many letters of the word. */
static size_t letters;
static int last_index;

static void
set_index(int index)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", index);
    var_set("OPTIND", text);
    last_index = index;
}

/* Give name the option's letter, and its argument or a message. */
static int
option_found(const char *spec, const char *name, char *letter,
             char *following, int *index)
{
    const char *known = strchr(spec, *letter);
    bool silent = *spec == ':';
    bool last = letter[1] == '\0';
    char *argument = NULL;

    if (*letter == ':' || known == NULL) {
        known = NULL;
    } else if (known[1] == ':') {
        argument = last ? following : letter + 1;
        *index += last && argument != NULL;
        last = true;
    }
    bool wrong = known == NULL || (known[1] == ':' && argument == NULL);
    letters = last ? 0 : letters + 1;
    *index += last;
    char result[2] = {*letter, '\0'};
    var_unset("OPTARG");
    if (wrong && !silent) {
        complain("%s: -%c", known == NULL ? "unknown option"
                                          : "argument missing", *letter);
    } else if (wrong || argument != NULL) {
        var_set("OPTARG", wrong ? result : argument);
    }
    if (wrong) {
        result[0] = silent && known != NULL ? ':' : '?';
    }
    return var_set(name, result) ? 0 : 2;
}

int
builtin_getopts(int argc, char **argv)
{
    const char *text = var_get("OPTIND");
    int index = text == NULL ? 1 : atoi(text);
    bool own = argc > 3;
    char **args = own ? argv + 3 : shell.params.args;
    int count = own ? argc - 3 : shell.params.count;

    if (argc < 3) {
        complain("usage: getopts LETTERS NAME [ARG...]");
        return 2;
    }
    if (index != last_index || index < 1) {
        letters = 0;
        index = index < 1 ? 1 : index;
    }
    char *word = index <= count ? args[index - 1] : NULL;
    if (word != NULL && letters == 0 && strcmp(word, "--") == 0) {
        index++;
        word = NULL;
    }
    if (word == NULL || (letters == 0 && (*word != '-' || word[1] == '\0'))) {
        set_index(index);
        var_unset("OPTARG");
        var_set(argv[2], "?");
        return 1;
    }
    char *following = index < count ? args[index] : NULL;
    int status = option_found(argv[1], argv[2], word + 1 + letters, following,
                              &index);
    set_index(index);
    return status;
}
