/*
 * Self-checks.  Nobody but main includes this room; it hangs itself into /proc.
 */
#pragma once

/* Take the memory that checks need.  => boot, before frame_init */
void debug_early_init(void);

/* Register /proc/tine/check.  => boot, after fs_init */
void debug_init(void);
