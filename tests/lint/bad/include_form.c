/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
#include "text.h"
