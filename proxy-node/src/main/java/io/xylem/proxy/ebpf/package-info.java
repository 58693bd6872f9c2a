/** The kernel: network namespaces, TUN, UDP. The only room with {@code java.lang.foreign}. */
@NullMarked
package io.xylem.proxy.ebpf;

import org.jspecify.annotations.NullMarked;
