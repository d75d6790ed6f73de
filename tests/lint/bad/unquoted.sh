#!/bin/sh
# SPDX-License-Identifier: MIT
rm $1
