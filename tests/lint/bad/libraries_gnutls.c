/* SPDX-License-Identifier: MIT */
/* as plugins/llm_listen/api/digest.c */

void f(void *hash)
{
    gnutls_hash_deinit(hash, 0);
}
