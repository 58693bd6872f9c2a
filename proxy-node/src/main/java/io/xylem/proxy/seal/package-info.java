/** Authenticated encryption of the tunnel between workers: keys, and what each packet gets before and after it. */
@NullMarked
package io.xylem.proxy.seal;

import org.jspecify.annotations.NullMarked;
