#pragma once

/* The name of a signal without SIG, as INT; NULL: it has none. */
const char *signal_name(int sig);
