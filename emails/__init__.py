"""Mail: one function a mail, templates, honest delivery. Decides nothing about who gets one."""
