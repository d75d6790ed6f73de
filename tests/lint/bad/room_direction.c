/* SPDX-License-Identifier: MIT */
/* as common/bus/x.c */
#include "common/store/store.h"
