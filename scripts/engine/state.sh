# shellcheck shell=bash
# Where the test engine lives and how to tell that it lives. Sourced by up, down and .ci/run.

state="${PYDEPS_ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/pydeps-image-engine}"
lib="$state/lib"
base_tag=3.13-slim

say() { printf 'engine: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

check_state_path() {
  case "$state" in
    /*) ;;
    *) die "the state folder must be an absolute path: $state" ;;
  esac
  case "$state" in
    *[!A-Za-z0-9._/+@-]*) die "the state folder's path goes into JSON unquoted, so it may hold letters, digits and . _ / + @ - only: $state" ;;
  esac
  # A Unix socket's path holds 107 bytes, and containerd's debug socket is 46 below the state folder.
  [ "${#state}" -le 60 ] || die "the state folder's path is too long for Unix sockets (60 bytes): set PYDEPS_ENGINE_DIR to a shorter one"
}

# The file that a server was started with is on its command line and in the state folder: a process
# that has it is ours, and one that got the recorded pid after a reboot is not.
config_of() {
  case "$1" in
    registry) echo "$state/registry/config.yml" ;;
    *) echo "$state/$1/daemon.json" ;;
  esac
}

pid_of() { # containerd|classic|registry: prints the pid of the running server, or fails
  local pid
  pid=$(cat "$state/$1/pid" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -e "$(config_of "$1")" || return 1
  echo "$pid"
}

docker_on() { # containerd|classic, then arguments of docker
  local store=$1
  shift
  DOCKER_CONFIG="$state/docker" "$lib/usr/bin/docker" --host "unix://$state/$store/docker.sock" "$@"
}

registry_answers() {
  local port
  port=$(cat "$state/registry/port" 2>/dev/null) || return 1
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

engine_is_up() {
  [ -s "$state/engine.json" ] || return 1
  local store
  for store in containerd classic; do
    pid_of "$store" >/dev/null || return 1
    # Asks the socket and the base image at once: a test may have pruned the latter.
    docker_on "$store" image inspect --format . "python:$base_tag" >/dev/null 2>&1 || return 1
  done
  pid_of registry >/dev/null && registry_answers
}
