/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
/* TODO: think */
