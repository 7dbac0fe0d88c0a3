/*
 * qsort as heapsort: in place, no recursion, and never worse than n log n.
 * Essential fact: in the heap base[0..count) no element is less than its
 * children, base[2i + 1] and base[2i + 2]; so base[0] is the greatest.
 */
#include <stdlib.h>

struct heap {
    char *base;
    size_t size; /* of one element */
    int (*compare)(const void *, const void *);
};

static char *
element(const struct heap *heap, size_t i)
{
    return heap->base + i * heap->size;
}

static void
swap(const struct heap *heap, size_t i, size_t j)
{
    char *a = element(heap, i);
    char *b = element(heap, j);

    for (size_t k = 0; k < heap->size; k++) {
        char c = a[k];
        a[k] = b[k];
        b[k] = c;
    }
}

/* Let element i sink until the heap's rule holds below it. */
static void
sink(const struct heap *heap, size_t i, size_t count)
{
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && heap->compare(element(heap, child),
                                               element(heap, child + 1)) < 0) {
            child++;
        }
        if (heap->compare(element(heap, i), element(heap, child)) >= 0) {
            return;
        }
        swap(heap, i, child);
    }
}

void
qsort(void *base, size_t count, size_t size,
      int (*compare)(const void *, const void *))
{
    struct heap heap = {.base = base, .size = size, .compare = compare};

    for (size_t i = count / 2; i > 0; i--) {
        sink(&heap, i - 1, count);
    }
    for (size_t left = count; left > 1; left--) {
        swap(&heap, 0, left - 1);
        sink(&heap, 0, left - 1);
    }
}
