/**
 * The start program of an image in mode `volume`: Python 3.9 or newer, standard library only. It reads start.json
 * beside it (config.ts).
 */
export function startProgram(): string {
  return program
}

const program = String.raw`"""Start program of an image whose Python environment is in a volume.

Run as PYTHON -I -S start.py COMMAND [ARGUMENT...], it becomes COMMAND with the environment of this image's
lock. The volume holds one folder for each lock, named in start.json beside this file. A folder with the file
.complete in it is used at once, without network and without waiting. Else it is made here, by one container
at a time.

    VOLUME/.lock          locked by who makes or removes environments
    VOLUME/NAME/.complete written last: without it the folder is a leftover
    VOLUME/NAME/.in-use   locked (shared) by every container that runs with it, so that none is removed in use
    VOLUME/current        link to the environment of the last start; for people, since it moves under a process
    VOLUME/.cache         the installer's; its files are hard links to those of the environments

Settings: PYDEPS_VOLUME_KEEP (how many environments stay), PYDEPS_INDEX_URL (a mirror of the index),
PYDEPS_ALLOW_EPHEMERAL=1 (no warning when nothing is mounted), and the installer's own UV_* variables.
"""

# An ordinary start pays for every import at this level: what only a sync needs is imported there.
import _signal  # not signal, which makes enums of everything
import fcntl
import os
import sys

USAGE, UNAVAILABLE, INPUT_OUTPUT, CONFIGURATION = 64, 69, 74, 78  # as in sysexits.h
NOT_EXECUTABLE, NOT_FOUND = 126, 127  # as a shell says it


class Stop(Exception):
    """Ends the program with a status; the lines say what is wrong and what to do."""

    def __init__(self, status, *lines):
        super().__init__(*lines)
        self.status = status
        self.lines = lines


def say(*lines):
    for line in lines:
        sys.stderr.write(f"pydeps: {line}\n")
    sys.stderr.flush()


def main():
    config = read_config()
    command = sys.argv[1:]
    if not command:
        raise Stop(USAGE, "there is no command to start: give the image or the container one")
    environment = f"{config['volume']}/{config['environment']}"
    try:
        if hold(environment) is None:
            sync(config, environment)
    except OSError as error:
        raise trouble(config, environment, error)
    switch(config["volume"], config["environment"])
    become(command, environment, config["volume"])


def read_config():
    with open(os.path.dirname(os.path.abspath(__file__)) + "/start.json", encoding="utf-8") as file:
        text = file.read()
    # As trusted as this file, and importing json would cost more than all the rest of an ordinary start.
    return eval(text, {"__builtins__": {}, "true": True, "false": False, "null": None})


def hold(environment):
    """Marks a complete environment as in use for as long as the command runs, which inherits the descriptor.

    None when there is no complete one.
    """
    marker = environment + "/.in-use"
    try:
        descriptor = os.open(marker, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        lock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # It may have been removed between open and lock.
        if os.path.samestat(os.stat(marker), os.fstat(descriptor)) and os.path.exists(
            environment + "/.complete"
        ):
            os.set_inheritable(descriptor, True)
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def lock(descriptor, how):
    try:
        fcntl.flock(descriptor, how)
    except OSError as error:
        import errno

        # Some network file systems have no locks: what they protect from is then left to luck.
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP):
            raise


def switch(volume, name):
    """Points the link at an environment. It is for people: a volume that cannot be written is no reason to stop."""
    link = volume + "/current"
    try:
        if os.readlink(link) == name:
            return
    except OSError:
        pass
    beside = f"{volume}/.current-{os.urandom(6).hex()}"
    try:
        os.symlink(name, beside)
        os.replace(beside, link)
    except OSError:
        pass


def become(command, environment, volume):
    variables = dict(os.environ)
    variables["VIRTUAL_ENV"] = environment
    variables["PATH"] = path(variables.get("PATH", os.defpath), environment, volume)
    try:
        os.utime(environment + "/.in-use")
    except OSError:
        pass
    # Python ignores these two, and what is ignored stays so in the command.
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    _signal.signal(_signal.SIGXFSZ, _signal.SIG_DFL)
    name = command[0]
    for program in [name] if "/" in name else [f"{folder}/{name}" for folder in variables["PATH"].split(":")]:
        try:
            os.execve(*not_by_the_link(program, command, environment, volume), variables)
        except (FileNotFoundError, NotADirectoryError):
            if os.path.isfile(program):
                raise Stop(
                    NOT_FOUND, f"cannot start {program}: the interpreter in its first line does not exist"
                )
        except OSError as error:
            if "/" in name or not isinstance(error, PermissionError):
                raise Stop(NOT_EXECUTABLE, f"cannot start {program}: {error.strerror}")
    raise Stop(NOT_FOUND, f"cannot start {name}: there is no such command; PATH is {variables['PATH']}")


def not_by_the_link(program, command, environment, volume):
    """The program and its arguments, with this environment where the program or its first line names the link."""
    link = volume + "/current/"
    if program.startswith(link):
        program = f"{environment}/{program[len(link) :]}"
        command = [program, *command[1:]]
    try:
        with open(program, "rb") as file:
            first_line = os.fsdecode(file.read(256).split(b"\n")[0])
    except OSError:
        first_line = ""
    if not first_line.startswith("#!" + link):
        return program, command
    interpreter, *option = f"{environment}/{first_line[len('#!' + link) :]}".split(None, 1)
    return interpreter, [interpreter, *option, program, *command[1:]]


def path(folders, environment, volume):
    """PATH with this environment where the image or the user has named any of the volume, or at its head."""
    found, result = False, []
    for folder in folders.split(":"):
        if folder.startswith(volume + "/"):
            folder = None if found else environment + "/bin"
            found = True
        if folder is not None:
            result.append(folder)
    return ":".join(result if found else [environment + "/bin", *result])


# From here on: only when there is no complete environment.


def sync(config, environment):
    """Makes the environment, unless another container does so first, and marks it as in use."""
    import signal

    # The first process of a container gets no signal that it has no handler for.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    volume = config["volume"]
    writers = lock_writers(volume)
    try:
        if hold(environment) is None:
            warn_of_ephemeral(volume)
            remove_leftovers(volume)
            make(config, environment, writers)
            hold(environment)
            prune(config, environment)
    finally:
        os.close(writers)


def interrupted(number, _frame):
    raise SystemExit(128 + number)


def lock_writers(volume):
    if not os.path.isdir(volume):
        os.makedirs(volume)
    descriptor = os.open(volume + "/.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"waiting for another container that is making an environment in {volume}")
        lock(descriptor, fcntl.LOCK_EX)
    return descriptor


def make(config, environment, writers):
    import time

    start = time.monotonic()
    say(f"making the environment {config['environment']} in {config['volume']}, once for this lock")
    try:
        site_packages = make_virtual_environment(config, environment)
        install(config, environment, writers)
        count = sum(name.endswith(".dist-info") for name in os.listdir(site_packages))
        if count == 0 and config["distributions"] > 0:
            raise Stop(
                UNAVAILABLE,
                f"the installer took none of the {config['distributions']} locked distributions for this Python",
                "build the image again: its lock and its base do not belong together",
            )
        if config["paths"]:
            write(site_packages + "/pydeps-app.pth", "".join(f"{folder}\n" for folder in config["paths"]))
        # Else a power cut could leave .complete beside empty files, and nothing would ever mend them.
        os.sync()
        write(environment + "/.in-use", "")
        write(environment + "/.complete", f"{count}\n")
    except Exception:
        remove(environment)
        raise
    say(f"made it of {count} distributions in {time.monotonic() - start:.1f} s")


def make_virtual_environment(config, environment):
    interpreter, version = config["interpreter"], config["python"]
    minor = ".".join(version.split(".")[:2])
    site_packages = f"{environment}/lib/python{minor}/site-packages"
    os.makedirs(site_packages)
    os.mkdir(environment + "/bin")
    os.symlink("lib", environment + "/lib64")
    os.symlink(interpreter, environment + "/bin/python")
    for name in ("python3", "python" + minor):
        os.symlink("python", f"{environment}/bin/{name}")
    home = os.path.dirname(interpreter)
    write(
        environment + "/pyvenv.cfg",
        f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n",
    )
    return site_packages


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(os.path.dirname(name), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def install(config, environment, writers):
    import subprocess

    variables, lock_arguments = installer_settings(config)
    arguments = [
        config["installer"],
        "pip",
        "install",
        "--python",
        environment + "/bin/python",
        *lock_arguments,
    ]
    if config["compileBytecode"]:
        arguments.append("--compile-bytecode")
    if not config["build"]:
        arguments.append("--no-build")
    # With the lock open in it too, an installer that outlives this program keeps the others waiting.
    process = subprocess.Popen(
        arguments, env=variables, stdin=subprocess.DEVNULL, stdout=2, pass_fds=[writers]
    )
    try:
        status = process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
    if status != 0:
        raise installer_failed(config, environment, status)


def installer_settings(config):
    """Variables and arguments of the installer."""
    variables = {
        name: value
        for name, value in os.environ.items()
        # These would send the packages elsewhere.
        if name
        not in ("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PREFIX", "VIRTUAL_ENV", "CONDA_PREFIX")
    }
    variables.setdefault("UV_CACHE_DIR", config["volume"] + "/.cache")
    variables.setdefault("UV_LINK_MODE", "hardlink")
    variables.setdefault("UV_PREVIEW_FEATURES", "pylock")
    variables["UV_PYTHON_DOWNLOADS"] = "never"
    if variables.get("PYDEPS_INDEX_URL"):
        variables["UV_DEFAULT_INDEX"] = variables["PYDEPS_INDEX_URL"]
    # A pylock.toml names the address of every file, and an index given here would not be asked.
    if any(variables.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_NO_INDEX")):
        if config["requirements"] is not None:
            return variables, ["--require-hashes", "--no-deps", "-r", config["requirements"]]
        say(
            "an index was given, and is not asked: this lock has repositories or archives in it that no index has"
        )
    return variables, ["-r", config["lock"]]


def installer_failed(config, environment, status):
    volume = config["volume"]
    others = [name for name in environments(volume) if f"{volume}/{name}" != environment]
    lines = [
        f"the installer ended with status {status}, so {volume} has no environment for the lock of this image"
        if status > 0
        else f"the installer was killed by signal {-status} (for want of memory?)"
    ]
    if others:
        lines.append(
            f"it has {len(others)} of other locks ({', '.join(others)}), which are not used in its place"
        )
    lines.append(
        "why is said above; if it cannot reach the package index, name one that it can in PYDEPS_INDEX_URL"
    )
    return Stop(UNAVAILABLE, *lines)


def environments(volume):
    """Names of the complete ones, the last used first."""
    found = []
    for name in os.listdir(volume):
        if is_environment_name(name) and os.path.exists(f"{volume}/{name}/.complete"):
            try:
                found.append((-os.stat(f"{volume}/{name}/.in-use").st_mtime, name))
            except OSError:
                pass
    return [name for _, name in sorted(found)]


def is_environment_name(name):
    return len(name) == 20 and all(digit in "0123456789abcdef" for digit in name)


def remove_leftovers(volume):
    """Removes what was left by who was killed; only its writer can be missing, since the lock is held."""
    for name in os.listdir(volume):
        half = is_environment_name(name) and not os.path.exists(f"{volume}/{name}/.complete")
        if half or name.startswith(".old-"):
            remove(f"{volume}/{name}")
        elif name.startswith(".current-"):
            os.unlink(f"{volume}/{name}")


def remove(folder):
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def prune(config, environment):
    """Removes the environments that were not used for longest, but never one in use."""
    volume = config["volume"]
    others = [name for name in environments(volume) if f"{volume}/{name}" != environment]
    removed = 0
    for name in others[max(keep(config) - 1, 0) :]:
        try:
            descriptor = os.open(f"{volume}/{name}/.in-use", os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            old = f"{volume}/.old-{name}"
            os.rename(f"{volume}/{name}", old)
            remove(old)
            removed += 1
        except OSError:
            pass
        finally:
            os.close(descriptor)
    if removed > 0:
        say(
            f"removed {removed} environment{'' if removed == 1 else 's'} that no container had used for longest"
        )
    prune_cache(volume)


def keep(config):
    given = os.environ.get("PYDEPS_VOLUME_KEEP", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    if given:
        say(
            f"PYDEPS_VOLUME_KEEP is {given!r}, not a number from 1 on: {config['keep']} environments are kept"
        )
    return config["keep"]


def prune_cache(volume):
    """Drops unpacked wheels from the cache that no environment has a hard link to."""
    archives = volume + "/.cache/archive-v0"
    try:
        names = os.listdir(archives)
    except OSError:
        return
    for name in names:
        if not is_linked(f"{archives}/{name}"):
            remove(f"{archives}/{name}")


def is_linked(folder):
    return any(
        os.lstat(f"{parent}/{name}").st_nlink > 1 for parent, _, names in os.walk(folder) for name in names
    )


def warn_of_ephemeral(volume):
    if os.environ.get("PYDEPS_ALLOW_EPHEMERAL") == "1":
        return
    mount = mount_of(os.path.realpath(volume))
    if mount is None:
        reason = f"no volume is mounted at {volume}"
    elif mount["type"] == "tmpfs":
        reason = f"{volume} is in memory (tmpfs)"
    elif is_anonymous(mount["root"]):
        reason = f"the volume at {volume} has no name"
    else:
        return
    say(
        "*" * 72,
        f"WARNING: {reason}.",
        "This container installs everything again whenever it is created anew,",
        "and cannot start when the package index is down. Mount a named volume:",
        f"  docker run -v NAME:{volume} ...",
        "or set PYDEPS_ALLOW_EPHEMERAL=1 to be told no more.",
        "*" * 72,
    )


def mount_of(folder):
    """The mount that a folder is on, None when that is the container's own file system."""
    found = None
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return {"point": folder, "root": "", "type": ""}
    for line in lines:
        fields, _, rest = line.partition(b" - ")
        root, point = (unescape(field) for field in fields.split(b" ")[3:5])
        # Of two on the same point the later one is seen.
        if (
            point != "/"
            and (folder + "/").startswith(point + "/")
            and len(point) >= len(found["point"] if found else "")
        ):
            found = {"point": point, "root": root, "type": rest.split(b" ")[0].decode()}
    return found


def unescape(field):
    """A name in mountinfo, where a space is written as its octal number."""
    return os.fsdecode(field.decode("unicode_escape").encode("latin-1"))


def is_anonymous(root):
    """Whether Docker's root of a volume has the name that it makes up for one without a name."""
    parts = root.split("/")
    name = parts[-2] if parts[-1] == "_data" and len(parts) > 1 else ""
    return len(name) == 64 and all(digit in "0123456789abcdef" for digit in name)


def trouble(config, environment, error):
    import errno

    volume = config["volume"]
    user = f"{os.getuid()}:{os.getgid()}"
    if error.errno == errno.EROFS:
        return Stop(
            CONFIGURATION,
            f"{volume} is mounted read-only, and has no environment {config['environment']} for the lock of this image",
            "take :ro or read_only off this mount, or start one container that may write there first",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Stop(
            CONFIGURATION,
            f"user {user} of this container may not write {error.filename or volume}{owner(error.filename or volume)}",
            "give the volume to that user, once:",
            f"  docker run --rm --user 0 --entrypoint chown -v VOLUME:{volume} IMAGE -R {user} {volume}",
            'or run as its owner: user: "UID:GID" in compose.yaml',
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Stop(INPUT_OUTPUT, f"no room is left in {volume} for the environment of this image")
    return Stop(INPUT_OUTPUT, f"cannot make {environment}: {error}")


def owner(name):
    while name != "/":
        try:
            found = os.stat(name)
            return f" ({name} belongs to {found.st_uid}:{found.st_gid}, mode {found.st_mode & 0o7777:o})"
        except OSError:
            name = os.path.dirname(name)
    return ""


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        say(*stop.lines)
        sys.exit(stop.status)
`
