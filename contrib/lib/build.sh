# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# build.sh - builds this clone out of tree, from whatever state it is in.
#
# Sourced by contrib/quickstart, contrib/run-tests and contrib/bench.  A build
# directory is made once and brought up to date after that; it is made anew
# when the clone was moved.  One process at a time works on a directory, and
# one at a time makes ./configure.

build_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

build_version() {
    sed -n 's/^AC_INIT(\[llmreg\], \[\(.*\)\])$/\1/p' "$build_top/configure.ac"
}

# build_autoreconf: makes ./configure where it is missing.
build_autoreconf() {
    (
        flock 7
        cd "$build_top" || exit 1
        if [ ! -f configure ] || [ ! -f Makefile.in ]; then
            autoreconf -i
        fi
    ) 7<"$build_top/configure.ac"
}

# build_configure BUILD ARGUMENT...: BUILD/Makefile for these arguments.
build_configure() {
    local build=$1 want
    shift
    want="$build $*"
    mkdir -p "$build" && build_autoreconf || return 1
    if [ -f "$build/Makefile" ] &&
        [ "$(cat "$build/configured" 2>/dev/null)" = "$want" ]; then
        return 0
    fi
    # libtool starts a shell for every object: dash takes half of bash's time.
    (cd "$build" && CONFIG_SHELL=/bin/dash /bin/dash "$build_top/configure" \
        -q "$@") || return 1
    echo "$want" >"$build/configured"
}

# build_stage BUILD: the library and the plugins, installed in BUILD/stage;
# what the tools say goes to BUILD/build.log.
build_stage() {
    local build=$1
    mkdir -p "$build" || return 1
    (
        flock 8
        build_configure "$build" --prefix="$build/stage" &&
            make -C "$build" -s "-j$(nproc)" &&
            make -C "$build" -s install
    ) 8>>"$build/lock" >"$build/build.log" 2>&1
}
