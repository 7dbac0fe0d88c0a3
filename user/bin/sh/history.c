/* The lines that were typed, and looking for one of them. */
#include <stdlib.h>
#include <string.h>

#include "edit.h"

#define HISTORY_MAX 200
#define QUERY_MAX   60

static char *lines[HISTORY_MAX]; /* a ring */
static size_t added;

const char *
history_get(size_t age)
{
    if (age == 0 || age > added || age > HISTORY_MAX) {
        return NULL;
    }
    return lines[(added - age) % HISTORY_MAX];
}

/* An empty line, or the same once more, is not worth a place. */
void
history_add(const char *line)
{
    const char *last = history_get(1);

    if (line[strspn(line, " \t")] == '\0' ||
        (last != NULL && strcmp(last, line) == 0)) {
        return;
    }
    char **place = &lines[added++ % HISTORY_MAX];
    free(*place);
    *place = check_memory(strdup(line));
}

/* The next line with the query, from this age on; 0: there is none. */
static size_t
find(const char *query, size_t age)
{
    const char *line;

    for (; (line = history_get(age)) != NULL; age++) {
        if (strstr(line, query) != NULL) {
            return age;
        }
    }
    return 0;
}

static void
show(const char *query, bool found, const struct line_buffer *line)
{
    char prompt[QUERY_MAX + 40];

    strcpy(prompt, found ? "(search) " : "(not found) ");
    strlcpy(prompt + strlen(prompt), query, QUERY_MAX);
    strcpy(prompt + strlen(prompt), ": ");
    screen_show(prompt, line);
}

int
history_search(struct line_buffer *line)
{
    char *before = temp_copy(line->text.bytes, line->text.length);
    char query[QUERY_MAX] = "";
    size_t length = 0;
    size_t age = 0;
    bool found = true;

    for (;;) {
        show(query, found, line);
        int key = edit_key();
        if (key >= ' ' && key < 0x7f && length + 1 < QUERY_MAX) {
            query[length++] = (char)key;
        } else if ((key == 0x7f || key == '\b') && length > 0) {
            length--;
            age = 0;
        } else if (key != CONTROL('R')) {
            if (key == CONTROL('C') || key == CONTROL('G')) {
                line_set(line, before);
                return KEY_NONE;
            }
            return key;
        }
        query[length] = '\0';
        size_t from = age + (key == CONTROL('R') || age == 0);
        size_t next = length > 0 ? find(query, from) : 0;
        found = next > 0 || length == 0;
        if (next > 0) {
            age = next;
            line_set(line, history_get(age));
        }
    }
}
