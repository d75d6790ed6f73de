/* SPDX-License-Identifier: MIT */
int  answer( void ) { return 42; }
