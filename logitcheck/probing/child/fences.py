"""Fences around the process that runs a model, built of what the system gives without rights of its own.

Each fence tells whether it stands. On Linux the kernel holds them, also against code of the model: seccomp (no socket
of any kind can be made: man 2 seccomp), Landlock (nothing is written outside one folder, and no process outside is
signalled: docs.kernel.org, userspace-api/landlock) and namespaces (no network device, and no process survives the
first one: man 7 pid_namespaces). Elsewhere sockets are only taken away from Python.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

_NO_NEW_PRIVILEGES, _DEATH_SIGNAL, _SECCOMP, _SUBREAPER = 38, 1, 22, 36
"""Options of prctl (linux/prctl.h)."""

_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
"""Flags of unshare (linux/sched.h)."""


def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal: int) -> None:
    """Have the kernel send this process a signal when the thread that made it ends; Linux only."""
    if sys.platform == "linux":
        _system().prctl(_DEATH_SIGNAL, signal, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of whatever descendant loses its own; Linux only."""
    if sys.platform == "linux":
        _system().prctl(_SUBREAPER, 1, 0, 0, 0)


def separate() -> bool:
    """Put the children of this process into a namespace of processes and one of networks; tell whether that worked.

    Who is root needs no namespace of users, in which it would lose its right to read what belongs to others.
    """
    if sys.platform != "linux":
        return False
    apart = _NEW_PROCESSES | _NEW_NETWORK
    if _system().unshare(apart) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if _system().unshare(apart | _NEW_USER) != 0:
        return False
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            _write(f"/proc/self/{name}", text)
    except OSError:  # the ids look like those of nobody then, which the kernel minds no more than we do
        return True
    return True


def be_killed_first() -> None:
    """Ask the system to end this process before others when memory runs out."""
    try:
        _write("/proc/self/oom_score_adj", "1000")
    except OSError:
        return


def forbid_core_dumps() -> None:
    """Have no image of the memory written when this process dies."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123  pathlib is not imported in the keeper
        file.write(text)


# The network

_FORBIDDEN = {
    # socket, io_uring_setup (which makes sockets, too), ptrace, process_vm_writev, pidfd_getfd: no sockets, and none
    # out of other processes of the same user
    "x86_64": (0xC000003E, (41, 425, 101, 311, 438)),
    "aarch64": (0xC00000B7, (198, 425, 117, 271, 438)),
}
"""For each machine the constant of linux/audit.h and the numbers of system calls (asm/unistd.h)."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13
"""Refused calls fail with EACCES, which libraries have seen before; nobody is killed for trying."""

_SECOND_TABLE = 0x40000000
"""Numbers from which on x86_64 has the same calls once more (x32)."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close_network() -> bool:
    """Have the kernel refuse every new socket to this process and its children; tell whether it does."""
    forbidden = _FORBIDDEN.get(platform.machine())
    if sys.platform != "linux" or forbidden is None:
        return False
    architecture, numbers = forbidden
    checks = [(_AT_LEAST, _SECOND_TABLE)] if platform.machine() == "x86_64" else []
    checks += [(_EQUAL, number) for number in numbers]
    lines = [struct.pack("HBBI", _LOAD, 0, 0, 4), struct.pack("HBBI", _EQUAL, 0, len(checks) + 2, architecture)]
    lines.append(struct.pack("HBBI", _LOAD, 0, 0, 0))
    for position, (test, number) in enumerate(checks):
        lines.append(struct.pack("HBBI", test, len(checks) - position, 0, number))
    lines += [struct.pack("HBBI", _RETURN, 0, 0, _ALLOW), struct.pack("HBBI", _RETURN, 0, 0, _REFUSE)]
    code = b"".join(lines)
    program = _Program(len(lines), code)
    system = _system()
    failed = system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(_SECCOMP, 2, ctypes.byref(program), 0, 0)
    return not failed


def close_network_of_python() -> None:
    """Take sockets away from Python code and lead clients that heed proxies nowhere: all that can be done elsewhere."""
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "logitcheck lets no model reach the network")

    for name in ("socket", "create_connection", "create_server", "getaddrinfo", "fromfd"):
        setattr(socket, name, refuse)
    for name in ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy"):
        os.environ[name] = os.environ[name.upper()] = "http://127.0.0.1:9"


# Files

_CREATE_RULES, _ADD_RULE, _RESTRICT = 444, 445, 446
"""Numbers of the system calls of Landlock, the same on every machine."""

_WRITE_FILE, _TRUNCATE, _REFER = 1 << 1, 1 << 14, 1 << 13
_CHANGE_NAMES = sum(1 << bit for bit in range(4, 13))
"""Removing and making files, folders, links, devices, pipes and sockets (linux/landlock.h)."""

_OUR_PROCESSES_ONLY = 0b11
"""Scopes of version 6: neither abstract sockets nor signals lead out."""


def close_files(folder: str, writable: tuple[str, ...] = ()) -> bool:
    """Have the kernel refuse writing but in `folder` and into the devices `writable`; tell whether it does."""
    if sys.platform != "linux":
        return False
    system = _system()
    version = system.syscall(_CREATE_RULES, None, 0, 1)
    if version < 1:
        return False
    writes = _WRITE_FILE | _CHANGE_NAMES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    wanted = struct.pack("QQQ", writes, 0, _OUR_PROCESSES_ONLY) if version >= 6 else struct.pack("Q", writes)
    rules = system.syscall(_CREATE_RULES, wanted, len(wanted), 0)
    if rules < 0:
        return False
    try:
        _permit(system, rules, folder, writes)
        for path in ("/dev/null", *writable):
            is_file = os.path.isfile(path)  # noqa: PTH113  as above
            _permit(system, rules, path, _WRITE_FILE | (writes & _TRUNCATE if is_file else 0))
        if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            return False
        return bool(system.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _permit(system: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    """Allow what stands in `access` at and below a path; one that is not there needs no right."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        system.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", access, opened), 0)
    finally:
        os.close(opened)
