// SPDX-License-Identifier: Apache-2.0

/* The same deeds by the 32-bit ABI: the Makefile builds what ends in 32 so. */
#include "deed.c" /* NOLINT(bugprone-suspicious-include) */
