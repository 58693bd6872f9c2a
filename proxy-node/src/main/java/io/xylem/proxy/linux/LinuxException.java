package io.xylem.proxy.linux;

import java.io.IOException;

/** What the kernel refused: what was asked, what it answered, and what the user can do about it. */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    LinuxException(String asked, int errno, String advice) {
        super(asked + ": " + Errno.text(errno) + (advice.isEmpty() ? "" : "; " + advice));
        this.errno = errno;
    }

    /** The kernel's number, {@code asm-generic/errno.h}. */
    public int errno() {
        return errno;
    }

    /** The process lacks a right (EPERM, EACCES); somebody with more rights could do the same. */
    public boolean isNotPermitted() {
        return errno == Errno.EPERM || errno == Errno.EACCES;
    }
}
