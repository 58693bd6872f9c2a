/** The kernel: network namespaces, TUN, UDP. The only room with {@code java.lang.foreign}. */
@NullMarked
package io.xylem.proxy.linux;

import org.jspecify.annotations.NullMarked;
