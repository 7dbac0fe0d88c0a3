/*
 * On the host, another CPU may run whenever a node gets one more edge.
 */
#pragma once

#define frame_get real_frame_get

#include_next "mm/frame.h"

#undef frame_get

void frame_get(paddr_t frame);
