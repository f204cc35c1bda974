"""How much memory a process holds. Linux only, as the fault tests are."""

from pathlib import Path

MB = 2**20


def resident_bytes(pid: int) -> int:
    """Resident memory of a process in bytes (proc(5), `VmRSS` in kB)."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
