/* SPDX-License-Identifier: MIT */
/* A header that does not include what it uses. */
size_t count_of(const char *name);
