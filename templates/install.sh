{% autoescape off %}#!/bin/sh
# Installs the command claudemesh for the current user, as this broker serves it. Needs no root.
# What it takes and does: sh install --help; what it would do: sh install --dry-run.
# Everything is in functions that the last line calls, so a download that was cut off does nothing.
# shellcheck disable=SC2317 # many of them are called by step, which shellcheck cannot know

APP_URL={{ app_url }}
VERSION={{ version }}
WHEEL={{ wheel }}
WHEEL_URL={{ wheel_url }}
WHEEL_SHA256={{ wheel_sha256 }}
PIP={{ pip }}
PIP_URL={{ pip_url }}
PIP_SHA256={{ pip_sha256 }}
PYTHON_NAMES='python3.13 python3.12 python3.11 python3.10 python3 python'

FAILED=1
BAD_ARGUMENTS=3
NETWORK=4

usage() {
    cat <<END
Installs claudemesh $VERSION for the current user, or brings it up to date.

  curl -fsSL $APP_URL/install | sh
  curl -fsSL $APP_URL/install | sh -s -- OPTIONS

  --join LINK   then join the mesh that this invitation leads to
  --dry-run     say every step and change nothing
  --uninstall   remove what this script made; your keys and messages stay
  --purge       with --uninstall: remove your keys and messages as well
  --help        this text

It goes into \${XDG_DATA_HOME:-~/.local/share}/claudemesh, with a link in ~/.local/bin.
CLAUDEMESH_PYTHON names the Python to use (3.10 or newer) in place of the first one found.
END
}

# --- talking -----------------------------------------------------------------

say() {
    printf '%s\n' "$*"
}

fail() {
    status=$1
    shift
    printf 'claudemesh: %s\n' "$*" >&2
    exit "$status"
}

# step WHAT COMMAND...: with --dry-run it is told, else done.
step() {
    if [ -n "$DRY_RUN" ]; then
        say "  - $1"
    else
        shift
        "$@"
    fi
}

# --- what is asked for, and where it goes --------------------------------------

read_options() {
    ACTION=install DRY_RUN='' JOIN='' PURGE=''
    while [ $# -gt 0 ]; do
        case $1 in
            --join)
                [ $# -ge 2 ] || fail "$BAD_ARGUMENTS" "--join needs the invitation link."
                shift
                read_link "$1"
                ;;
            --join=*) read_link "${1#--join=}" ;;
            --dry-run) DRY_RUN=1 ;;
            --uninstall) ACTION=uninstall ;;
            --purge) PURGE=1 ;;
            --help | -h) ACTION=usage ;;
            *) fail "$BAD_ARGUMENTS" "there is no option $1; --help shows those there are." ;;
        esac
        shift
    done
    [ -z "$PURGE" ] || [ "$ACTION" != install ] ||
        fail "$BAD_ARGUMENTS" "--purge goes with --uninstall."
    [ -z "$JOIN" ] || [ "$ACTION" != uninstall ] ||
        fail "$BAD_ARGUMENTS" "--join and --uninstall exclude each other."
}

read_link() {
    case $1 in
        '' | -*) fail "$BAD_ARGUMENTS" "--join needs the invitation link, and '$1' is none." ;;
    esac
    JOIN=$1
}

find_places() {
    case ${HOME:-} in
        /*) ;;
        *) fail "$FAILED" "HOME does not name your home directory; set it and run this again." ;;
    esac
    case ${XDG_DATA_HOME:-} in
        /*) ROOT=$XDG_DATA_HOME/claudemesh ;;
        *) ROOT=$HOME/.local/share/claudemesh ;;
    esac
    BIN=$HOME/.local/bin
    LINK=$BIN/claudemesh
    case $ROOT$BIN in
        *'
'*) fail "$FAILED" "a line break in the path of your home directory is more than this script can do." ;;
    esac
}

# Whether LINK is one that this script made.
is_our_link() {
    [ -L "$LINK" ] || return 1
    case $(readlink "$LINK") in
        "$ROOT"/*) return 0 ;;
        *) return 1 ;;
    esac
}

refuse_to_replace() {
    if [ -e "$LINK" ] || [ -L "$LINK" ]; then
        is_our_link || fail "$FAILED" "$LINK is there already and not from this script. \
Remove it (pipx: pipx uninstall claudemesh-cli; uv: uv tool uninstall claudemesh-cli) and run this again."
    fi
}

# --- Python --------------------------------------------------------------------

# Asks each one for its version: a name on PATH may lead to nothing (pyenv) or to an old one.
find_python() {
    for name in ${CLAUDEMESH_PYTHON:+"$CLAUDEMESH_PYTHON"} $PYTHON_NAMES; do
        if PYTHON=$(command -v "$name" 2>/dev/null) && is_new_enough "$PYTHON"; then
            return
        fi
        [ "$name" != "${CLAUDEMESH_PYTHON:-}" ] ||
            fail "$FAILED" "CLAUDEMESH_PYTHON ($name) is no Python 3.10 or newer."
    done
    fail "$FAILED" "Python 3.10 or newer is needed, and none was found. Install one \
(Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python3) and run this again."
}

is_new_enough() {
    "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 10))' </dev/null >/dev/null 2>&1
}

# --- downloading -----------------------------------------------------------------

# download URL FILE SHA256
download() {
    fetch "$1" "$2" || fail "$NETWORK" "$1 could not be downloaded. Is the broker up? \
If it was just upgraded, run this again."
    "$PYTHON" -I -c '
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    sys.exit(hashlib.sha256(file.read()).hexdigest() != sys.argv[2])
' "$2" "$3" </dev/null || fail "$FAILED" "what $1 sent is not what the broker announced \
(its SHA-256 differs). Nothing was changed."
}

fetch() {
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --retry 2 -o "$2" "$1" </dev/null
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$2" "$1" </dev/null
    else
        "$PYTHON" -I -c '
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as reply, open(sys.argv[2], "wb") as file:
    file.write(reply.read())
' "$1" "$2" </dev/null
    fi
}

# --- installing ------------------------------------------------------------------

install() {
    refuse_to_replace
    find_python
    say "claudemesh $VERSION from $APP_URL, with $PYTHON"
    if is_installed; then
        say "It is installed already."
    else
        build
    fi
    link
    clean_up
    tell_about_path
    if [ -n "$JOIN" ]; then
        join
    else
        say "Next: claudemesh join LINK, with an invitation;" \
            "or claudemesh login --url $APP_URL, with an account."
    fi
}

is_installed() {
    [ -f "$ROOT/current/installed" ] &&
        [ "$(cat "$ROOT/current/installed")" = "$WHEEL_SHA256" ] &&
        works "$ROOT/current"
}

works() {
    [ "$("$1/bin/claudemesh" --version </dev/null 2>/dev/null)" = "claudemesh $VERSION" ] &&
        "$1/bin/claudemesh" --help </dev/null >/dev/null 2>&1
}

# Makes a whole new environment beside the old one, and changes over only when it works.
build() {
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    make_work_places
    say "Downloading $WHEEL"
    step "download $WHEEL_URL and check its SHA-256" \
        download "$WHEEL_URL" "$WORK/$WHEEL" "$WHEEL_SHA256"
    say "Installing it and what it needs into $ROOT"
    step "make a virtual environment in $NEW" make_environment
    step "install $WHEEL there, and what it needs from pip's index" install_wheel
    step "check that the new claudemesh runs" check_and_mark
    PREVIOUS=$(readlink "$ROOT/current" 2>/dev/null) || PREVIOUS=''
    step "point $ROOT/current to it" replace_link "versions/${NEW##*/}" "$ROOT/current"
    NEW_IS_USED=1
    step "remove versions older than the one before" remove_old_versions
}

make_work_places() {
    make_directory "$ROOT/versions"
    if [ -n "$DRY_RUN" ]; then
        WORK=${TMPDIR:-/tmp}/claudemesh.XXXXXX NEW=$ROOT/versions/$VERSION.XXXXXX
        return
    fi
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/claudemesh.XXXXXX") ||
        fail "$FAILED" "there is no room for a download in ${TMPDIR:-/tmp}."
    NEW=$(mktemp -d "$ROOT/versions/$VERSION.XXXXXX") || fail "$FAILED" "$ROOT cannot be written."
}

# Makes a directory and those above it, and notes which ones it made, for --uninstall.
make_directory() {
    [ ! -d "$1" ] || return 0
    made='' directory=$1
    while [ ! -d "$directory" ]; do
        made="$made$directory
"
        directory=$(dirname "$directory")
    done
    step "make the directory $1" mkdir -p "$1" || fail "$FAILED" "$1 cannot be made."
    [ -n "$DRY_RUN" ] || printf '%s' "$made" >>"$ROOT/made"
}

# Debian's Python makes no environment with pip in it unless python3-venv is installed; then
# the broker's copy of pip does it from outside.
make_environment() {
    PIP_PROGRAM=''
    "$PYTHON" -I -m venv --clear "$NEW" </dev/null >"$WORK/venv.log" 2>&1 && return
    if [ -n "$PIP" ] &&
        "$PYTHON" -I -m venv --clear --without-pip "$NEW" </dev/null >>"$WORK/venv.log" 2>&1; then
        download "$PIP_URL" "$WORK/$PIP" "$PIP_SHA256"
        PIP_PROGRAM=$WORK/$PIP/pip
    else
        cat "$WORK/venv.log" >&2
        fail "$FAILED" "$PYTHON cannot make virtual environments. Install what it lacks \
(Debian and Ubuntu: apt install python3-venv) and run this again."
    fi
}

install_wheel() {
    unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_VIRTUALENV
    if [ -n "$PIP_PROGRAM" ]; then
        set -- "$NEW/bin/python" -I "$PIP_PROGRAM"
    else
        set -- "$NEW/bin/python" -I -m pip
    fi
    "$@" install --quiet --no-input --disable-pip-version-check --no-cache-dir --no-user \
        --prefer-binary "$WORK/$WHEEL" </dev/null ||
        fail "$FAILED" "pip could not install what claudemesh needs (see above). Nothing was changed."
}

check_and_mark() {
    works "$NEW" || fail "$FAILED" "the new claudemesh does not run: \
$("$NEW/bin/claudemesh" --help </dev/null 2>&1 | tail -n 1). Nothing was changed."
    printf '%s\n' "$WHEEL_SHA256" >"$NEW/installed"
}

# replace_link TARGET LINK: in one step, so that the link is never missing. mv cannot do that
# everywhere: given a link to a directory, it moves into the directory.
replace_link() {
    "$PYTHON" -I -c '
import os, sys
target, link = sys.argv[1:]
new = f"{link}.{os.getpid()}"
os.symlink(target, new)
os.replace(new, link)
' "$1" "$2" </dev/null || fail "$FAILED" "$2 cannot be written."
}

# Keeps the one that was in use until now: a claudemesh that runs may still read from it.
remove_old_versions() {
    for old in "$ROOT"/versions/*; do
        case ${old##*/} in
            "${NEW##*/}" | "${PREVIOUS##*/}") ;;
            *) rm -rf "$old" ;;
        esac
    done
}

link() {
    if [ -L "$LINK" ] && [ "$(readlink "$LINK")" = "$ROOT/current/bin/claudemesh" ]; then
        return
    fi
    make_directory "$BIN"
    step "link $LINK to it" replace_link "$ROOT/current/bin/claudemesh" "$LINK"
    [ -n "$DRY_RUN" ] || say "Installed $LINK"
}

# Removes what is only needed while this script runs, whether it succeeded or not.
clean_up() {
    trap - EXIT HUP INT TERM
    [ -z "${WORK:-}" ] || step "remove the download" rm -rf "$WORK"
    [ -z "${NEW:-}" ] || [ -n "${NEW_IS_USED:-}" ] || rm -rf "$NEW"
    WORK=''
}

tell_about_path() {
    case :$PATH: in
        *":$BIN:"*)
            found=$(command -v claudemesh) || found=$LINK
            [ "$found" = "$LINK" ] || [ -n "$DRY_RUN" ] ||
                say "Mind that your PATH finds $found before $LINK."
            return 0
            ;;
    esac
    case ${SHELL:-} in
        */fish) say "$BIN is not on your PATH yet: fish_add_path '$BIN'" ;;
        */zsh) tell_to_add .zshrc ;;
        */bash) tell_to_add .bashrc ;;
        *) tell_to_add .profile ;;
    esac
}

# The line is meant to be read, and expanded, by the person's own shell.
# shellcheck disable=SC2016
tell_to_add() {
    say "$BIN is not on your PATH yet. Add this line to ~/$1, and open a new terminal:"
    say '  export PATH="$HOME/.local/bin:$PATH"'
}

# The script itself may be standard input, so questions are asked on the terminal.
join() {
    if [ -n "$DRY_RUN" ]; then
        say "  - run: claudemesh join $JOIN"
    elif (: </dev/tty) 2>/dev/null; then
        exec "$LINK" join -- "$JOIN" </dev/tty
    else
        exec "$LINK" join -- "$JOIN" </dev/null
    fi
}

# --- uninstalling ----------------------------------------------------------------

uninstall() {
    if [ -d "$ROOT" ] || is_our_link; then
        if is_our_link; then
            step "remove $LINK" rm -f "$LINK"
        fi
        step "remove $ROOT" rm -rf "$ROOT/versions" "$ROOT/current"
        step "remove the directories that were made for it, if they are empty" remove_made_directories
        [ -n "$DRY_RUN" ] || say "claudemesh is uninstalled."
    else
        say "claudemesh is not installed here: there is no $ROOT."
    fi
    purge
}

# Directories that this script made and that nobody else uses by now; the innermost come first.
remove_made_directories() {
    if [ -f "$ROOT/made" ]; then
        made=$(LC_ALL=C sort -r "$ROOT/made")
        rm -f "$ROOT/made"
        printf '%s\n' "$made" | while IFS= read -r directory; do
            rmdir "$directory" 2>/dev/null || :
        done
    fi
    rmdir "$ROOT" 2>/dev/null || :
}

purge() {
    config=${CLAUDEMESH_CONFIG_DIR:-$HOME/.claudemesh}
    config=${config%/}
    [ -d "$config/" ] || return 0
    if [ -z "$PURGE" ]; then
        say "Kept $config with your keys and messages; --uninstall --purge removes it too."
    elif is_config "$config"; then
        step "remove $config with your keys and messages" rm -rf "$config"
    else
        fail "$FAILED" "$config does not look like the directory of claudemesh, so it was kept."
    fi
}

# Whether claudemesh keeps its files there, and it is neither your home nor above it.
is_config() {
    case $HOME/ in
        "$1"/*) return 1 ;;
    esac
    [ -f "$1/config.json" ] || [ -f "$1/auth.json" ] || [ -f "$1/mesh.db" ]
}

main() {
    set -eu
    umask 077
    read_options "$@"
    [ "$ACTION" = usage ] || find_places
    [ -z "$DRY_RUN" ] || say "Nothing will be changed. This is what would be done:"
    case $ACTION in
        usage) usage ;;
        uninstall) uninstall ;;
        *) install ;;
    esac
}

{ main "$@"; exit "$?"; }{% endautoescape %}
