/* SPDX-License-Identifier: MIT */
/* as tests/unit/symbols.c */
/* A library that gives and calls what ours must not (check_symbols.py). */
void abort(void);
void leaked(void);

void leaked(void)
{
    abort();
}
