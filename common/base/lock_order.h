/* SPDX-License-Identifier: MIT */
/* lock_order.h - the one place that says which lock may be taken under which.
 *
 * Outermost first.  Whoever holds a lock may take only locks further down.
 *
 *   1  registry table lock (common/registry)   endpoints and their index
 *   2  agents lock (common/registry)           agents, deadlines, index
 *   3  hosts lock (common/registry)            hosts, deadlines, keys
 *   4  sessions lock (common/registry)         sessions, pairs, history
 *   5  alerts lock (common/registry)           alerts
 *   6  tokens lock (common/registry)           tokens
 *   7  audit lock (common/registry)            the newest entries
 *   8  bus lock (common/bus)                   numbers, ring, subscriptions
 *
 * Only a snapshot takes more than one of the first five.
 *
 * These stand alone: nothing is taken under them, and they are taken with
 * nothing held.
 *
 *   -  store lock (common/store)               watermark of what is on disk
 *   -  standing lock (common/store)            whether it works, and why not
 *   -  caretaker lock (common/store)           who woke it
 *   -  vault lock (common/store)               what became of backups
 *   -  reader lock (common/store)              the connection to interrupt
 *   -  notifier lock (common/service)          what people are being told
 *   -  probe secrets lock (plugins/llm_probe)  tokens read from files
 *   -  observe stripe locks (plugins/llm_listen)  hosts with their values
 *   -  connections lock (llm_listen/http)      who is connected
 *   -  certificate lock (llm_listen/http)      that of a door
 *   -  report locks (llm_listen/http)          what is to be said
 *   -  linger lock (llm_listen/http)           who has yet to read
 *
 * A socket is asked for its state and shut down under the connections lock:
 * that it is still the one that is meant is known nowhere else.
 *
 * Under a lock: no I/O, no SQL, no curl, no formatting, no callback, no log.
 */
#ifndef LLMREG_LOCK_ORDER_H
#define LLMREG_LOCK_ORDER_H

#endif
