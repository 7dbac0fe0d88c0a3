/*
 * The record channel to the host (COM2) in a run by tools/run.  A record is one
 * type byte, two length bytes, little endian, and the payload; then any zeros.
 */
#pragma once

#include "core/types.h"

#define HOST_RECORD_MAX 4096

enum host_record {
    HOST_LOG = 'k',    /* kernel log: progress */
    HOST_WARN = 'w',   /* kernel log: a user should see this */
    HOST_PANIC = 'p',  /* kernel log: a panic's message */
    HOST_OUT = 'o',    /* bytes written to /dev/run/stdout */
    HOST_ERR = 'e',    /* bytes written to /dev/run/stderr */
    HOST_REPORT = 'r', /* one line written to /dev/run/report */
    HOST_COVERAGE = 'g', /* make coverage: a file's name, NUL, some bytes */
};

/* Send one record of at most HOST_RECORD_MAX bytes.
 * => any context; records of different CPUs never mix */
void host_send(enum host_record type, const void *data, size_t size);

/* Whether boot word run=1 asked for the channel, and it is there. */
extern bool host_present;
