"""Signing this machine in: by a browser, by a pasted token, or by whichever of them is first."""
