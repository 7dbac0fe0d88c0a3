/*
 * The initrd: newc cpio archives that the loader left in memory.
 */
#pragma once

/* Unpack it into the tree and free its memory.
 * => boot, once, the root exists; panics, with the reason, if there is none or
 *    it is not whole */
void initrd_unpack(void);
