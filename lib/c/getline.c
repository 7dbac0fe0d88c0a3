/* getline: a line of any length, in memory that grows. */
#include <stdio.h>
#include <stdlib.h>

#include "c/file.h"
#include "c/thread.h"

static ssize_t
get_line(char **line, size_t *room, FILE *file)
{
    size_t length = 0;
    int c;

    if (*line == NULL) {
        *room = 0;
    }
    do {
        c = file_get(file);
        if (c == EOF && (length == 0 || ferror(file))) {
            return -1;
        }
        if (length + 2 > *room) {
            size_t more = *room == 0 ? 112 : 2 * *room;
            char *longer = realloc(*line, more);
            if (longer == NULL) {
                return -1;
            }
            *line = longer;
            *room = more;
        }
        if (c != EOF) {
            (*line)[length++] = (char)c;
        }
    } while (c != EOF && c != '\n');
    (*line)[length] = '\0';
    return (ssize_t)length;
}

ssize_t
getline(char **line, size_t *room, FILE *file)
{
    own_lock(&file->lock);
    ssize_t length = get_line(line, room, file);
    own_unlock(&file->lock);
    return length;
}
