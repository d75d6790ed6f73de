# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# packages.sh - finds what Debian lacks, and installs that and nothing else.
#
# Sourced by contrib/quickstart and contrib/run-tests.  When nothing is
# missing this runs dpkg-query and neither apt nor sudo.  What is installed is
# decided here; how, in apt-install, the only part that runs as root.

packages_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
packages_file=$packages_here/../packages

# packages_listed GROUP...: the lines under these headings, in order.
packages_listed() {
    awk -v groups=" $* " '
        /^[ \t]*(#|$)/ { next }
        /^\[/ { on = index(groups, " " substr($1, 2, length($1) - 2) " ")
                next }
        on { gsub(/[ \t]*\|[ \t]*/, "|"); print }
    ' "$packages_file"
}

# packages_missing GROUP...: one package a line, the first of each choice.
packages_missing() {
    local listed
    listed=$(packages_listed "$@")
    # dpkg-query complains about names that it never saw: they are missing.
    # shellcheck disable=SC2086 # names are words
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' ${listed//|/ } \
        2>/dev/null |
        awk -v listed="$listed" '
            $2 == "installed" { have[$1] = 1 }
            END {
                n = split(listed, lines, "\n")
                for (i = 1; i <= n; i++) {
                    found = 0
                    m = split(lines[i], choice, "|")
                    for (k = 1; k <= m; k++)
                        found = found || (choice[k] in have)
                    if (!found)
                        print choice[1]
                }
            }'
}

# packages_need MAY_INSTALL GROUP...: sees to it that all of them are there.
# Returns 3 when they are not and this user must not install them (or
# MAY_INSTALL is "no"), 1 when apt failed.
packages_need() {
    local may=$1 missing
    shift
    mapfile -t missing < <(packages_missing "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        return 0
    fi
    if [ "$may" = no ]; then
        packages_advise "${missing[@]}"
        return 3
    fi
    if [ "$(id -u)" -eq 0 ]; then
        echo "Installing ${missing[*]}"
        "$packages_here/apt-install" "${missing[@]}" || return 1
    elif packages_sudo_works; then
        echo "Installing ${missing[*]} (with sudo)"
        sudo "$packages_here/apt-install" "${missing[@]}" || return 1
    else
        packages_advise "${missing[@]}"
        return 3
    fi
}

# True if sudo lets us without asking, or there is somebody to ask.
packages_sudo_works() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }
}

packages_advise() {
    {
        echo "These packages are missing: $*"
        echo "Run this as root, then start me again:"
        echo "  apt-get install --no-remove --no-install-recommends $*"
        case " $* " in *" collectd-core "* | *" collectd-dev "*)
            echo "(Debian then starts a collectd of its own; to have none:" \
                "systemctl disable --now collectd)" ;;
        esac
    } >&2
}

# packages_as_user COMMAND...: for a root that came by sudo, runs COMMAND
# instead of this script as the user who called sudo; returns for others.
packages_as_user() {
    if [ "$(id -u)" -ne 0 ] || [ "${SUDO_USER:-root}" = root ]; then
        return 0
    fi
    local home
    home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
    exec runuser -u "$SUDO_USER" -- env HOME="$home" "$@"
}
